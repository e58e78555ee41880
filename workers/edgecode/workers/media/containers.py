"""The files that media is written into: suffix, muxer, and the options that make their bytes repeatable."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgecode.v1 import media_pb2
from edgecode.workers.media.tags import MATROSKA_TAG, to_comment


@dataclass(frozen=True, slots=True)
class Container:
    """One kind of file: its suffix, ffmpeg's name of its muxer, and what puts its index first."""

    suffix: str
    muxer: str
    index_first: tuple[str, str]


_FRONT = ("movflags", "+faststart+use_metadata_tags")
_CUES = ("cues_to_front", "1")
CONTAINERS = {
    media_pb2.CONTAINER_MP4: Container(".mp4", "mp4", _FRONT),
    media_pb2.CONTAINER_WEBM: Container(".webm", "webm", _CUES),
    media_pb2.CONTAINER_MKV: Container(".mkv", "matroska", _CUES),
}
M4A = Container(".m4a", "mp4", _FRONT)
MATROSKA = frozenset({".webm", ".mkv"})


def container_of(spec: media_pb2.RenditionSpec) -> Container:
    """The container of a rendition, MP4 where it says nothing."""
    return CONTAINERS[spec.container or media_pb2.CONTAINER_MP4]


def options(container: Container, tags: dict[str, str]) -> dict[str, Any]:
    """Ffmpeg's options of a file: our tags and nothing else of what the source says of itself."""
    key, value = container.index_first
    # Matroska takes the end of a name such as `…-id` for a language: there all tags are one.
    written = {MATROSKA_TAG: to_comment(tags)} if container.suffix in MATROSKA else tags
    return {f"metadata:g:{place}": f"{name}={text}" for place, (name, text) in enumerate(written.items())} | {
        "format": container.muxer,
        key: value,
        "fflags": "+bitexact",
        "map_metadata": -1,
        "map_chapters": -1,
    }


def is_matroska(path: Path) -> bool:
    """Whether a file of ours is Matroska or its subset WebM."""
    return path.suffix in MATROSKA
