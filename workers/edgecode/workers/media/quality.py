"""How like its source an output is: samples of both, decoded, the source treated as it was for the encoder.

Each frame of an output is compared with the source's frame of the same time. Frames are paired by the nearest time and
not by number, since a rate rule drops some; nor by equal time, since containers round it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any

import ffmpeg

from edgecode.v1 import media_pb2
from edgecode.workers.media.clock import Clock
from edgecode.workers.media.diagnose import own_failure
from edgecode.workers.media.faults import MediaFailure, Reason, ours, users
from edgecode.workers.media.ffmpeg_run import run_ffmpeg
from edgecode.workers.media.invocation import compile_command, open_source
from edgecode.workers.media.ladder_command import pictures
from edgecode.workers.media.rendition import Rendition
from edgecode.workers.media.tools import Work

DEFAULT_COUNT, DEFAULT_SECONDS = 5, 2.0
# So much more of the source on both sides of a sample: whatever was rounded, each frame's partner is among it.
MARGIN_SECONDS = 0.5
ROUNDING_SECONDS = 0.001
VMAF_THREADS = 2
SSIM = media_pb2.QUALITY_METRIC_SSIM
_SSIM_LINE = re.compile(r"All:([\d.]+)")
_NO_FILTER = re.compile(r"No such filter|Filter not found|could not load.*model", re.IGNORECASE)
_WORDS: Mapping[int, str] = {SSIM: "SSIM", media_pb2.QUALITY_METRIC_VMAF: "VMAF"}


@dataclass(frozen=True, slots=True)
class Sample:
    """A part of an output: seconds from its beginning, and how many."""

    start_seconds: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Subject:
    """An output to be measured: what was asked for, and how it was made."""

    spec: media_pb2.OutputSpec
    rendition: Rendition
    duration_seconds: float


def samples(duration_seconds: float, count: int, seconds: float) -> list[Sample]:
    """Samples in the middle of equal parts of an output; one of all of it where they would cover it. Pure."""
    if count * seconds >= duration_seconds:
        return [Sample(0.0, duration_seconds)]
    part = duration_seconds / count
    return [Sample(place * part + (part - seconds) / 2, seconds) for place in range(count)]


async def measure(work: Work, subjects: Sequence[Subject]) -> dict[str, media_pb2.Quality]:
    """Measures outputs of one part of the source in the sandbox; by output id.

    Raises:
        MediaFailure: METRIC_MISSING, when this ffmpeg does not have the metric; else what a run of ffmpeg fails with.
    """
    found: dict[str, media_pb2.Quality] = {}
    for _, alike in groupby(sorted(subjects, key=_way), _way):
        group = list(alike)
        scores: dict[str, list[float]] = {subject.spec.output_id: [] for subject in group}
        for sample in _samples_of(group[0]):
            for output_id, values in (await _compare(work, group, sample)).items():
                scores[output_id] += values
        for subject in group:
            output_id = subject.spec.output_id
            found[output_id] = summary(_way(subject)[0], output_id, scores[output_id])
    return found


def too_low(spec: media_pb2.OutputSpec, quality: media_pb2.Quality) -> media_pb2.Failure | None:
    """The failure of an output that is not as good as was asked; None for one that is. Pure."""
    least = spec.quality.min_quality
    if quality.mean >= least:
        return None
    words = f"{_WORDS[quality.metric]} {quality.mean:.4g} on average, {least:.4g} at least were asked for"
    return users(Reason.QUALITY_TOO_LOW, f"{spec.output_id} has {words}: ask for more bits, or for less").failure


def _way(subject: Subject) -> tuple[int, int, float]:
    asked = subject.spec.quality
    return asked.metric or SSIM, asked.sample_count or DEFAULT_COUNT, asked.sample_seconds or DEFAULT_SECONDS


def _samples_of(subject: Subject) -> list[Sample]:
    _, count, seconds = _way(subject)
    return samples(subject.duration_seconds, count, seconds)


async def _compare(work: Work, group: Sequence[Subject], sample: Sample) -> dict[str, list[float]]:
    """Score of each frame of one sample, by output id."""
    metric = _way(group[0])[0]
    logs = {subject.spec.output_id: work.scratch / f"quality-{place}.log" for place, subject in enumerate(group)}
    command = compare_command(work, group, sample, logs)
    try:
        run = await run_ffmpeg(
            command, work.scratch, work.tools, source_seconds=work.info.duration_seconds, clock=Clock(logs.values())
        )
        if not run.ok:
            raise _missing(metric, run.words) or own_failure(run, work.tools.limits)
        return {output_id: list(read_scores(metric, log.read_text("utf-8"))) for output_id, log in logs.items()}
    finally:
        for log in logs.values():
            log.unlink(missing_ok=True)


def compare_command(work: Work, group: Sequence[Subject], sample: Sample, logs: Mapping[str, Path]) -> list[str]:
    """The command line that compares one sample of outputs with the source, decoded once for all of them."""
    begins = group[0].spec.rendition.trim.start_seconds + sample.start_seconds
    # Of a broadcast ffmpeg counts time from the first picture where it is sought for before that: never go there.
    early = max(begins - MARGIN_SECONDS, work.info.video.start_seconds - ROUNDING_SECONDS, 0.0)
    length = sample.seconds + begins - early + MARGIN_SECONDS
    source = open_source(work.source, work.tools, strict=False, ss=f"{early:.6f}", t=f"{length:.6f}")
    references = pictures(source, work, [subject.rendition for subject in group])
    outputs = []
    for subject, reference in zip(group, references, strict=True):
        # Times of an output are its own: they count from zero, wherever its first picture stands.
        own = open_source(
            subject.rendition.path,
            work.tools,
            strict=False,
            seek_timestamp=1,
            ss=f"{sample.start_seconds:.6f}",
            t=f"{sample.seconds:.6f}",
        )
        shifted = reference.filter("setpts", f"PTS-{begins - early:.6f}/TB")
        compared = compared_by(_way(subject)[0], own["v:0"], shifted, logs[subject.spec.output_id])
        outputs.append(ffmpeg.output(compared, "-", format="null"))
    return compile_command(ffmpeg.merge_outputs(*outputs), work.tools, strict=False)


def compared_by(metric: int, own: Any, reference: Any, log: Path) -> Any:
    """The filter that writes each frame's score into a log: both from about the same time, paired by the nearest."""
    pairing = {"shortest": 1, "repeatlast": 0, "ts_sync_mode": "nearest"}
    if metric == SSIM:
        return ffmpeg.filter([own, reference], "ssim", stats_file=str(log), **pairing)
    options = {"log_fmt": "json", "log_path": str(log), "n_threads": VMAF_THREADS}
    return ffmpeg.filter([own, reference], "libvmaf", **options, **pairing)


def read_scores(metric: int, log: str) -> Iterator[float]:
    """Score of each frame, as the filter wrote them."""
    if metric == SSIM:
        yield from (float(score) for score in _SSIM_LINE.findall(log))
    else:
        yield from (float(frame["metrics"]["vmaf"]) for frame in json.loads(log)["frames"])


def _missing(metric: int, words: str) -> MediaFailure | None:
    if _NO_FILTER.search(words):
        return ours(Reason.METRIC_MISSING, f"this worker's ffmpeg does not measure {_WORDS[metric]}", words)
    return None


def summary(metric: int, output_id: str, scores: Sequence[float]) -> media_pb2.Quality:
    """What the scores of an output's frames come to.

    Raises:
        MediaFailure: VERIFICATION_FAILED, where there are none.
    """
    if not scores:
        raise ours(Reason.VERIFICATION_FAILED, f"no frame of {output_id} could be compared")
    return media_pb2.Quality(
        metric=metric,  # type: ignore[arg-type] # one of the enum's numbers
        mean=round(fmean(scores), 6),
        min=min(scores),
        frames_compared=len(scores),
    )
