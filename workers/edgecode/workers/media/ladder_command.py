"""The one ffmpeg command of a ladder: one decode, a split, every rendition its own encoder."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from edgecode.core import ladder
from edgecode.v1 import media_pb2
from edgecode.workers.media import source_filters
from edgecode.workers.media.invocation import SCALER, compile_command, open_source
from edgecode.workers.media.tools import Work, output_path

# AAC has no higher rates that players are sure to read.
HIGHEST_SAMPLE_RATE = 48_000
# Frames between keyframes that stand where time says: only a bound for what time does not cut.
LONGEST_GOP_FRAMES = 1000


@dataclass(frozen=True, slots=True)
class Rendition:
    """One rung with every default filled in.

    Attributes:
        output_id: of the spec.
        path: where it is written.
        width, height: pixels, even.
        gop_frames: distance of keyframes; None where the frame rate varies and time places them.
        gop_seconds: the same in seconds.
        audio_channels: 0 without audio.
        tags: metadata to write.
    """

    output_id: str
    path: Path
    width: int
    height: int
    gop_frames: int | None
    gop_seconds: float
    crf: int
    speed: str
    threads: int
    audio_bits_per_second: int
    audio_channels: int
    tags: dict[str, str]


def plan_rendition(
    output: media_pb2.OutputSpec, info: media_pb2.MediaInfo, scratch: Path, tags: dict[str, str]
) -> Rendition:
    """What one output means for this source."""
    spec = output.rendition
    width, height = ladder.size(output, info)
    gop_seconds = spec.gop_seconds or 2.0
    rate = frame_rate(info)
    return Rendition(
        output_id=output.output_id,
        path=output_path(scratch, output.output_id, ".mp4"),
        width=width,
        height=height,
        gop_frames=None if info.video.variable_frame_rate else max(round(gop_seconds * rate), 1),
        gop_seconds=gop_seconds,
        crf=spec.crf or 23,
        speed=spec.speed or "veryfast",
        threads=spec.threads or 2,
        audio_bits_per_second=spec.audio_bits_per_second or 128_000,
        audio_channels=min(info.audio[0].channels, spec.audio_channels or 2) if info.audio else 0,
        tags=tags,
    )


def frame_rate(info: media_pb2.MediaInfo) -> Fraction:
    """Frames per second of the source, on average; 25 where the source does not say."""
    video = info.video
    if video.frame_rate_numerator < 1 or video.frame_rate_denominator < 1:
        return Fraction(25)
    return Fraction(video.frame_rate_numerator, video.frame_rate_denominator)


def ladder_command(work: Work, renditions: Sequence[Rendition], counts: Path) -> list[str]:
    """The whole command line.

    Args:
        work: the source and what the probe found of it.
        renditions: at least one.
        counts: FIFO that gets a line `<place in renditions> <frame>` for each frame an encoder has finished.
    """
    info = work.info
    node = open_source(work.source, work.tools, strict=True)
    outputs = [
        _output(picture, node[str(info.audio[0].stream_index)] if info.audio else None, info, rendition, counts)
        for picture, rendition in zip(pictures(node, work, renditions), renditions, strict=True)
    ]
    return compile_command(ffmpeg.merge_outputs(*outputs), work.tools, strict=True)


def pictures(node: Any, work: Work, renditions: Sequence[Rendition]) -> list[Any]:
    """What goes into each rendition's encoder, decoded once; quality is measured against the same."""
    largest = max(rendition.width for rendition in renditions), max(rendition.height for rendition in renditions)
    prepared = source_filters.prepared(node[str(work.info.video.stream_index)], work.info, largest)
    split = prepared.filter_multi_output("split", len(renditions))
    return [
        split[place]
        .filter("scale", rendition.width, rendition.height, flags=SCALER, out_range="tv")
        .filter("setsar", 1)
        .filter("format", "yuv420p")
        for place, rendition in enumerate(renditions)
    ]


def _output(picture: Any, audio: Any, info: media_pb2.MediaInfo, rendition: Rendition, counts: Path) -> Any:
    streams = [picture] if audio is None else [picture, audio]
    options = _container_options(rendition) | _video_options(rendition, counts)
    if audio is not None:
        options |= _audio_options(rendition, info.audio[0])
    return ffmpeg.output(*streams, f"file:{rendition.path}", **options)


def _container_options(rendition: Rendition) -> dict[str, Any]:
    tags = {f"metadata:g:{place}": f"{key}={value}" for place, (key, value) in enumerate(rendition.tags.items())}
    return tags | {
        "format": "mp4",
        "movflags": "+faststart+use_metadata_tags",
        "fflags": "+bitexact",
        "map_metadata": -1,
        "map_chapters": -1,
    }


def _video_options(rendition: Rendition, counts: Path) -> dict[str, Any]:
    if rendition.gop_frames is None:
        keyframes: dict[str, Any] = {
            "g": LONGEST_GOP_FRAMES,
            # Counted from the last keyframe: `n_forced` would make each frame after a long gap one.
            "force_key_frames": f"expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+{rendition.gop_seconds:g}))",
        }
    else:
        keyframes = {"g": rendition.gop_frames, "keyint_min": rendition.gop_frames}
    return keyframes | {
        "c:v": "libx264",
        "preset": rendition.speed,
        "crf": rendition.crf,
        "threads:v": rendition.threads,
        "sc_threshold": 0,
        "flags:v": "+bitexact+cgop",
        # x264 else picks faster, not quite equal ways on some processors.
        "x264-params": "cpu-independent=1",
        # Each picture once, at the source's own time: no frame is made or dropped to fit a rate.
        "fps_mode:v": "vfr",
        "enc_time_base:v": "filter",
        "stats_enc_post:v": f"file:{counts}",
        "stats_enc_post_fmt:v": "{fidx} {n}",
    }


def _audio_options(rendition: Rendition, source: media_pb2.AudioStream) -> dict[str, Any]:
    options: dict[str, Any] = {
        "c:a": "aac",
        "b:a": rendition.audio_bits_per_second,
        "ac": rendition.audio_channels,
        "flags:a": "+bitexact",
        # Gaps become silence, so that sound stays with its picture.
        "af": "aresample=async=1",
    }
    if source.sample_rate_hertz > HIGHEST_SAMPLE_RATE:
        options["ar"] = HIGHEST_SAMPLE_RATE
    if source.language.isascii() and source.language.isalpha() and source.language != "und":
        options["metadata:s:a:0"] = f"language={source.language}"
    return options
