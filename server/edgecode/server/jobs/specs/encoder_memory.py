"""How much memory the encoders of one job may take together: they are one process, whose memory a worker bounds.

Measured: the peak of private memory (`VmData`, what RLIMIT_DATA counts) of one ffmpeg, without 60 MB of its own. x264
of 64x36 to 3840x2160, the others at 360, 720 and 2160 lines, with 2 and 16 threads, at `veryfast`, `medium` and
`veryslow`. Speeds between stand at the higher figure; HEVC's `slow`, which looks less far ahead, in between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from edgecode.v1 import media_pb2

# Of the 4,295 MB that a worker gives one child: the decoder of a 4K source takes up to 300, frames under way the rest.
MOST_MEGABYTES = 3_700
# No rendition is larger than its source, and no source than this: `max_pixels` of docs/presets.md.
LARGEST_PIXELS = 4096 * 2304
_EACH = 33
_EACH_THREAD = 17
# Small pictures cost more than their pixels.
_COUNTED_TWICE_MEGAPIXELS = 0.5
_EACH_MEGAPIXEL_AND_THREAD_OVER_2 = 14
_SPEEDS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")


@dataclass(frozen=True, slots=True)
class EncoderMemory:
    """What an encoder takes of memory.

    Attributes:
        each_megapixel: MB, by speed, with 8 bits of 4:2:0: mostly the frames that it looks ahead to.
        wider: how many times that with other pixels.
        threads_hold_frames: each thread works on a frame of its own.
    """

    each_megapixel: Mapping[str, float]
    wider: Mapping[str, float]
    threads_hold_frames: bool = False


def _by_speed(*megabytes: float) -> Mapping[str, float]:
    return dict(zip(_SPEEDS, megabytes, strict=True))


MEMORY: Mapping[int, EncoderMemory] = {
    media_pb2.VIDEO_CODEC_H264: EncoderMemory(
        _by_speed(105, 105, 105, 130, 165, 205, 300, 410, 410),
        {"yuv422p": 1.3, "yuv444p": 1.6},
        threads_hold_frames=True,
    ),
    media_pb2.VIDEO_CODEC_HEVC: EncoderMemory(
        _by_speed(210, 210, 210, 210, 210, 240, 290, 365, 365), {"yuv420p10le": 1.4}
    ),
    # It looks 25 frames ahead at any speed.
    media_pb2.VIDEO_CODEC_VP9: EncoderMemory(dict.fromkeys(_SPEEDS, 138.0), {"yuv420p10le": 1.5}),
    media_pb2.VIDEO_CODEC_AV1: EncoderMemory(
        _by_speed(210, 210, 210, 350, 350, 350, 385, 385, 385), {"yuv420p10le": 1.6}, threads_hold_frames=True
    ),
}
# Above it workers let SVT-AV1 keep fewer pictures: with ten bits at `medium` it would take 5.3 GB for 2160 lines. The
# share is that of 720 (481 of 852 MB) and 1080 lines (859). A whole job of `archive` with 100 frames of 2160 lines took
# 2.8 GB, decoder and all, where 3.0 are reckoned for the encoder.
AV1_LARGE_MEGAPIXELS = 4.2
_AV1_LARGE_SHARE = 0.6


def encoder_megabytes(renditions: Iterable[media_pb2.RenditionSpec]) -> int:
    """Memory that the encoders of all of these take, in MB, within a tenth; pictures without a width count as 16:9."""
    return round(sum(map(_megabytes, renditions)))


def _megabytes(spec: media_pb2.RenditionSpec) -> float:
    threads = spec.threads or 2
    width = spec.width_pixels or spec.height_pixels * 16 / 9
    megapixels = min(width * spec.height_pixels, LARGEST_PIXELS) / 1e6
    codec = spec.video_codec or media_pb2.VIDEO_CODEC_H264
    memory = MEMORY[codec]
    pixels = spec.pixel_format or ("yuv420p10le" if spec.hdr == media_pb2.HDR_KEEP else "yuv420p")
    each_megapixel = memory.each_megapixel[spec.speed or "veryfast"] * memory.wider.get(pixels, 1.0)
    if codec == media_pb2.VIDEO_CODEC_AV1 and megapixels > AV1_LARGE_MEGAPIXELS:
        each_megapixel *= _AV1_LARGE_SHARE
    frames = _EACH_MEGAPIXEL_AND_THREAD_OVER_2 * max(threads - 2, 0) * megapixels if memory.threads_hold_frames else 0
    picture = each_megapixel * (megapixels + min(megapixels, _COUNTED_TWICE_MEGAPIXELS))
    return _EACH + _EACH_THREAD * threads + picture + frames
