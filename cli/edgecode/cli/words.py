"""Values as people read them: sizes, times, states, stamps. All pure."""

from datetime import UTC, datetime

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.timestamp_pb2 import Timestamp

from edgecode.v1 import job_pb2, media_pb2, stamp_pb2

SHORT = 12


def size(count: int) -> str:
    """Bytes with their thousands apart."""
    return f"{count:,}"


def seconds(value: float) -> str:
    """A duration: `0.25 s`, `73 s`, `2 h 5 min`, `3 d 4 h`."""
    if value < 10:
        return f"{value:.2f} s"
    if value < 120:
        return f"{value:.0f} s"
    minutes = round(value / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    hours = round(value / 3600)
    return f"{hours // 24} d {hours % 24} h"


def when(timestamp: Timestamp) -> str:
    """A time in UTC to the second; empty when it is not set."""
    if not timestamp.seconds:
        return ""
    return datetime.fromtimestamp(timestamp.seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def age(timestamp: Timestamp, now: datetime) -> str:
    """How long ago; empty when it is not set."""
    if not timestamp.seconds:
        return ""
    return seconds(max((now - timestamp.ToDatetime(UTC)).total_seconds(), 0))


def enum_word(enum: EnumTypeWrapper, number: int, prefix: str) -> str:
    """A value of an enum without its prefix; one that this build does not know as its number."""
    try:
        name: str = enum.Name(number)
    except ValueError:
        return str(number)
    return name.removeprefix(prefix)


def job_state(number: int) -> str:
    """Such as `SUCCEEDED`."""
    return enum_word(job_pb2.Job.State, number, "STATE_")


def output_state(number: int) -> str:
    """Such as `SKIPPED`."""
    return enum_word(job_pb2.Output.State, number, "STATE_")


def artifact_kind(number: int) -> str:
    """Such as `rendition`."""
    return enum_word(media_pb2.ArtifactKind, number, "ARTIFACT_KIND_").lower()


def pixels(width: int, height: int) -> str:
    """Such as `1280x720`; empty for what has no picture."""
    return f"{width}x{height}" if width and height else ""


def who(stamp: stamp_pb2.Stamp) -> str:
    """A process: `worker 0.1.0+g25f4441a33cb 9b1c22d4`."""
    return f"{stamp.service} {stamp.build} {stamp.instance[:8]}".strip()


def failure(value: media_pb2.Failure) -> str:
    """`REASON (fault): message`; empty when there is none."""
    if not value.reason:
        return ""
    fault = enum_word(media_pb2.Fault, value.fault, "FAULT_").lower()
    return f"{value.reason} ({fault}): {value.message}"


def output_spec(spec: media_pb2.OutputSpec) -> str:
    """What was asked for: `MP4, H264, at most 720 lines, crf 23`."""
    match spec.WhichOneof("kind"):
        case "rendition":
            return _rendition(spec.rendition)
        case "thumbnail":
            lines = f"at most {spec.thumbnail.height_pixels or 360} lines"
            return f"{spec.thumbnail.count} JPEGs, {lines}" if spec.thumbnail.count > 1 else f"JPEG, {lines}"
        case "sprite":
            return f"sheets of {spec.sprite.columns or 5} x {spec.sprite.rows or 5} pictures, WebVTT"
        case "audio":
            codec = enum_word(media_pb2.AudioCodec, spec.audio.codec, "AUDIO_CODEC_") if spec.audio.codec else "AAC"
            loudness = f", {spec.audio.loudness.integrated_lufs:g} LUFS" if spec.audio.HasField("loudness") else ""
            return f"{codec}, at most {spec.audio.channels or 2} channels{loudness}"
        case "package":
            both = [name for name, asked in (("HLS", spec.package.hls), ("DASH", spec.package.dash)) if asked]
            return f"{' and '.join(both) or 'HLS and DASH'} of {', '.join(spec.package.output_ids) or 'all renditions'}"
        case _:
            return "unknown to this build"


def _rendition(spec: media_pb2.RenditionSpec) -> str:
    container = enum_word(media_pb2.Container, spec.container, "CONTAINER_") if spec.container else "MP4"
    codec = enum_word(media_pb2.VideoCodec, spec.video_codec, "VIDEO_CODEC_") if spec.video_codec else "H264"
    rate = f"{spec.target_bits_per_second:,} bit/s" if spec.target_bits_per_second else f"crf {spec.crf or 'default'}"
    return f"{container}, {codec}, at most {spec.height_pixels} lines, {rate}"
