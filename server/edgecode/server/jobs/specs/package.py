"""HLS and DASH packages, made of other outputs of the job."""

from collections.abc import Iterator, Sequence

from edgecode.core.errors import Violation
from edgecode.server.jobs.specs.fields import Number, check_numbers, fill
from edgecode.v1 import media_pb2 as media

NUMBERS = {"segment_seconds": Number(1, 60, 6)}
_VIDEO = (media.VIDEO_CODEC_UNSPECIFIED, media.VIDEO_CODEC_H264, media.VIDEO_CODEC_HEVC, media.VIDEO_CODEC_AV1)
_MP4 = (media.CONTAINER_UNSPECIFIED, media.CONTAINER_MP4)


def check_package(path: str, spec: media.PackageSpec, outputs: Sequence[media.OutputSpec]) -> Iterator[Violation]:
    """What is wrong with a package, the other outputs of the job considered."""
    yield from check_numbers(path, spec, NUMBERS)
    by_id = {output.output_id: output for output in outputs if _is_media(output)}
    for place, output_id in enumerate(spec.output_ids):
        if output_id not in by_id:
            yield Violation(f"{path}.output_ids[{place}]", f"{output_id[:64]!r} is no rendition or audio of this job")
        elif output_id in spec.output_ids[:place]:
            yield Violation(f"{path}.output_ids[{place}]", f"{output_id!r} is named twice")
    members = [by_id[output_id] for output_id in spec.output_ids or by_id if output_id in by_id]
    if not members:
        yield Violation(f"{path}.output_ids", "has nothing to package: ask for a rendition or an audio output too")
    yield from _check_members(f"{path}.output_ids", members)


def fill_package(spec: media.PackageSpec, outputs: Sequence[media.OutputSpec]) -> None:
    """Puts every default in; `outputs` are all of the job."""
    fill(spec, NUMBERS, {})
    if not spec.output_ids:
        spec.output_ids.extend(output.output_id for output in outputs if _is_media(output))
    if not (spec.hls or spec.dash):
        spec.hls = spec.dash = True


def _is_media(output: media.OutputSpec) -> bool:
    return output.WhichOneof("kind") in {"rendition", "audio"}


def _check_members(path: str, members: Sequence[media.OutputSpec]) -> Iterator[Violation]:
    for output in members:
        if why := _why_unfit(output):
            yield Violation(path, f"{output.output_id!r} cannot be packaged: {why}")
    renditions = [output.rendition for output in members if output.HasField("rendition")]
    if len({rendition.gop_seconds or 2.0 for rendition in renditions}) > 1:
        yield Violation(path, "name renditions with different gop_seconds: segments would not end together")
    if len({_times(output) for output in members}) > 1:
        yield Violation(path, "name outputs with different trim: they are not of one length")


def _why_unfit(output: media.OutputSpec) -> str:
    if output.HasField("audio"):
        return "its codec is not AAC" if output.audio.codec == media.AUDIO_CODEC_OPUS else ""
    rendition = output.rendition
    if rendition.container not in _MP4:
        return "its container is not MP4"
    if rendition.video_codec not in _VIDEO:
        return "its codec has no place in CMAF"
    if rendition.audio_codec == media.AUDIO_CODEC_OPUS:
        return "its sound is not AAC"
    return "copied streams keep the source's keyframes" if rendition.copy_when_it_fits else ""


def _times(output: media.OutputSpec) -> tuple[float, float]:
    trim = output.audio.trim if output.HasField("audio") else output.rendition.trim
    return trim.start_seconds, trim.end_seconds
