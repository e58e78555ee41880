"""Files with moving pictures."""

from collections.abc import Iterator

from edgecode.core.errors import Violation
from edgecode.server.jobs.specs.fields import Choice, Number, check_choices, check_numbers, fill, only
from edgecode.server.jobs.specs.picture import LINES
from edgecode.server.jobs.specs.sound import BITS_PER_SECOND, CHANNELS, check_loudness, fill_loudness
from edgecode.server.jobs.specs.time import check_trim
from edgecode.v1 import media_pb2 as media

SPEEDS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")
DEFAULT_SPEED = "veryfast"
MOST_FRAMES_PER_SECOND = 120
# Lowest and highest are those of the encoders' scales; the defaults look about alike.
CRF = {
    media.VIDEO_CODEC_H264: Number(1, 51, 23),
    media.VIDEO_CODEC_HEVC: Number(1, 51, 26),
    media.VIDEO_CODEC_VP9: Number(1, 63, 35),
    media.VIDEO_CODEC_AV1: Number(1, 63, 35),
}
EIGHT_BITS, TEN_BITS = "yuv420p", "yuv420p10le"
PIXEL_FORMATS = {
    media.VIDEO_CODEC_H264: (EIGHT_BITS, "yuv422p", "yuv444p"),
    media.VIDEO_CODEC_HEVC: (EIGHT_BITS, TEN_BITS),
    media.VIDEO_CODEC_VP9: (EIGHT_BITS, TEN_BITS),
    media.VIDEO_CODEC_AV1: (EIGHT_BITS, TEN_BITS),
}
VIDEO_IN = {
    media.CONTAINER_MP4: (media.VIDEO_CODEC_H264, media.VIDEO_CODEC_HEVC, media.VIDEO_CODEC_AV1),
    media.CONTAINER_WEBM: (media.VIDEO_CODEC_VP9, media.VIDEO_CODEC_AV1),
    media.CONTAINER_MKV: tuple(CRF),
}
AUDIO_IN = {
    media.CONTAINER_MP4: (media.AUDIO_CODEC_AAC, media.AUDIO_CODEC_OPUS, media.AUDIO_CODEC_NONE),
    media.CONTAINER_WEBM: (media.AUDIO_CODEC_OPUS, media.AUDIO_CODEC_NONE),
    media.CONTAINER_MKV: (media.AUDIO_CODEC_AAC, media.AUDIO_CODEC_OPUS, media.AUDIO_CODEC_NONE),
}
_RATE = Number(50_000, 200_000_000, meaning="crf decides")
NUMBERS = {
    "height_pixels": Number(*LINES, even=True, required=True),
    "width_pixels": Number(2, 8192, even=True, meaning="what the source's shape gives"),
    "gop_seconds": Number(0.1, 30, 2),
    "threads": Number(1, 16, 2),
    "target_bits_per_second": _RATE,
    "max_bits_per_second": Number(50_000, 400_000_000, meaning="no bound with crf, twice the target with a target"),
    "buffer_seconds": Number(0.1, 20, 2),
    "audio_bits_per_second": BITS_PER_SECOND,
    "audio_channels": CHANNELS,
}
CHOICES = {
    "container": Choice(media.Container, media.CONTAINER_MP4),
    "video_codec": Choice(media.VideoCodec, media.VIDEO_CODEC_H264),
    "fit": Choice(media.Fit, media.FIT_INSIDE),
    "audio_tracks": Choice(media.AudioTracks, media.AUDIO_TRACKS_DEFAULT),
    "hdr": Choice(media.Hdr, media.HDR_TONE_MAP),
}
# What it means when it is left out depends on the container.
AUDIO_CODEC = Choice(media.AudioCodec)
RULE = Choice(media.FrameRate.Rule)
WATERMARK_NUMBERS = {
    "height_ratio": Number(0.001, 1, 0.1),
    "margin_ratio": Number(0, 0.5, 0.03),
    "opacity": Number(0.01, 1, 1),
}
WATERMARK_CHOICES = {"corner": Choice(media.Watermark.Corner, media.Watermark.CORNER_BOTTOM_RIGHT)}


def fill_rendition(spec: media.RenditionSpec) -> None:
    """Puts every default in."""
    fill(spec, NUMBERS, CHOICES)
    spec.speed = spec.speed or DEFAULT_SPEED
    spec.pixel_format = spec.pixel_format or (TEN_BITS if spec.hdr == media.HDR_KEEP else EIGHT_BITS)
    webm = spec.container == media.CONTAINER_WEBM
    spec.audio_codec = spec.audio_codec or (media.AUDIO_CODEC_OPUS if webm else media.AUDIO_CODEC_AAC)
    if spec.target_bits_per_second:
        spec.max_bits_per_second = spec.max_bits_per_second or 2 * spec.target_bits_per_second
    else:
        spec.crf = spec.crf or int(CRF[spec.video_codec].default or 0)
    if spec.HasField("loudness"):
        fill_loudness(spec.loudness)
    if spec.HasField("watermark"):
        fill(spec.watermark, WATERMARK_NUMBERS, WATERMARK_CHOICES)


def check_rendition(path: str, spec: media.RenditionSpec) -> Iterator[Violation]:
    """What is wrong with a rendition: each field by itself; where all are well, the fields against each other."""
    wrong = [
        *check_numbers(path, spec, NUMBERS),
        *check_choices(path, spec, CHOICES | {"audio_codec": AUDIO_CODEC}),
        *_check_speed(path, spec.speed),
        *check_trim(f"{path}.trim", spec.trim),
        *check_loudness(f"{path}.loudness", spec.loudness),
        *_check_frame_rate(f"{path}.frame_rate", spec),
        *_check_watermark(f"{path}.watermark", spec),
    ]
    yield from wrong or _check_together(path, spec)


def _check_together(path: str, spec: media.RenditionSpec) -> Iterator[Violation]:
    whole = media.RenditionSpec()
    whole.CopyFrom(spec)
    fill_rendition(whole)
    container = f"in {media.Container.Name(whole.container)}"
    yield from only(
        f"{path}.video_codec", CHOICES["video_codec"], whole.video_codec, VIDEO_IN[whole.container], container
    )
    yield from only(f"{path}.audio_codec", AUDIO_CODEC, whole.audio_codec, AUDIO_IN[whole.container], container)
    yield from _check_rate(path, spec, CRF[whole.video_codec])
    yield from _check_pixels(path, whole)
    if whole.fit != media.FIT_INSIDE and not whole.width_pixels:
        yield Violation(f"{path}.width_pixels", f"is required with {media.Fit.Name(whole.fit)}")
    if whole.audio_codec == media.AUDIO_CODEC_NONE and whole.HasField("loudness"):
        yield Violation(f"{path}.loudness", "is of sound, and audio_codec is AUDIO_CODEC_NONE")


def _check_rate(path: str, spec: media.RenditionSpec, crf: Number) -> Iterator[Violation]:
    if spec.crf and spec.target_bits_per_second:
        yield Violation(f"{path}.crf", "and target_bits_per_second exclude each other")
    elif spec.crf and not crf.takes(spec.crf):
        yield Violation(f"{path}.crf", f"must be 0 for the default or {crf.values}, and is {spec.crf}")
    if spec.max_bits_per_second and spec.max_bits_per_second < spec.target_bits_per_second:
        yield Violation(f"{path}.max_bits_per_second", f"must not be below the target {spec.target_bits_per_second}")


def _check_pixels(path: str, whole: media.RenditionSpec) -> Iterator[Violation]:
    formats = PIXEL_FORMATS[whole.video_codec]
    codec = media.VideoCodec.Name(whole.video_codec)
    if whole.hdr == media.HDR_KEEP and TEN_BITS not in formats:
        yield Violation(f"{path}.hdr", f"HDR_KEEP needs ten bits, which {codec} here has not")
    elif whole.hdr == media.HDR_KEEP and whole.pixel_format != TEN_BITS:
        yield Violation(f"{path}.pixel_format", f"must be {TEN_BITS} with HDR_KEEP, and is {whole.pixel_format}")
    elif whole.pixel_format not in formats:
        yield Violation(f"{path}.pixel_format", f"must be one of {', '.join(formats)} with {codec}")


def _check_speed(path: str, speed: str) -> Iterator[Violation]:
    if speed and speed not in SPEEDS:
        yield Violation(f"{path}.speed", f"must be empty for the default or one of {', '.join(SPEEDS)}")


def _check_frame_rate(path: str, spec: media.RenditionSpec) -> Iterator[Violation]:
    if not spec.HasField("frame_rate"):
        return
    rate = spec.frame_rate
    if rate.rule not in RULE.enum.values() or not rate.rule:
        yield Violation(f"{path}.rule", f"must be one of {', '.join(RULE.enum.keys()[1:])}, and is {rate.rule}")
    if not 1 <= rate.denominator <= 100_000:
        yield Violation(f"{path}.denominator", f"must be 1 to 100000, and is {rate.denominator}")
    elif not 1 <= rate.numerator <= MOST_FRAMES_PER_SECOND * rate.denominator:
        most = MOST_FRAMES_PER_SECOND * rate.denominator
        yield Violation(f"{path}.numerator", f"must be 1 to {most} over {rate.denominator}, and is {rate.numerator}")


def _check_watermark(path: str, spec: media.RenditionSpec) -> Iterator[Violation]:
    if not spec.HasField("watermark"):
        return
    if not spec.watermark.asset_id:
        yield Violation(f"{path}.asset_id", "is required: upload the picture first")
    yield from check_numbers(path, spec.watermark, WATERMARK_NUMBERS)
    yield from check_choices(path, spec.watermark, WATERMARK_CHOICES)
