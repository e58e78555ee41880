"""What a job would do and cost, before it is created. Pure.

Times are CPU seconds on a machine like that of the benchmarks; sizes follow the rates asked for, or what encoders
commonly need at a rate factor. An estimate, for choosing between presets and for planning capacity.
"""

from collections.abc import Sequence

from edgecode.core import cost, ladder
from edgecode.server.planner.tasks import tasks_of
from edgecode.v1 import event_pb2, job_pb2, media_pb2

# Bits of a pixel at the codec's default factor, as renditions of the demo's clip and of generated sources had them;
# six steps of the factor halve or double them.
_BITS_OF_PIXEL = {
    media_pb2.VIDEO_CODEC_H264: (0.09, 23),
    media_pb2.VIDEO_CODEC_HEVC: (0.06, 26),
    media_pb2.VIDEO_CODEC_VP9: (0.05, 35),
    media_pb2.VIDEO_CODEC_AV1: (0.05, 35),
}
_STEPS_TO_HALF = 6
_WITHOUT_LINES = 1080


def job_plan(
    outputs: Sequence[media_pb2.OutputSpec], source: media_pb2.MediaInfo | None, source_bytes: int
) -> job_pb2.JobPlan:
    """The plan of a job with these outputs.

    Args:
        outputs: checked, with every default filled in.
        source: what a probe found; None where none has looked yet: the plan is of a second that fits every output.
        source_bytes: size of the source, 0 where that does not matter.
    """
    info = source if source is not None else _a_second(outputs)
    kept, skipped = ladder.select(outputs, info)
    by_id = {output.output_id: output for output in kept}
    plan = job_pb2.JobPlan(source_known=source is not None, skipped_output_ids=skipped)
    for task in tasks_of(outputs, info):
        made = [by_id[output_id] for output_id in task.output_ids if output_id in by_id]
        probed = info if task.kind != event_pb2.TASK_KIND_PROBE else media_pb2.MediaInfo()
        plan.tasks.add(
            task_id=task.task_id,
            kind=task.kind,
            output_ids=task.output_ids,
            after_task_ids=task.after,
            cpu_seconds=cost.task_seconds(task.kind, made, probed, source_bytes if source is not None else 0),
        )
    plan.cpu_seconds = sum(task.cpu_seconds for task in plan.tasks)
    plan.output_bytes = sum(_bytes(output, info) for output in kept)
    return plan


def _a_second(outputs: Sequence[media_pb2.OutputSpec]) -> media_pb2.MediaInfo:
    """30 frames of 16:9 with as many lines as the highest output asks for, up to 1080, and stereo sound."""
    asked = [output.rendition.height_pixels for output in outputs if output.HasField("rendition")]
    lines = min(max(asked, default=_WITHOUT_LINES), _WITHOUT_LINES)
    width = 2 * round(lines * 8 / 9)
    video = media_pb2.VideoStream(
        width_pixels=width,
        height_pixels=lines,
        display_width_pixels=width,
        display_height_pixels=lines,
        frames=30,
        frame_rate_numerator=30,
        frame_rate_denominator=1,
        duration_seconds=1.0,
    )
    return media_pb2.MediaInfo(
        duration_seconds=1.0, video=video, audio=[media_pb2.AudioStream(channels=2, duration_seconds=1.0)]
    )


def _bytes(output: media_pb2.OutputSpec, info: media_pb2.MediaInfo) -> int:
    if output.HasField("audio"):
        return round(output.audio.bits_per_second / 8 * info.duration_seconds)
    if not output.HasField("rendition"):
        return 0
    spec, seconds = output.rendition, info.duration_seconds
    sound = spec.audio_bits_per_second if info.audio and spec.audio_codec != media_pb2.AUDIO_CODEC_NONE else 0
    picture = spec.target_bits_per_second or _rate_of_factor(output, info)
    return round((min(picture, spec.max_bits_per_second or picture) + sound) / 8 * seconds)


def _rate_of_factor(output: media_pb2.OutputSpec, info: media_pb2.MediaInfo) -> float:
    if info.duration_seconds <= 0:
        return 0.0
    bits, factor = _BITS_OF_PIXEL[output.rendition.video_codec]
    pixels = cost.output_pixels(output, info) / info.duration_seconds
    return float(pixels * bits * 2 ** ((factor - output.rendition.crf) / _STEPS_TO_HALF))
