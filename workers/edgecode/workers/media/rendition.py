"""What a rendition means for one source: every default filled in, every size known. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from edgecode.core.frame_shape import FrameShape, frame_shape
from edgecode.v1 import media_pb2
from edgecode.workers.media import copying, video_encoders
from edgecode.workers.media.containers import Container, container_of
from edgecode.workers.media.sound import Sound, of_rendition, plan_sounds
from edgecode.workers.media.source_part import Part, part_of
from edgecode.workers.media.tools import output_path
from edgecode.workers.media.video_encoders import Encoder, RateControl, encoder_of
from edgecode.workers.media.watermark import Mark, plan_mark

DEFAULT_GOP_SECONDS = 2.0
DEFAULT_SPEED = "veryfast"
DEFAULT_THREADS = 2
DEFAULT_PIXEL_FORMAT = "yuv420p"
UNKNOWN_RATE = Fraction(25)


@dataclass(frozen=True, slots=True)
class Cadence:
    """When pictures stand.

    Attributes:
        rate: asked for, frames per second; None where each picture of the source keeps its time.
        exactly: frames are repeated too, so that each stands at its place.
        gop_frames: distance of keyframes; None where distances of frames vary and time places keyframes.
        gop_seconds: the same in seconds.
    """

    rate: Fraction | None
    exactly: bool
    gop_frames: int | None
    gop_seconds: float


@dataclass(frozen=True, slots=True)
class Rendition:
    """One rung.

    Attributes:
        output_id: of the spec.
        path: where it is written.
        container: kind of file.
        part: of the source's time.
        shape: sizes, pixels.
        encoder, bits, speed, threads, pixel_format: how pictures are encoded.
        cadence: when they stand.
        keeps_hdr: no tone is mapped.
        mark: a picture over the pictures.
        copied: the source's own packets in place of all that.
        sounds: its tracks of sound, none without.
        tags: metadata to write.
    """

    output_id: str
    path: Path
    container: Container
    part: Part
    shape: FrameShape
    encoder: Encoder
    bits: RateControl
    speed: str
    threads: int
    pixel_format: str
    cadence: Cadence
    keeps_hdr: bool
    mark: Mark | None
    copied: bool
    sounds: tuple[Sound, ...]
    tags: dict[str, str]

    @property
    def width(self) -> int:
        """Of the pictures, pixels."""
        return self.shape.width

    @property
    def height(self) -> int:
        """Of the pictures, lines."""
        return self.shape.height


def plan_rendition(
    output: media_pb2.OutputSpec,
    info: media_pb2.MediaInfo,
    scratch: Path,
    tags: dict[str, str],
    *,
    marks: Mapping[str, Path] | None = None,
    may_copy: bool = True,
) -> Rendition:
    """What one output means for this source.

    Args:
        output: a rendition.
        info: what the probe found.
        scratch: where it is written.
        tags: for its metadata.
        marks: pictures by SHA-256.
        may_copy: whether streams may be copied where the spec allows.

    Raises:
        MediaFailure: TRIM_OUTSIDE_SOURCE.
    """
    spec = output.rendition
    container, encoder, part = container_of(spec), encoder_of(spec), part_of(spec.trim, info)
    shape = frame_shape(output, info)
    sounds: Sequence[Sound] = plan_sounds(of_rendition(spec), info)
    copies = may_copy and spec.copy_when_it_fits
    if copies:
        sounds = copying.sounds(sounds, of_rendition(spec), part)
    return Rendition(
        output_id=output.output_id,
        path=output_path(scratch, output.output_id, container.suffix),
        container=container,
        part=part,
        shape=shape,
        encoder=encoder,
        bits=video_encoders.rate_control(spec, encoder),
        speed=spec.speed or DEFAULT_SPEED,
        threads=spec.threads or DEFAULT_THREADS,
        pixel_format=spec.pixel_format or DEFAULT_PIXEL_FORMAT,
        cadence=plan_cadence(spec, info),
        keeps_hdr=spec.hdr == media_pb2.HDR_KEEP,
        mark=plan_mark(spec, shape, marks or {}),
        copied=copies and copying.picture_fits(spec, shape, info),
        sounds=tuple(sounds),
        tags=tags,
    )


def plan_cadence(spec: media_pb2.RenditionSpec, info: media_pb2.MediaInfo) -> Cadence:
    """When a rendition's pictures stand: at most as often as asked, or exactly so."""
    seconds = spec.gop_seconds or DEFAULT_GOP_SECONDS
    usual, variable = frame_rate(info), info.video.variable_frame_rate
    rate = None
    if spec.HasField("frame_rate") and spec.frame_rate.numerator > 0:
        rate = Fraction(spec.frame_rate.numerator, max(spec.frame_rate.denominator, 1))
    exactly = spec.frame_rate.rule == media_pb2.FrameRate.RULE_EXACTLY
    if rate is not None and not exactly and not variable and rate >= usual:
        rate = None
    if rate is not None:
        # What is left when some are dropped stands evenly only where every second or third goes.
        even = exactly or (not variable and (usual / rate).denominator == 1)
        return Cadence(rate, exactly, max(round(seconds * rate), 1) if even else None, seconds)
    return Cadence(
        None, exactly=False, gop_frames=None if variable else max(round(seconds * usual), 1), gop_seconds=seconds
    )


def frame_rate(info: media_pb2.MediaInfo) -> Fraction:
    """Frames per second of the source, on average; 25 where the source does not say."""
    video = info.video
    if video.frame_rate_numerator < 1 or video.frame_rate_denominator < 1:
        return UNKNOWN_RATE
    return Fraction(video.frame_rate_numerator, video.frame_rate_denominator)
