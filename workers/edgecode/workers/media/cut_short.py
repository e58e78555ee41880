"""Whether a file is shorter than it says of itself."""

from pathlib import Path

from edgecode.workers.media.boxes import begins_as_mp4, boxes

# Writers that cannot go back to fill the length in leave it so.
_UNKNOWN_LENGTHS = {0, 0x7FFFFFFF, 0xFFFFFFFF}


def is_cut_short(path: Path) -> bool:
    """Whether the boxes of an MP4 or MOV, or the one chunk of an AVI, go on beyond the file's end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] == b"RIFF" and head[8:] == b"AVI ":
        length = int.from_bytes(head[4:8], "little")
        return length not in _UNKNOWN_LENGTHS and 8 + length > size
    return begins_as_mp4(path) and any(end > size for _, end in boxes(path))


def is_index_cut(path: Path) -> bool:
    """Whether the index (`moov`) of an MP4 or MOV goes on beyond the file's end."""
    size = path.stat().st_size
    return begins_as_mp4(path) and any(name == b"moov" and end > size for name, end in boxes(path))
