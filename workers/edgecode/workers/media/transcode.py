"""The ladder: one ffmpeg process, every rendition verified before it is handed over."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from edgecode.v1 import bus_pb2, media_pb2
from edgecode.workers.media import loudness, source_filters, verify, watermark
from edgecode.workers.media.clock import Clock, EncoderCounts
from edgecode.workers.media.diagnose import bare_decode, blaming, ends_early, explain
from edgecode.workers.media.faults import SENTENCES, MediaFailure, Reason, ours, users
from edgecode.workers.media.ffmpeg_run import run_ffmpeg
from edgecode.workers.media.judge_rendition import judge_rendition, misaligned
from edgecode.workers.media.ladder_command import ladder_command
from edgecode.workers.media.rendered import OnProgress, Rendered
from edgecode.workers.media.rendition import Rendition, plan_rendition
from edgecode.workers.media.sound import ENCODERS, of_rendition
from edgecode.workers.media.sound_gains import Gains
from edgecode.workers.media.tags import FileTags
from edgecode.workers.media.tools import MediaTools, Work

NO_MARKS: Mapping[str, Path] = {}


async def transcode(  # noqa: PLR0917 - the host's one call; its arguments are all of different types
    source: Path,
    info: media_pb2.MediaInfo,
    outputs: Sequence[media_pb2.OutputSpec],
    scratch: Path,
    tags: FileTags,
    tools: MediaTools,
    on_progress: OnProgress,
    marks: Mapping[str, Path] = NO_MARKS,
) -> list[Rendered]:
    """Makes all renditions of a ladder in one ffmpeg process; the same inputs on one build give the same bytes.

    Cancelling it stops ffmpeg within `stop_seconds` and leaves no file.

    Args:
        source: local file, absolute.
        info: what the probe found.
        outputs: renditions of one part of the source, as `ladder.select` kept them; at least one.
        scratch: folder of this attempt, absolute.
        tags: for the files' metadata.
        tools: of this worker.
        on_progress: called with each output's frames and the speed whenever ffmpeg's clock has moved, and in each
            phase.
        marks: watermarks by SHA-256, local files.

    Raises:
        MediaFailure: with the fault as `explain` finds it; VERIFICATION_FAILED when a file is not what was asked for.
    """
    work = Work(source, info, scratch, tools)
    await watermark.check_marks(list(marks.values()), work)
    ladder = _Ladder(work, outputs, tags, marks, on_progress)
    async with blaming(work):
        try:
            return await ladder.make(may_copy=True)
        except MediaFailure:
            if not any(output.rendition.copy_when_it_fits for output in outputs):
                raise
        # Containers lie about what is in them: what is no good as a copy is encoded.
        return await ladder.make(may_copy=False)


class _Ladder:
    def __init__(
        self,
        work: Work,
        outputs: Sequence[media_pb2.OutputSpec],
        tags: FileTags,
        marks: Mapping[str, Path],
        on_progress: OnProgress,
    ) -> None:
        self._work = work
        self._outputs = outputs
        self._tags = tags
        self._marks = marks
        self._on_progress = on_progress
        self._gains = Gains(work)

    async def make(self, *, may_copy: bool) -> list[Rendered]:
        """All renditions, verified."""
        work = self._work
        renditions = [
            plan_rendition(
                output,
                work.info,
                work.scratch,
                self._tags.of_file(output.output_id),
                marks=self._marks,
                may_copy=may_copy,
            )
            for output in self._outputs
        ]
        check_encoders(renditions, work.tools)
        if any(output.rendition.HasField("loudness") for output in self._outputs):
            self._on_progress((), 0.0, bus_pb2.PHASE_ANALYSING)
        renditions = [
            replace(one, sounds=await self._gains.apply(one.sounds, of_rendition(output.rendition).loudness, one.part))
            for one, output in zip(renditions, self._outputs, strict=True)
        ]
        with _kept_only_when_done(renditions):
            counts = await _encode(work, renditions, self._on_progress)
            self._on_progress((), 0.0, bus_pb2.PHASE_VERIFYING)
            facts = await verify.read_facts([rendition.path for rendition in renditions], work.scratch, work.tools)
            _judge(facts, renditions, counts, work, await _source_frames(facts, renditions, work))
            return [await _rendered(*one, work) for one in zip(renditions, facts, strict=True)]


def check_encoders(renditions: Sequence[Rendition], tools: MediaTools) -> None:
    """Raises MediaFailure ENCODER_MISSING for a codec that this ffmpeg does not write."""
    wanted = {one.encoder.name for one in renditions if not one.copied}
    wanted |= {ENCODERS[sound.codec] for one in renditions for sound in one.sounds if not sound.copied}
    missing = sorted(wanted - tools.toolchain.encoders)
    if missing:
        raise ours(Reason.ENCODER_MISSING, f"this worker's ffmpeg has no encoder {', '.join(missing)}")


async def _rendered(rendition: Rendition, facts: verify.Facts, work: Work) -> Rendered:
    file = verify.artifact_file(rendition.output_id, media_pb2.ARTIFACT_KIND_RENDITION, rendition.path, facts)
    file.video_copied = rendition.copied
    file.audio_copied = bool(rendition.sounds) and all(sound.copied for sound in rendition.sounds)
    if any(sound.gain is not None for sound in rendition.sounds):
        await loudness.note(file, rendition.path, work)
    return Rendered(rendition.output_id, rendition.path, file)


def _judge(
    facts: Sequence[verify.Facts], renditions: Sequence[Rendition], counts: Mapping[int, int], work: Work, frames: int
) -> None:
    wrong = [
        f"{rendition.output_id}: {sentence}"
        for place, (rendition, found) in enumerate(zip(renditions, facts, strict=True))
        for sentence in judge_rendition(found, rendition, work.info, frames, counts.get(place))
    ]
    if not wrong and misaligned(facts, renditions):
        wrong = ["keyframes of the renditions differ"]
    if wrong:
        raise ours(Reason.VERIFICATION_FAILED, "a rendition is not what was asked for", "\n".join(wrong))


async def _encode(work: Work, renditions: Sequence[Rendition], on_progress: OnProgress) -> dict[int, int]:
    """Runs ffmpeg; the frames that each encoder finished, by place."""
    clock = Clock([rendition.path for rendition in renditions])
    fifos = [work.scratch / f"encoder-count-{place}.fifo" for place in range(len(renditions))]
    counts = EncoderCounts(fifos, clock.counts)

    def report() -> None:
        on_progress(_progress(renditions, clock, work.info), clock.speed_ratio)

    try:
        await source_filters.write_cube(work.info, work.scratch)
        run = await run_ffmpeg(
            ladder_command(work, renditions, fifos),
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
    return clock.counts


def _progress(renditions: Sequence[Rendition], clock: Clock, info: media_pb2.MediaInfo) -> list[bus_pb2.OutputProgress]:
    progress = []
    for place, rendition in enumerate(renditions):
        total = expected_frames(rendition, info)
        if rendition.copied:
            # No encoder counts; the one clock of all is a copy's too.
            done = round(total * min(clock.position_seconds / max(info.duration_seconds, 0.001), 1.0))
        else:
            done = min(clock.counts.get(place, 0), total)
        progress.append(
            bus_pb2.OutputProgress(
                output_id=rendition.output_id, frames_done=done, frames_total=total, fraction=done / max(total, 1)
            )
        )
    return progress


def expected_frames(rendition: Rendition, info: media_pb2.MediaInfo) -> int:
    """How many frames a rendition will have, as near as the probe's figures tell."""
    video, cadence = info.video, rendition.cadence
    _, seconds = rendition.part.of(video.start_seconds, video.duration_seconds)
    share = seconds / video.duration_seconds if video.duration_seconds > 0 else 1.0
    frames = video.frames * share
    if cadence.rate is not None:
        at_rate = float(seconds * cadence.rate)
        frames = at_rate if cadence.exactly else min(frames, at_rate)
    return max(round(frames), 1)


async def _source_frames(facts: Sequence[verify.Facts], renditions: Sequence[Rendition], work: Work) -> int:
    """How many frames the source has: as many as the probe counted packets, unless a decode disagrees.

    Some codecs have packets that show nothing; where a rendition that shows each picture once has another count, a bare
    decode tells which it is.
    """
    whole = [
        found for found, one in zip(facts, renditions, strict=True) if one.part.is_whole and one.cadence.rate is None
    ]
    if all(found["video"] and found["video"].get("frames") == work.info.video.frames for found in whole):
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
