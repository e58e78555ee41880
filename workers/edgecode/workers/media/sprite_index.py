"""The WebVTT file beside sprite sheets: which picture of which sheet belongs to which time. Pure."""

import hashlib
from dataclasses import dataclass

from edgecode.workers.media.tags import to_comment


@dataclass(frozen=True, slots=True)
class Grid:
    """Pictures on sheets, row by row; the last sheet may be part empty.

    Attributes:
        columns, rows: of a sheet.
        width, height: of a picture, pixels.
        interval_seconds: time each picture stands for.
        count: pictures, at least 1.
    """

    columns: int
    rows: int
    width: int
    height: int
    interval_seconds: float
    count: int

    @property
    def sheets(self) -> int:
        """How many sheets there are."""
        return -(-self.count // (self.columns * self.rows))

    @property
    def sheet_size(self) -> tuple[int, int]:
        """Width and height of a sheet, pixels."""
        return self.columns * self.width, self.rows * self.height

    def place(self, picture: int) -> tuple[int, int, int]:
        """Sheet, left and top (pixels) of a picture, all from 0."""
        sheet, cell = divmod(picture, self.columns * self.rows)
        row, column = divmod(cell, self.columns)
        return sheet, column * self.width, row * self.height


def web_vtt(grid: Grid, sheet_names: list[str], seconds: float, tags: dict[str, str]) -> str:
    """The whole file: one cue a picture, from 0 to the end of the source; the stamp stands in a note.

    Args:
        grid: of the sheets.
        sheet_names: file names, relative to the index.
        seconds: where the last cue ends.
        tags: of the file.
    """
    cues = []
    for picture in range(grid.count):
        sheet, left, top = grid.place(picture)
        start = picture * grid.interval_seconds
        end = seconds if picture == grid.count - 1 else start + grid.interval_seconds
        cues.append(
            f"{_time(start)} --> {_time(max(end, start + 0.001))}\n"
            f"{sheet_names[sheet]}#xywh={left},{top},{grid.width},{grid.height}\n"
        )
    # `-->` ends no note, but starts a cue; our tags have none.
    return "\n".join([f"WEBVTT\n\nNOTE {to_comment(tags)}\n", *cues])


def content_sha256(text: str) -> str:
    """SHA-256 (hex) of the cues alone: whoever made the file, the same cues give the same."""
    _, _, cues = text.partition("\n\nNOTE ")
    _, _, cues = cues.partition("\n\n")
    return hashlib.sha256(cues.encode()).hexdigest()


def _time(seconds: float) -> str:
    whole, millis = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{millis:03}"
