"""The built-in presets: named lists of outputs, whose revisions never change: each value is spelled out, no default."""

from collections.abc import Sequence

from edgecode.core.errors import NotFound, Violation
from edgecode.server.pages import slice_page
from edgecode.v1 import job_pb2
from edgecode.v1 import media_pb2 as media

_LINES = (1080, 720, 480, 360)


def _rendition(lines: int) -> media.OutputSpec:
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


WEB = job_pb2.Preset(
    preset="web",
    title="H.264/AAC MP4 at 1080, 720, 480 and 360 lines, never upscaled, and a thumbnail",
    revision=1,
    outputs=[*(_rendition(lines) for lines in _LINES), _thumbnail()],
)
THUMBNAIL = job_pb2.Preset(
    preset="thumbnail", title="A JPEG of 360 lines from a keyframe", revision=1, outputs=[_thumbnail()]
)


class Presets:
    """Presets by name."""

    def __init__(self, presets: Sequence[job_pb2.Preset] = (THUMBNAIL, WEB)) -> None:
        self._presets = {preset.preset: preset for preset in sorted(presets, key=lambda p: p.preset)}

    def get(self, name: str) -> job_pb2.Preset:
        """The latest revision of a preset.

        Raises:
            NotFound: `PRESET_NOT_FOUND`, naming those there are.
        """
        if name not in self._presets:
            known = ", ".join(self._presets)
            raise NotFound(
                "PRESET_NOT_FOUND",
                f"no preset {name[:64]!r}; there are {known}",
                violations=[Violation("preset", f"is none of {known}")],
            )
        return self._presets[name]

    def list(self, request: job_pb2.ListPresetsRequest) -> job_pb2.ListPresetsResponse:
        """A page of presets, by name; raises InvalidRequest for a bad page."""
        found, token = slice_page([*self._presets.values()], request, "JobService.ListPresets")
        return job_pb2.ListPresetsResponse(presets=found, next_page_token=token)
