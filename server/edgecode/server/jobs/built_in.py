"""The built-in presets: named lists of outputs, whose revisions never change: each value is spelled out, no default."""

from edgecode.v1 import job_pb2
from edgecode.v1 import media_pb2 as media

_LINES = (1080, 720, 480, 360)
# Highest rates of the rungs of `adaptive`, over two seconds: what players switch by must hold.
_MOST_BITS = {1080: 6_000_000, 720: 3_500_000, 480: 1_600_000, 360: 900_000}


def _rendition(lines: int, most_bits: int = 0) -> media.OutputSpec:
    spec = media.RenditionSpec(
        height_pixels=lines,
        crf=23,
        speed="veryfast",
        gop_seconds=2.0,
        threads=2,
        audio_bits_per_second=128_000,
        audio_channels=2,
        container=media.CONTAINER_MP4,
        video_codec=media.VIDEO_CODEC_H264,
        fit=media.FIT_INSIDE,
        max_bits_per_second=most_bits,
        buffer_seconds=2.0,
        pixel_format="yuv420p",
        audio_codec=media.AUDIO_CODEC_AAC,
        audio_tracks=media.AUDIO_TRACKS_DEFAULT,
        hdr=media.HDR_TONE_MAP,
    )
    return media.OutputSpec(output_id=f"{lines}p", rendition=spec)


def _thumbnail() -> media.OutputSpec:
    return media.OutputSpec(
        output_id="thumbnail", thumbnail=media.ThumbnailSpec(height_pixels=360, quality=85, count=1)
    )


def _sprite() -> media.OutputSpec:
    return media.OutputSpec(
        output_id="sprite", sprite=media.SpriteSpec(columns=5, rows=5, height_pixels=90, quality=75)
    )


def _package() -> media.OutputSpec:
    spec = media.PackageSpec(output_ids=[f"{lines}p" for lines in _LINES], segment_seconds=6.0, hls=True, dash=True)
    return media.OutputSpec(output_id="stream", package=spec)


def _archive() -> media.OutputSpec:
    spec = media.RenditionSpec(
        # More than any source has: it keeps its own size.
        height_pixels=4320,
        crf=30,
        speed="medium",
        gop_seconds=10.0,
        threads=2,
        audio_bits_per_second=160_000,
        audio_channels=8,
        container=media.CONTAINER_MP4,
        video_codec=media.VIDEO_CODEC_AV1,
        fit=media.FIT_INSIDE,
        buffer_seconds=2.0,
        pixel_format="yuv420p10le",
        audio_codec=media.AUDIO_CODEC_OPUS,
        audio_tracks=media.AUDIO_TRACKS_ALL,
        hdr=media.HDR_KEEP,
    )
    return media.OutputSpec(output_id="archive", rendition=spec)


def _audio() -> media.OutputSpec:
    spec = media.AudioSpec(
        codec=media.AUDIO_CODEC_AAC,
        bits_per_second=128_000,
        channels=2,
        loudness=media.Loudness(integrated_lufs=-16.0, true_peak_dbtp=-1.5),
        tracks=media.AUDIO_TRACKS_DEFAULT,
    )
    return media.OutputSpec(output_id="audio", audio=spec)


def _preset(name: str, title: str, *outputs: media.OutputSpec) -> job_pb2.Preset:
    return job_pb2.Preset(preset=name, title=title, revision=1, outputs=outputs, built_in=True)


WEB = _preset(
    "web",
    "H.264/AAC MP4 at 1080, 720, 480 and 360 lines, never upscaled, and a thumbnail",
    *(_rendition(lines) for lines in _LINES),
    _thumbnail(),
)
THUMBNAIL = _preset("thumbnail", "A JPEG of 360 lines from a keyframe", _thumbnail())
ADAPTIVE = _preset(
    "adaptive",
    "The ladder of web with bounded rates, HLS and DASH over one set of CMAF files, a sprite sheet and a thumbnail",
    *(_rendition(lines, most) for lines, most in _MOST_BITS.items()),
    _package(),
    _sprite(),
    _thumbnail(),
)
ARCHIVE = _preset("archive", "AV1 with 10 bits and Opus in MP4, in the source's own size, all sound tracks", _archive())
AUDIO = _preset("audio", "AAC in M4A, stereo, as loud as EBU R128 at -16 LUFS; also of sources without video", _audio())

BUILT_IN = {preset.preset: preset for preset in (ADAPTIVE, ARCHIVE, AUDIO, THUMBNAIL, WEB)}
