"""How each video codec is encoded: which of ffmpeg's encoders, and the options that mean the same in all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from edgecode.v1 import media_pb2

H264, HEVC = media_pb2.VIDEO_CODEC_H264, media_pb2.VIDEO_CODEC_HEVC
VP9, AV1 = media_pb2.VIDEO_CODEC_VP9, media_pb2.VIDEO_CODEC_AV1
SPEEDS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")
# Speeds of the other encoders, of what costs about as much against their own slowest as x264's does.
_VP9_SPEED = dict(zip(SPEEDS, (5, 5, 5, 4, 3, 2, 1, 1, 0), strict=True))
_AV1_SPEED = dict(zip(SPEEDS, (12, 11, 10, 9, 8, 7, 5, 4, 3), strict=True))
# As the server reckons, which says how many of these fit into one child.
AV1_LARGE_PIXELS = 4_200_000
# Above what a target asks for: the rate over the buffer's time.
USUAL_HEADROOM = 2


@dataclass(frozen=True, slots=True)
class RateControl:
    """What decides how many bits pictures get.

    Attributes:
        crf: quality; None where `target_bits_per_second` decides.
        target_bits_per_second: average; 0 where `crf` decides.
        max_bits_per_second: over `buffer_seconds`; 0 for no bound.
        buffer_seconds: of the decoder's buffer.
    """

    crf: int | None
    target_bits_per_second: int
    max_bits_per_second: int
    buffer_seconds: float


@dataclass(frozen=True, slots=True)
class Encoder:
    """One of ffmpeg's encoders.

    Attributes:
        name: ffmpeg's.
        codec: as ffmpeg names what it writes.
        default_crf: where the spec says nothing.
        options: of speed, threads, rate control and pixels of a picture.
    """

    name: str
    codec: str
    default_crf: int
    options: Callable[[str, int, RateControl, int], dict[str, Any]]


def rate_control(spec: media_pb2.RenditionSpec, encoder: Encoder) -> RateControl:
    """What a spec says of bits, with every default filled in."""
    target = spec.target_bits_per_second
    return RateControl(
        None if target else spec.crf or encoder.default_crf,
        target,
        spec.max_bits_per_second or USUAL_HEADROOM * target,
        spec.buffer_seconds or 2.0,
    )


def _bits(rate: RateControl) -> dict[str, Any]:
    """As x264 and x265 are told."""
    found: dict[str, Any] = {"b:v": rate.target_bits_per_second} if rate.crf is None else {"crf": rate.crf}
    if rate.max_bits_per_second:
        found |= {
            "maxrate:v": rate.max_bits_per_second,
            "bufsize:v": round(rate.max_bits_per_second * rate.buffer_seconds),
        }
    return found


def _h264(speed: str, threads: int, rate: RateControl, _pixels: int) -> dict[str, Any]:
    if rate.max_bits_per_second:
        # With a bound, frames (and with `sliced-threads` slices) under way at once see each other's sizes as far as
        # they are: never twice alike.
        threads = 1
    return _bits(rate) | {
        "preset": speed,
        "threads:v": threads,
        "sc_threshold": 0,
        "flags:v": "+bitexact+cgop",
        # x264 else picks faster, not quite equal ways on some processors.
        "x264-params": "cpu-independent=1",
    }


def _hevc(speed: str, threads: int, rate: RateControl, _pixels: int) -> dict[str, Any]:
    # One picture at a time, its rows on the threads: how many pictures are under way else changes the bytes.
    own = f"log-level=error:info=0:scenecut=0:open-gop=0:pools={threads}:frame-threads=1"
    return _bits(rate) | {
        "preset": speed,
        "flags:v": "+bitexact+cgop",
        "forced-idr": 1,
        "x265-params": own,
        # As Apple's players want it.
        "tag:v": "hvc1",
    }


def _vp9(speed: str, threads: int, rate: RateControl, _pixels: int) -> dict[str, Any]:
    bits: dict[str, Any] = {"b:v": rate.target_bits_per_second}
    if rate.crf is not None:
        bits = {"crf": rate.crf, "b:v": rate.max_bits_per_second}
    elif rate.max_bits_per_second:
        bits |= _bits(rate)
    return bits | {
        "deadline": "good",
        "cpu-used": _VP9_SPEED[speed],
        "threads:v": threads,
        "row-mt": 0,
        "auto-alt-ref": 1,
        "lag-in-frames": 25,
        "flags:v": "+bitexact",
    }


def _av1(speed: str, threads: int, rate: RateControl, pixels: int) -> dict[str, Any]:
    # It bounds rates of a quality only; a target it keeps by itself.
    bits = _bits(rate) if rate.target_bits_per_second == 0 else {"b:v": rate.target_bits_per_second}
    if rate.max_bits_per_second:
        # With a target or a bound several threads never give the same bytes twice.
        threads = 1
    own = f"lp={threads}:scd=0"
    if pixels > AV1_LARGE_PIXELS:
        # Groups of 8 pictures, and not of 32: what it keeps of those would not fit into a child, 5.3 GB for 2160 lines
        # at `medium` with ten bits. Of natural pictures the bytes and the likeness are about the same.
        own += ":hierarchical-levels=3"
    return bits | {
        "preset": _AV1_SPEED[speed],
        "svtav1-params": own,
        "flags:v": "+bitexact+cgop",
    }


ENCODERS: Mapping[int, Encoder] = {
    H264: Encoder("libx264", "h264", 23, _h264),
    HEVC: Encoder("libx265", "hevc", 26, _hevc),
    VP9: Encoder("libvpx-vp9", "vp9", 35, _vp9),
    AV1: Encoder("libsvtav1", "av1", 35, _av1),
}


def encoder_of(spec: media_pb2.RenditionSpec) -> Encoder:
    """The encoder of a rendition, H.264's where it says nothing."""
    return ENCODERS[spec.video_codec or H264]
