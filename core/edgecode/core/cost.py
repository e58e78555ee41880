"""What work on media costs: the weights of progress and the figures of a plan. Pure.

CPU seconds on a machine like that of the benchmarks: decoding, encoding and measuring as `python -m bench media-cost`
found them there, the small rest as reckoned. Only ratios matter to progress, and a wrong one makes it uneven, never
wrong.
"""

from collections.abc import Mapping, Sequence

from edgecode.core import ladder
from edgecode.v1 import bus_pb2, event_pb2, media_pb2

Phases = Mapping["bus_pb2.Phase", float]
"""CPU seconds of each phase of a task, in the order of the phases; those that a task does not have are not in it."""

_NANO = 1e-9
# Of one pixel of one frame.
DECODE_NS = 3.5
ENCODE_NS = 16.5
KEYFRAME_NS = 0.35
VERIFY_NS = 0.1
STORE_NS = 0.05
METRIC_NS: Mapping[int, float] = {media_pb2.QUALITY_METRIC_SSIM: 0.4, media_pb2.QUALITY_METRIC_VMAF: 28.0}
# Against `veryfast`, and against H.264.
SPEED_RATIOS: Mapping[str, float] = {
    "ultrafast": 0.42,
    "superfast": 0.75,
    "veryfast": 1.0,
    "faster": 2.1,
    "fast": 2.6,
    "medium": 3.2,
    "slow": 4.9,
    "slower": 8.2,
    "veryslow": 16.5,
}
CODEC_RATIOS: Mapping[int, float] = {
    media_pb2.VIDEO_CODEC_HEVC: 3.8,
    media_pb2.VIDEO_CODEC_VP9: 8.5,
    media_pb2.VIDEO_CODEC_AV1: 0.9,
}
# Of one second of one track.
SOUND_SECONDS = 0.012
LOUDNESS_SECONDS = 0.01
# Of starting a tool, and of one byte read or written.
START_SECONDS = 0.15
CHILD_SECONDS = 0.4
BYTE_NS = 4.0


def task_phases(
    kind: "event_pb2.TaskKind",
    outputs: Sequence[media_pb2.OutputSpec],
    info: media_pb2.MediaInfo,
    source_bytes: int = 0,
) -> Phases:
    """What each phase of a task costs.

    Args:
        kind: of the task.
        outputs: that the task makes.
        info: what the probe found; empty for the probe itself.
        source_bytes: size of the source.
    """
    phases = bus_pb2.Phase
    fetch = {phases.PHASE_FETCHING: source_bytes * BYTE_NS * _NANO}
    match kind:
        case event_pb2.TASK_KIND_TRANSCODE:
            return fetch | _transcode(outputs, _part(info, [output.rendition.trim for output in outputs]))
        case event_pb2.TASK_KIND_AUDIO:
            return fetch | _sound(outputs, _part(info, [output.audio.trim for output in outputs]))
        case event_pb2.TASK_KIND_THUMBNAIL | event_pb2.TASK_KIND_SPRITE:
            pixels = _pixels(info) if kind == event_pb2.TASK_KIND_SPRITE else 0.0
            return fetch | _short(START_SECONDS + pixels * KEYFRAME_NS * _NANO)
        case event_pb2.TASK_KIND_PROBE:
            return fetch | {phases.PHASE_ENCODING: CHILD_SECONDS}
        case event_pb2.TASK_KIND_PACKAGE:
            return _short(START_SECONDS + _pixels(info) * VERIFY_NS * _NANO)
        case _:
            return {phases.PHASE_ENCODING: 0.05}


def task_seconds(
    kind: "event_pb2.TaskKind",
    outputs: Sequence[media_pb2.OutputSpec],
    info: media_pb2.MediaInfo,
    source_bytes: int = 0,
) -> float:
    """CPU seconds of a whole task; arguments as of `task_phases`."""
    return sum(task_phases(kind, outputs, info, source_bytes).values())


def _part(info: media_pb2.MediaInfo, trims: Sequence[media_pb2.Trim]) -> media_pb2.MediaInfo:
    """The part of the source that outputs of one task are made of, all of the same."""
    whole = info.duration_seconds
    if whole <= 0 or not trims or trims[0] == media_pb2.Trim():
        return info
    seconds = max(min(trims[0].end_seconds or whole, whole) - trims[0].start_seconds, 0.0)
    part = media_pb2.MediaInfo()
    part.CopyFrom(info)
    part.duration_seconds, part.video.frames = seconds, round(info.video.frames * seconds / whole)
    return part


def _short(seconds: float) -> dict["bus_pb2.Phase", float]:
    return {bus_pb2.PHASE_ENCODING: seconds, bus_pb2.PHASE_VERIFYING: CHILD_SECONDS}


def _transcode(outputs: Sequence[media_pb2.OutputSpec], info: media_pb2.MediaInfo) -> dict["bus_pb2.Phase", float]:
    made = sum(output_pixels(output, info) for output in outputs)
    found = {
        bus_pb2.PHASE_ENCODING: START_SECONDS
        + _pixels(info) * DECODE_NS * _NANO
        + sum(encode_seconds(output, info) for output in outputs),
        bus_pb2.PHASE_VERIFYING: CHILD_SECONDS + made * VERIFY_NS * _NANO,
        bus_pb2.PHASE_STORING: made * STORE_NS * _NANO,
    }
    if any(output.rendition.HasField("loudness") for output in outputs):
        found[bus_pb2.PHASE_ANALYSING] = START_SECONDS + info.duration_seconds * LOUDNESS_SECONDS
    measured = [output for output in outputs if output.HasField("quality")]
    if measured:
        found[bus_pb2.PHASE_MEASURING] = sum(_measure_seconds(output, info) for output in measured)
    return found


def _sound(outputs: Sequence[media_pb2.OutputSpec], info: media_pb2.MediaInfo) -> dict["bus_pb2.Phase", float]:
    found = _short(START_SECONDS + info.duration_seconds * SOUND_SECONDS * len(outputs))
    if any(output.audio.HasField("loudness") for output in outputs):
        found[bus_pb2.PHASE_ANALYSING] = START_SECONDS + info.duration_seconds * LOUDNESS_SECONDS
    return found


def encode_seconds(output: media_pb2.OutputSpec, info: media_pb2.MediaInfo) -> float:
    """CPU seconds of one rendition's encoders alone."""
    spec = output.rendition
    ratio = SPEED_RATIOS.get(spec.speed or "veryfast", 1.0) * CODEC_RATIOS.get(spec.video_codec, 1.0)
    sound = info.duration_seconds * SOUND_SECONDS if info.audio else 0.0
    return output_pixels(output, info) * ENCODE_NS * ratio * _NANO + sound


def output_pixels(output: media_pb2.OutputSpec, info: media_pb2.MediaInfo) -> float:
    """Pixels of all frames of a rendition."""
    width, height = ladder.size(output, info)
    return float(width * height * info.video.frames)


def _measure_seconds(output: media_pb2.OutputSpec, info: media_pb2.MediaInfo) -> float:
    spec = output.quality
    asked = (spec.sample_count or 5) * (spec.sample_seconds or 2.0)
    share = min(asked / info.duration_seconds, 1.0) if info.duration_seconds > 0 else 1.0
    metric = METRIC_NS.get(spec.metric, METRIC_NS[media_pb2.QUALITY_METRIC_SSIM])
    pixels = output_pixels(output, info) * (metric + DECODE_NS) + _pixels(info) * DECODE_NS
    return START_SECONDS + share * pixels * _NANO


def _pixels(info: media_pb2.MediaInfo) -> float:
    return float(info.video.width_pixels * info.video.height_pixels * info.video.frames)
