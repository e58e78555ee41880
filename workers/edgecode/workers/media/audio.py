"""An output of sound alone: one file, its loudness corrected where that is asked for."""

from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from edgecode.v1 import bus_pb2, media_pb2
from edgecode.workers.media import containers, loudness, sound, verify
from edgecode.workers.media.clock import Clock
from edgecode.workers.media.containers import CONTAINERS, M4A, Container
from edgecode.workers.media.diagnose import blaming, ends_early, explain
from edgecode.workers.media.faults import Reason, ours, users
from edgecode.workers.media.ffmpeg_run import run_ffmpeg
from edgecode.workers.media.invocation import compile_command, open_source
from edgecode.workers.media.judge_sound import judge_tracks
from edgecode.workers.media.rendered import OnProgress, Rendered
from edgecode.workers.media.sound import ENCODERS, OPUS, Sound
from edgecode.workers.media.sound_gains import Gains
from edgecode.workers.media.source_part import Part, part_of
from edgecode.workers.media.tags import FileTags
from edgecode.workers.media.tools import MediaTools, Work, output_path


@dataclass(frozen=True, slots=True)
class AudioFile:
    """What an output of sound means for one source."""

    output_id: str
    path: Path
    container: Container
    part: Part
    sounds: tuple[Sound, ...]
    tags: dict[str, str]


async def audio(  # noqa: PLR0917 - as of `transcode`
    source: Path,
    info: media_pb2.MediaInfo,
    output: media_pb2.OutputSpec,
    scratch: Path,
    tags: FileTags,
    tools: MediaTools,
    on_progress: OnProgress,
) -> Rendered:
    """Makes and verifies one file; arguments and errors as of `transcode`.

    Raises:
        MediaFailure: NO_AUDIO_STREAM, the user's, for a source without sound.
    """
    work = Work(source, info, scratch, tools)
    if output.audio.HasField("loudness"):
        on_progress((), 0.0, bus_pb2.PHASE_ANALYSING)
    file = await _plan(work, output, tags)
    try:
        async with blaming(work):
            await _encode(work, file, on_progress)
            on_progress((), 0.0, bus_pb2.PHASE_VERIFYING)
            facts = (await verify.read_facts([file.path], scratch, tools))[0]
            _check(judge_audio(facts, file))
        made = verify.artifact_file(file.output_id, media_pb2.ARTIFACT_KIND_AUDIO, file.path, facts)
        if any(one.gain is not None for one in file.sounds):
            await loudness.note(made, file.path, work)
    except BaseException:
        file.path.unlink(missing_ok=True)
        raise
    return Rendered(file.output_id, file.path, made)


def _check(wrong: list[str]) -> None:
    if wrong:
        raise ours(Reason.VERIFICATION_FAILED, "the sound is not what was asked for", "\n".join(wrong))


async def _plan(work: Work, output: media_pb2.OutputSpec, tags: FileTags) -> AudioFile:
    if not work.info.audio:
        raise users(Reason.NO_AUDIO_STREAM, "the source has no sound")
    wanted = sound.of_audio(output.audio)
    container = CONTAINERS[media_pb2.CONTAINER_WEBM] if wanted.codec == OPUS else M4A
    if (encoder := ENCODERS[wanted.codec]) not in work.tools.toolchain.encoders:
        raise ours(Reason.ENCODER_MISSING, f"this worker's ffmpeg has no encoder {encoder}")
    part = part_of(output.audio.trim, work.info)
    sounds = await Gains(work).apply(sound.plan_sounds(wanted, work.info), wanted.loudness, part)
    path = output_path(work.scratch, output.output_id, container.suffix)
    return AudioFile(output.output_id, path, container, part, sounds, tags.of_file(output.output_id))


async def _encode(work: Work, file: AudioFile, on_progress: OnProgress) -> None:
    node = open_source(work.source, work.tools, strict=not file.part.start_seconds, **file.part.seek())
    streams = [node[str(one.track.stream_index)] for one in file.sounds]
    options = containers.options(file.container, file.tags) | sound.options(file.sounds)
    command = compile_command(ffmpeg.output(*streams, f"file:{file.path}", **options), work.tools, strict=True)
    clock = Clock([file.path])
    _, seconds = file.part.of(0.0, work.info.duration_seconds)

    def report() -> None:
        fraction = min(clock.position_seconds / max(seconds, 0.001), 1.0)
        on_progress([bus_pb2.OutputProgress(output_id=file.output_id, fraction=fraction)], clock.speed_ratio)

    run = await run_ffmpeg(
        command,
        work.scratch,
        work.tools,
        source_seconds=work.info.duration_seconds,
        clock=clock,
        on_block=report,
    )
    if not run.ok or ends_early(run):
        raise await explain(run, work)


def judge_audio(facts: verify.Facts, file: AudioFile) -> list[str]:
    """What is wrong with a file of sound alone, each a sentence. Pure."""
    types = ["audio"] * len(file.sounds)
    if facts.get("stream_types") != types:
        return [f"streams {facts.get('stream_types')}, not {types}"]
    wrong = judge_tracks(facts["audio_tracks"], file.sounds, file.part)
    if not facts["index_first"]:
        wrong.append("the index stands behind the media")
    if facts["tags"] != file.tags:
        wrong.append(f"tags {facts['tags']}, not {file.tags}")
    return wrong
