"""The ladder: one ffmpeg process, every rendition verified before it is handed over."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edgecode.v1 import bus_pb2, media_pb2
from edgecode.workers.media import source_filters, verify
from edgecode.workers.media.clock import Clock, EncoderCounts
from edgecode.workers.media.diagnose import bare_decode, ends_early, explain
from edgecode.workers.media.faults import SENTENCES, Reason, ours, users
from edgecode.workers.media.ffmpeg_run import run_ffmpeg
from edgecode.workers.media.ladder_command import Rendition, ladder_command, plan_rendition
from edgecode.workers.media.tags import FileTags
from edgecode.workers.media.tools import MediaTools, Work

__all__ = ["FileTags", "MediaTools", "OnProgress", "Rendered", "transcode"]


class OnProgress(Protocol):
    """Told what the work is at, as often as there is something to say."""

    def __call__(
        self,
        outputs: Sequence[bus_pb2.OutputProgress],
        speed_ratio: float,
        phase: "bus_pb2.Phase" = bus_pb2.PHASE_ENCODING,
        /,
    ) -> None:
        """Takes the frames of outputs that have news, the encoder's speed, and the phase."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One verified file.

    Attributes:
        output_id: of the spec.
        path: in the scratch folder.
        file: what goes into the log, all but the blob keys.
    """

    output_id: str
    path: Path
    file: media_pb2.ArtifactFile


async def transcode(  # noqa: PLR0917 - the host's one call; its arguments are all of different types
    source: Path,
    info: media_pb2.MediaInfo,
    outputs: Sequence[media_pb2.OutputSpec],
    scratch: Path,
    tags: FileTags,
    tools: MediaTools,
    on_progress: OnProgress,
) -> list[Rendered]:
    """Makes all renditions of a ladder in one ffmpeg process; the same inputs on one build give the same bytes.

    Cancelling it stops ffmpeg within `stop_seconds` and leaves no file.

    Args:
        source: local file, absolute.
        info: what the probe found.
        outputs: renditions, as `ladder.select` kept them; at least one.
        scratch: folder of this attempt, absolute.
        tags: for the files' metadata.
        tools: of this worker.
        on_progress: called with each output's frames and the speed whenever ffmpeg's clock has moved, and in each
            phase.

    Raises:
        MediaFailure: with the fault as `explain` finds it; VERIFICATION_FAILED when a file is not what was asked for.
    """
    work = Work(source, info, scratch, tools)
    renditions = [plan_rendition(output, info, scratch, tags.of_file(output.output_id)) for output in outputs]
    with _kept_only_when_done(renditions):
        await _encode(work, renditions, on_progress)
        on_progress((), 0.0, bus_pb2.PHASE_VERIFYING)
        facts = await verify.read_facts([rendition.path for rendition in renditions], scratch, tools)
        _judge(facts, renditions, work, await _source_frames(facts, work))
    return [
        Rendered(
            rendition.output_id,
            rendition.path,
            verify.artifact_file(rendition.output_id, media_pb2.ARTIFACT_KIND_RENDITION, rendition.path, found),
        )
        for rendition, found in zip(renditions, facts, strict=True)
    ]


def _judge(facts: Sequence[verify.Facts], renditions: Sequence[Rendition], work: Work, frames: int) -> None:
    wrong = [
        f"{rendition.output_id}: {sentence}"
        for rendition, found in zip(renditions, facts, strict=True)
        for sentence in verify.judge_rendition(found, rendition, work.info, frames)
    ]
    if not wrong and verify.misaligned(facts):
        wrong = ["keyframes of the renditions differ"]
    if wrong:
        raise ours(Reason.VERIFICATION_FAILED, "a rendition is not what was asked for", "\n".join(wrong))


async def _encode(work: Work, renditions: Sequence[Rendition], on_progress: OnProgress) -> None:
    clock = Clock([rendition.path for rendition in renditions])
    fifo = work.scratch / "encoder-counts.fifo"
    counts = EncoderCounts(fifo, clock.counts)

    def report() -> None:
        on_progress(_progress(renditions, clock, work.info.video.frames), clock.speed_ratio)

    try:
        await source_filters.write_cube(work.info, work.scratch)
        run = await run_ffmpeg(
            ladder_command(work, renditions, fifo),
            work.scratch,
            work.tools,
            source_seconds=work.info.duration_seconds,
            clock=clock,
            on_block=report,
        )
    finally:
        counts.close()
    if not run.ok or ends_early(run):
        raise await explain(run, work)
    report()


def _progress(renditions: Sequence[Rendition], clock: Clock, total: int) -> list[bus_pb2.OutputProgress]:
    progress = []
    for place, rendition in enumerate(renditions):
        done = min(clock.counts.get(place, 0), total)
        progress.append(
            bus_pb2.OutputProgress(
                output_id=rendition.output_id, frames_done=done, frames_total=total, fraction=done / max(total, 1)
            )
        )
    return progress


async def _source_frames(facts: Sequence[verify.Facts], work: Work) -> int:
    """How many frames each rendition must have: as many as the probe counted packets, unless a decode disagrees.

    Some codecs have packets that show nothing; where the counts differ, a bare decode tells which it is.
    """
    if all(found["video"] and found["video"].get("frames") == work.info.video.frames for found in facts):
        return work.info.video.frames
    decoded = await bare_decode(work.source, work.scratch, work.tools, work.info)
    if decoded.reason is not None:
        raise users(decoded.reason, SENTENCES[decoded.reason], decoded.detail)
    if decoded.dropped:
        raise users(Reason.TIMESTAMPS_DISORDERED, SENTENCES[Reason.TIMESTAMPS_DISORDERED], decoded.detail)
    return decoded.frames


@contextlib.contextmanager
def _kept_only_when_done(renditions: Sequence[Rendition]) -> Iterator[None]:
    """A stopped ffmpeg leaves playable files: they go, whatever ended it."""
    try:
        yield
    except BaseException:
        for rendition in renditions:
            rendition.path.unlink(missing_ok=True)
        raise
