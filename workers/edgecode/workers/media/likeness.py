"""How like the pictures of one file are to those of another: samples of both, decoded, paired by their times."""

from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from edgecode.v1 import media_pb2
from edgecode.workers.media.clock import Clock
from edgecode.workers.media.diagnose import own_failure
from edgecode.workers.media.ffmpeg_run import run_ffmpeg
from edgecode.workers.media.invocation import compile_command, open_source
from edgecode.workers.media.quality import (
    DEFAULT_COUNT,
    DEFAULT_SECONDS,
    MARGIN_SECONDS,
    SSIM,
    Sample,
    compared_by,
    read_scores,
    samples,
    summary,
)
from edgecode.workers.media.tools import MediaTools


@dataclass(frozen=True, slots=True)
class Pair:
    """Two renditions of one output: a new one, and the one that it is compared with.

    Attributes:
        output_id: of both.
        own: local file, absolute.
        served: the other; of the same picture size.
        seconds: how long both are, at least.
    """

    output_id: str
    own: Path
    served: Path
    seconds: float


async def likeness(pair: Pair, scratch: Path, tools: MediaTools) -> media_pb2.Quality:
    """Measures in the sandbox by SSIM; 1 where all compared pictures are the same.

    Raises:
        MediaFailure: what a run of ffmpeg fails with; VERIFICATION_FAILED, where no frame has a partner.
    """
    parts = samples(pair.seconds, DEFAULT_COUNT, DEFAULT_SECONDS)
    scores = [score for part in parts for score in await _scores(pair, part, scratch, tools)]
    return summary(SSIM, pair.output_id, scores)


async def _scores(pair: Pair, sample: Sample, scratch: Path, tools: MediaTools) -> list[float]:
    """Of each frame of a sample; of none, where the pictures end before the sound does."""
    log = scratch / "likeness.log"
    try:
        command = _command(pair, sample, log, tools)
        run = await run_ffmpeg(command, scratch, tools, source_seconds=pair.seconds, clock=Clock([log]))
        if not run.ok:
            raise own_failure(run, tools.limits)
        return list(read_scores(SSIM, log.read_text("utf-8")))
    finally:
        log.unlink(missing_ok=True)


def _command(pair: Pair, sample: Sample, log: Path, tools: MediaTools) -> list[str]:
    # Times of both count from zero, wherever the first picture stands.
    early = max(sample.start_seconds - MARGIN_SECONDS, 0.0)
    length = sample.start_seconds - early + sample.seconds + MARGIN_SECONDS
    own, served = (
        open_source(path, tools, strict=False, seek_timestamp=1, ss=f"{start:.6f}", t=f"{seconds:.6f}")
        for path, start, seconds in (
            (pair.own, sample.start_seconds, sample.seconds),
            (pair.served, early, length),
        )
    )
    shifted = served["v:0"].filter("setpts", f"PTS-{sample.start_seconds - early:.6f}/TB")
    compared = compared_by(SSIM, own["v:0"], shifted, log)
    return compile_command(ffmpeg.output(compared, "-", format="null"), tools, strict=False)
