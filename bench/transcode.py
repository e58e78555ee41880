"""What a transcode attempt costs.

The attempt, start to verified, of the preset `web` on a generated 1080p30 source, against (a) the best hand-written
single ffmpeg command with ffmpeg's own choice of threads and (b) one ffmpeg process per rendition, one after another.
"""

import asyncio
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.outcome import Effort, Goal, Outcome, middle
from edgecode.v1 import media_pb2
from edgecode.workers.media.probe import probe
from edgecode.workers.media.tags import FileTags
from edgecode.workers.media.tools import MediaTools, find_tools
from edgecode.workers.media.transcode import transcode

RUNGS = ((1920, 1080), (1280, 720), (854, 480), (640, 360))
ENCODER = "-c:v libx264 -preset veryfast -crf 23 -g 60 -keyint_min 60 -sc_threshold 0 -pix_fmt yuv420p"
SOUND = "-c:a aac -b:a 128k -ac 2"
OURS, BY_HAND, EACH = "the attempt", "one hand-written ffmpeg command", "one ffmpeg process per rendition"
_SOURCE_SECONDS = 60
Seconds = tuple[float, float]


def make_source(ffmpeg: Path, folder: Path, seconds: int) -> Path:
    """1080p30 with noise, 12 Mbit/s, and a tone."""
    source = folder / "source.mp4"
    pictures = f"testsrc2=s=1920x1080:r=30:d={seconds},noise=alls=6:allf=t"
    command: list[str | Path] = [
        ffmpeg,
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        pictures,
        "-f",
        "lavfi",
        "-i",
        f"sine=r=48000:d={seconds}",
    ]
    encode = "-c:v libx264 -preset veryfast -b:v 12M -g 48 -pix_fmt yuv420p -c:a aac -movflags +faststart"
    subprocess.run([*command, *encode.split(), source], check=True)
    return source


def hand_written(ffmpeg: Path, source: Path, folder: Path) -> None:
    """One decode, a split, four encoders."""
    split = f"[0:v]split={len(RUNGS)}" + "".join(f"[s{place}]" for place in range(len(RUNGS)))
    scales = [f"[s{place}]scale={width}:{height}[v{place}]" for place, (width, height) in enumerate(RUNGS)]
    command = [
        str(ffmpeg),
        "-v",
        "error",
        "-nostdin",
        "-y",
        "-i",
        str(source),
        "-filter_complex",
        ";".join([split, *scales]),
    ]
    for place in range(len(RUNGS)):
        command += ["-map", f"[v{place}]", "-map", "0:a", *ENCODER.split(), *SOUND.split(), "-movflags", "+faststart"]
        command.append(str(folder / f"{place}.mp4"))
    subprocess.run(command, check=True)


def one_process_each(ffmpeg: Path, source: Path, folder: Path) -> None:
    """What most queues of one task per rendition do."""
    for place, (width, height) in enumerate(RUNGS):
        command = [str(ffmpeg), "-v", "error", "-nostdin", "-y", "-i", str(source), "-vf", f"scale={width}:{height}"]
        command += [*ENCODER.split(), *SOUND.split(), "-movflags", "+faststart", str(folder / f"{place}.mp4")]
        subprocess.run(command, check=True)


def attempt(tools: MediaTools, source: Path, info: media_pb2.MediaInfo) -> Callable[[Path], None]:
    """The product's own: encode and verify."""
    tags = FileTags("worker", "0.1.0", "0" * 40, False, tools.toolchain.digest, "0" * 64, "bench")  # noqa: FBT003
    outputs = [
        media_pb2.OutputSpec(output_id=f"{lines}p", rendition=media_pb2.RenditionSpec(height_pixels=lines))
        for _, lines in RUNGS
    ]

    def run(folder: Path) -> None:
        asyncio.run(transcode(source, info, outputs, folder, tags, tools, lambda *_: None))

    return run


def measured(work: Callable[[Path], None]) -> Seconds:
    """Wall and CPU seconds, children and own."""

    def cpu() -> float:
        own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime

    with tempfile.TemporaryDirectory(prefix="edgecode-bench-") as folder:
        wall_before, cpu_before = time.perf_counter(), cpu()
        work(Path(folder))
        return time.perf_counter() - wall_before, cpu() - cpu_before


def _measure(seconds: int, rounds: int) -> dict[str, list[Seconds]]:
    with tempfile.TemporaryDirectory(prefix="edgecode-bench-") as name:
        folder = Path(name)
        tools = find_tools(folder / "children")
        ffmpeg = tools.toolchain.ffmpeg
        source = make_source(ffmpeg, folder, seconds)
        info = asyncio.run(probe(source, folder, tools))
        ways: dict[str, Callable[[Path], None]] = {
            OURS: attempt(tools, source, info),
            BY_HAND: lambda scratch: hand_written(ffmpeg, source, scratch),
            EACH: lambda scratch: one_process_each(ffmpeg, source, scratch),
        }
        found: dict[str, list[Seconds]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, work in ways.items():
                found[way].append(measured(work))
        return found


async def run(effort: Effort) -> list[Outcome]:
    # In a thread: each way waits for its processes, some in a loop of their own.
    found = await asyncio.to_thread(_measure, effort.of(_SOURCE_SECONDS), effort.rounds)
    walls = {way: [wall for wall, _ in rounds] for way, rounds in found.items()}
    cpus = {way: [cpu for _, cpu in rounds] for way, rounds in found.items()}
    return [
        Outcome(
            "wall time of an attempt, start to verified", middle(walls[OURS]), "s", walls[OURS],
            BY_HAND, middle(walls[BY_HAND]), Goal(at_most=1.05),
        ),
        Outcome(
            "its CPU time", middle(cpus[OURS]), "s", cpus[OURS], EACH, middle(cpus[EACH]), Goal(at_most=0.75)
        ),
        Outcome("its CPU time, to compare", middle(cpus[OURS]), "s", cpus[OURS], BY_HAND, middle(cpus[BY_HAND])),
    ]  # fmt: skip
