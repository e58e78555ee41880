"""JPEG: how it is encoded, and its comment segment, which ffmpeg neither writes nor shows."""

from pathlib import Path
from typing import Any

from edgecode.workers.media.tags import to_comment

START = b"\xff\xd8"
COMMENT = b"\xff\xfe"
# Two of the segment's 65535 bytes hold its length.
LARGEST = 65533


def encoder(quality: int) -> dict[str, Any]:
    """Ffmpeg's options for pictures of a quality of 1 to 100, each into a file of its own."""
    return {
        "c:v": "mjpeg",
        "q:v": quantiser(quality),
        "flags:v": "+bitexact",
        "fflags": "+bitexact",
        "threads:v": 1,
        "format": "image2",
    }


def quantiser(quality: int) -> int:
    """The scale of ffmpeg, 2 (best) to 31 for a quality of 100 to 1."""
    return round(31 - (quality - 1) * 29 / 99)


def stamp(path: Path, tags: dict[str, str]) -> None:
    """Writes our tags into a picture just made."""
    path.write_bytes(with_comment(path.read_bytes(), to_comment(tags)))


def with_comment(image: bytes, comment: str) -> bytes:
    """The image with a comment segment right after its start.

    Raises:
        ValueError: it is no JPEG, or the comment is too long for a segment.
    """
    text = comment.encode()
    if not image.startswith(START):
        raise ValueError("a JPEG begins with FF D8")
    if len(text) > LARGEST:
        raise ValueError(f"a comment has at most {LARGEST} bytes, not {len(text)}")
    return START + COMMENT + (len(text) + 2).to_bytes(2, "big") + text + image[2:]


def comments(image: bytes) -> list[str]:
    """The comments before the picture's data, in order; stops at the first thing that is no segment."""
    found: list[str] = []
    place = len(START) if image.startswith(START) else len(image)
    while place + 4 <= len(image) and image[place] == 0xFF and image[place + 1] != 0xDA:
        length = int.from_bytes(image[place + 2 : place + 4], "big")
        if image[place : place + 2] == COMMENT:
            found.append(image[place + 4 : place + 2 + length].decode("utf-8", "replace"))
        # A length below two is no segment; it would stand still.
        place += 2 + max(length, 2)
    return found
