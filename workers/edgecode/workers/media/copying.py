"""Where a source's stream already is what is asked for, so that its packets may be copied. Pure.

What says how to encode (crf, speed, threads, distance of keyframes) asks nothing of a stream that is not encoded; what
says how it is to be does. Containers lie now and then: a copy that is not verified is made again by encoding.
"""

from collections.abc import Sequence
from dataclasses import replace

from edgecode.core.frame_shape import FrameShape
from edgecode.v1 import media_pb2
from edgecode.workers.media import source_filters
from edgecode.workers.media.sound import CODECS, HIGHEST_SAMPLE_RATE, Sound, Wanted
from edgecode.workers.media.source_part import Part
from edgecode.workers.media.video_encoders import encoder_of

# Encoders miss the rate asked for by so much too.
_SLACK = 1.1


def picture_fits(spec: media_pb2.RenditionSpec, shape: FrameShape, info: media_pb2.MediaInfo) -> bool:
    """Whether the source's pictures are those asked for."""
    video = info.video
    size = video.width_pixels, video.height_pixels
    as_they_are = (
        size == (video.display_width_pixels, video.display_height_pixels) == (shape.width, shape.height)
        and size == (shape.scaled_width, shape.scaled_height)
        and not video.rotation_degrees
        and not video.interlaced
    )
    changed = spec.HasField("trim") or spec.HasField("watermark") or spec.HasField("frame_rate")
    hdr = source_filters.needs_cube(info) and spec.hdr != media_pb2.HDR_KEEP
    bound = spec.max_bits_per_second or _SLACK * spec.target_bits_per_second
    return (
        as_they_are
        and not changed
        and not hdr
        and video.codec == encoder_of(spec).codec
        and video.pixel_format == (spec.pixel_format or "yuv420p")
        and (not bound or 0 < video.bits_per_second <= bound)
    )


def sounds(planned: Sequence[Sound], wanted: Wanted, part: Part) -> list[Sound]:
    """The tracks, each copied where it is what is asked for."""
    if wanted.loudness is not None or not part.is_whole:
        return list(planned)
    return [replace(sound, copied=_track_fits(sound)) for sound in planned]


def _track_fits(sound: Sound) -> bool:
    track = sound.track
    return (
        track.codec == CODECS[sound.codec]
        and track.channels == sound.channels
        and track.sample_rate_hertz <= HIGHEST_SAMPLE_RATE
        and track.bits_per_second <= _SLACK * sound.bits_per_second
    )
