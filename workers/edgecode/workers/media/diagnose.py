"""Whose fault a failed run of ffmpeg is: its own words, its exit, and a bare decode of the same source."""

import contextlib
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from edgecode.v1 import media_pb2
from edgecode.workers.media.clock import Clock
from edgecode.workers.media.faults import SENTENCES, MediaFailure, Reason, ours, transient, users
from edgecode.workers.media.ffmpeg_run import Ending, Run, run_ffmpeg
from edgecode.workers.media.invocation import compile_command, open_source
from edgecode.workers.media.limits import Limits
from edgecode.workers.media.tools import MediaTools, Work

# What ffmpeg says when a documented limit or allowlist stopped it.
LIMIT_WORDS = (
    (re.compile(r"exceeds specified max pixel count|Picture size \d{4,}x\d{4,} is invalid"), Reason.PIXELS_EXCEEDED),
    (re.compile(r"Format not on whitelist"), Reason.UNSUPPORTED_CONTAINER),
    # Of streams that nobody asked for, such as subtitles, ffmpeg says the first half too.
    (
        re.compile(r"Codec \((\S+)\) not on whitelist(?s:.*)\[dec:\1\b[^\]]*\] Error while opening"),
        Reason.UNSUPPORTED_CODEC,
    ),
    (re.compile(r"File too large"), Reason.OUTPUT_SIZE_EXCEEDED),
)
TRUNCATED_WORDS = re.compile(r"partial file|ended prematurely|moov atom not found|Truncat", re.IGNORECASE)
# What a shell and the parts of the sandbox end with when the tool cannot be started at all.
NOT_STARTED = (126, 127)
# Ends that another hand gives: they say nothing about a source.
OTHER_HANDS = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT)
NO_SPACE_WORDS = "No space left on device"
NO_MEMORY_WORDS = re.compile(r"Cannot allocate memory|malloc of size \d+ failed|get_buffer\(\) failed")


@dataclass(frozen=True, slots=True)
class BareDecode:
    """What decoding alone says of a source.

    Attributes:
        reason: None when it decodes to its end, or when the machine was too busy to find out.
        frames: pictures decoded, each at its own time.
        dropped: pictures that came too late for theirs: a source whose times go back.
        detail: ffmpeg's last words.
    """

    reason: Reason | None
    frames: int
    dropped: int
    detail: str


async def bare_decode(
    source: Path, scratch: Path, tools: MediaTools, info: media_pb2.MediaInfo | None = None
) -> BareDecode:
    """Decodes the source into nothing (`-f null -`): same sandbox, no filters, no encoders.

    Args:
        source: local file.
        scratch: of the attempt.
        tools: of this worker.
        info: what the probe found; without it the first video and audio are decoded.

    Raises:
        MediaFailure: TOOLCHAIN_MISSING, when ffmpeg does not start: no source is to blame for that.
    """
    node = open_source(source, tools, strict=True)
    # The node's own output needs streams named; `V` is video without cover art, `?` allows for none.
    streams = [node["V:0?"], node["a:0?"]]
    if info is not None:
        pictures = [info.video.stream_index] if info.HasField("video") else []
        wanted = [*pictures, *(track.stream_index for track in info.audio[:1])]
        streams = [node[str(index)] for index in wanted]
    # Pictures at their own times, as the encoders get them: those that come too late for theirs are dropped.
    times = {"fps_mode:v": "vfr", "enc_time_base:v": "filter"}
    command = compile_command(ffmpeg.output(*streams, "-", format="null", **times), tools, strict=True)
    clock = Clock()
    seconds = info.duration_seconds if info is not None else 0.0
    run = await run_ffmpeg(command, scratch, tools, source_seconds=seconds, clock=clock)
    _check_started(run)
    return BareDecode(_judge(run), run.frames, clock.dropped, run.words)


def _judge(run: Run) -> Reason | None:
    if run.ok and not ends_early(run):
        return None
    if run.ending is Ending.OUT_OF_TIME:
        # CPU time is the source's own doing; wall time may be that of a busy machine.
        return Reason.TIMEOUT if run.exit is not None else None
    return None if _code(run) in OTHER_HANDS else limit_of(run) or _own_words(run)


def _code(run: Run) -> int:
    return run.exit.code if run.exit is not None else 0


def _check_started(run: Run) -> None:
    if _code(run) in NOT_STARTED:
        raise ours(Reason.TOOLCHAIN_MISSING, "ffmpeg does not start in the sandbox", run.words)


def ends_early(run: Run) -> bool:
    """Whether ffmpeg said that the source ends before it should, which for some containers is no error to it."""
    return TRUNCATED_WORDS.search(run.words) is not None


async def explain(run: Run, work: Work) -> MediaFailure:
    """The failure of a run that did not end well; decodes the source when that decides whose fault it is.

    Raises:
        MediaFailure: TOOLCHAIN_MISSING, when ffmpeg does not start.
    """
    _check_started(run)
    if NO_SPACE_WORDS in run.words:
        return transient(Reason.NO_SPACE, f"no space left in the scratch folder {work.scratch}", run.words)
    limit = limit_of(run)
    if limit is not None:
        return users(limit, SENTENCES[limit], run.words)
    decoded = await bare_decode(work.source, work.scratch, work.tools, work.info)
    if decoded.reason is not None:
        return users(decoded.reason, SENTENCES[decoded.reason], decoded.detail)
    return own_failure(run, work.tools.limits)


@contextlib.asynccontextmanager
async def blaming(work: Work) -> AsyncIterator[None]:
    """What is made in it and is not what was asked for is the source's fault where a bare decode fails too.

    ffmpeg does not always say of a damaged source that it could make nothing of it.

    Raises:
        MediaFailure: as it was raised, or the user's in place of VERIFICATION_FAILED.
    """
    try:
        yield
    except MediaFailure as failed:
        if failed.reason is not Reason.VERIFICATION_FAILED:
            raise
        decoded = await bare_decode(work.source, work.scratch, work.tools, work.info)
        if decoded.reason is None:
            raise
        raise users(decoded.reason, SENTENCES[decoded.reason], decoded.detail) from failed


def own_failure(run: Run, limits: Limits) -> MediaFailure:
    """The failure of a run whose source is not to blame."""
    if run.ending is Ending.STALLED:
        return ours(Reason.STALLED, f"ffmpeg's clock stood still for {limits.stall_seconds:g} s", run.words)
    if run.ending is Ending.OUT_OF_TIME:
        return ours(Reason.TIMEOUT, SENTENCES[Reason.TIMEOUT], run.words)
    if NO_MEMORY_WORDS.search(run.words):
        return ours(Reason.MEMORY_EXCEEDED, SENTENCES[Reason.MEMORY_EXCEEDED], run.words)
    code = _code(run)
    end = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
    return ours(Reason.ENCODER_FAILED, f"{SENTENCES[Reason.ENCODER_FAILED]}: {end}", run.words)


def limit_of(run: Run) -> Reason | None:
    """The documented limit or allowlist that ended a run, if one did."""
    if _code(run) == -signal.SIGXFSZ:
        return Reason.OUTPUT_SIZE_EXCEEDED
    return next((reason for words, reason in LIMIT_WORDS if words.search(run.words)), None)


def _own_words(run: Run) -> Reason:
    if run.ending is Ending.STALLED:
        return Reason.STALLED
    if NO_MEMORY_WORDS.search(run.words):
        return Reason.MEMORY_EXCEEDED
    return Reason.TRUNCATED_INPUT if ends_early(run) else Reason.CORRUPT_INPUT
