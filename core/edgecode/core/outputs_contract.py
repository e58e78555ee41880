"""Which message contract a job needs. Pure.

A worker of contract 1 knows H.264 ladders and single thumbnails and reads past all other fields: it would make
something else than was asked for. A leader of contract 1 knows no exports and no webhooks: it would call a job done
that delivered nothing. So a job that uses any of them carries contract 2, and plain jobs stay readable for all.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from edgecode.v1 import event_pb2, media_pb2

PLAIN = 1
WHOLE = 2

_PLAIN_KINDS = frozenset({"rendition", "thumbnail"})
# What the fields since contract 2 may hold in a plain job: what a reader of contract 1 does anyhow. Fields that are
# messages must be absent, numbers zero.
_AS_BEFORE: Mapping[str, frozenset[object]] = MappingProxyType(
    {
        "container": frozenset({media_pb2.CONTAINER_UNSPECIFIED, media_pb2.CONTAINER_MP4}),
        "video_codec": frozenset({media_pb2.VIDEO_CODEC_UNSPECIFIED, media_pb2.VIDEO_CODEC_H264}),
        "fit": frozenset({media_pb2.FIT_UNSPECIFIED, media_pb2.FIT_INSIDE}),
        "pixel_format": frozenset({"", "yuv420p"}),
        "audio_codec": frozenset({media_pb2.AUDIO_CODEC_UNSPECIFIED, media_pb2.AUDIO_CODEC_AAC}),
        "audio_tracks": frozenset({media_pb2.AUDIO_TRACKS_UNSPECIFIED, media_pb2.AUDIO_TRACKS_DEFAULT}),
        "hdr": frozenset({media_pb2.HDR_UNSPECIFIED, media_pb2.HDR_TONE_MAP}),
        # Says nothing where no rate is bound.
        "buffer_seconds": frozenset({0.0, 2.0}),
        # One is what there always was.
        "count": frozenset({0, 1}),
    }
)
_SINCE_CONTRACT_1 = frozenset(
    {
        "height_pixels", "crf", "speed", "gop_seconds", "threads", "audio_bits_per_second", "audio_channels",
        "time_seconds", "quality",
    }
)  # fmt: skip


def contract_of_job(created: event_pb2.JobCreated) -> int:
    """The smallest contract whose readers do all that a job asks: its outputs, its export, its own webhook."""
    return WHOLE if created.output_uri or created.HasField("webhook") else contract_of(created.outputs)


def contract_of(outputs: Iterable[media_pb2.OutputSpec]) -> int:
    """The smallest contract whose readers make exactly these outputs."""
    return PLAIN if all(map(_is_plain, outputs)) else WHOLE


def _is_plain(output: media_pb2.OutputSpec) -> bool:
    kind = output.WhichOneof("kind")
    if kind not in _PLAIN_KINDS or output.HasField("quality"):
        return False
    # Only fields that are set to something are listed.
    return all(
        field.name in _SINCE_CONTRACT_1 or value in _AS_BEFORE.get(field.name, ())
        for field, value in getattr(output, kind).ListFields()
    )
