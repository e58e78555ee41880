"""Writes docs/preset-outputs.md from what the API says of real jobs: `make preset-outputs`.

Each built-in preset of the demo's clip, on an `edgecode up` of this checkout: once measured by SSIM and once by VMAF,
which also shows that both jobs made the same.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grpc import aio

from docs.generate import HERE, PRESETS, table
from edgecode.v1 import job_pb2, media_pb2
from tests.harness.api import Api
from tests.harness.process import Processes
from tests.harness.up import Up

PAGE = HERE / "preset-outputs.md"
CLIP = HERE.parent / "cli/edgecode/cli/data/bbb.mp4"
METRICS = {"SSIM": media_pb2.QUALITY_METRIC_SSIM, "VMAF": media_pb2.QUALITY_METRIC_VMAF}
HEADER = ("output", "kind", "file", "codecs", "pixels", "bytes", "kbit/s", *METRICS, "`content_sha256`")
HEAD = """# What the built-in presets make of the demo's clip

Written by `make preset-outputs` from the API's replies to real jobs; no figure is entered by hand. What each preset
asks for stands in [presets.md](presets.md). SSIM and VMAF compare every picture with the source's, brought to the
output's size: the mean, and the worst picture in brackets. Digests are shortened. Each preset ran twice, and both jobs
made the same.

"""
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Made:
    """One finished job of a preset."""

    job: job_pb2.Job
    artifacts: Mapping[str, media_pb2.Artifact]


async def make(api: Api, asset_id: str, preset: job_pb2.Preset, metric: "media_pb2.QualityMetric") -> Made:
    """Runs the preset's outputs, its renditions measured from end to end."""
    outputs = list(preset.outputs)
    for place, output in enumerate(outputs):
        if output.HasField("rendition"):
            outputs[place] = media_pb2.OutputSpec()
            outputs[place].CopyFrom(output)
            outputs[place].quality.MergeFrom(media_pb2.QualitySpec(metric=metric, sample_count=1, sample_seconds=60))
    job = await api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=asset_id, outputs=outputs))
    job = await api.finished(job.job_id, SECONDS)
    assert job.state == job_pb2.Job.STATE_SUCCEEDED, job
    return Made(job, {artifact.artifact_id: artifact for artifact in await api.artifacts(job.job_id)})


def rows(jobs: Sequence[Made]) -> Iterator[list[str]]:
    """A line of each file of each output, as every one of the jobs made it."""
    for output in jobs[0].job.outputs:
        name, kind = f"`{output.spec.output_id}`", output.spec.WhichOneof("kind") or ""
        if output.state == job_pb2.Output.STATE_SKIPPED:
            yield [name, kind, "skipped: more lines than the source", *[""] * (len(HEADER) - 3)]
        for artifact_id in output.artifact_ids:
            file = jobs[0].artifacts[artifact_id].file
            yield [name, kind, *_row([file, *(_same(file, job) for job in jobs[1:])])]


def _same(file: media_pb2.ArtifactFile, job: Made) -> media_pb2.ArtifactFile:
    found = next(one.file for one in job.artifacts.values() if one.file.file_name == file.file_name)
    assert found.content_sha256 == file.content_sha256, (file, found)
    return found


def _row(made: Sequence[media_pb2.ArtifactFile]) -> list[str]:
    file = made[0]
    pixels = f"{file.width_pixels} x {file.height_pixels}" if file.width_pixels else ""
    is_media = file.content_type.startswith(("video/", "audio/"))
    rate = f"{file.size_bytes * 8 / file.duration_seconds / 1000:,.0f}" if is_media and file.duration_seconds else ""
    measured = {found.metric: f"{found.mean:.4g} ({found.min:.4g})" for one in made for found in one.quality}
    return [
        f"`{file.file_name}`",
        ", ".join(filter(None, (file.video_codec, file.audio_codec, _loudness(file)))),
        pixels,
        f"{file.size_bytes:,}",
        rate,
        *(measured.get(metric, "") for metric in METRICS.values()),
        f"`{file.content_sha256[:12]}`",
    ]


def _loudness(file: media_pb2.ArtifactFile) -> str:
    return f"{file.integrated_lufs:.1f} LUFS" if file.integrated_lufs else ""


def page(made: Mapping[str, Sequence[Made]]) -> str:
    """The whole document, of the jobs of each preset."""
    parts = [f"## {title(preset)}\n\n{table(HEADER, rows(made[preset.preset]))}" for preset in PRESETS]
    makers = {_maker(one) for jobs in made.values() for job in jobs for one in job.artifacts.values()}
    (maker,) = makers
    return HEAD + f"{maker}\n\n" + "\n".join(parts).rstrip() + "\n"


def _maker(artifact: media_pb2.Artifact) -> str:
    return f"Made by build `{artifact.made_by.build}` with toolchain `{artifact.digests.toolchain_digest[:12]}`."


def title(preset: job_pb2.Preset) -> str:
    """The heading of a preset: another revision is another section."""
    return f"`{preset.preset}`, revision {preset.revision}"


async def _jobs() -> dict[str, list[Made]]:
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="edgecode-presets-") as folder:
        try:
            up = await Up.start(processes, Path(folder))
            async with aio.insecure_channel(up.server) as channel:
                api = Api(channel)
                asset_id = (await api.upload(CLIP.read_bytes(), file_name=CLIP.name)).asset_id
                return {
                    preset.preset: [await make(api, asset_id, preset, metric) for metric in METRICS.values()]
                    for preset in PRESETS
                }
        finally:
            await processes.close()


def main() -> None:
    """Rewrites the page."""
    PAGE.write_text(page(asyncio.run(_jobs())), encoding="utf-8")


if __name__ == "__main__":
    main()
