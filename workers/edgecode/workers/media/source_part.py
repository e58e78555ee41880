"""The part of a source's time that an output shows. Pure."""

from dataclasses import dataclass

from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import Reason, users


@dataclass(frozen=True, slots=True)
class Part:
    """From `start_seconds` on, to `end_seconds` or, where that is None, to the end; seconds from the source's start."""

    start_seconds: float = 0.0
    end_seconds: float | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is all there is."""
        return not self.start_seconds and self.end_seconds is None

    def seek(self) -> dict[str, str]:
        """Ffmpeg's options of an input: it decodes from the keyframe before and drops what comes too early."""
        options = {"ss": f"{self.start_seconds:.6f}"} if self.start_seconds else {}
        if self.end_seconds is not None:
            options["t"] = f"{self.end_seconds - self.start_seconds:.6f}"
        return options

    def of(self, start_seconds: float, duration_seconds: float) -> tuple[float, float]:
        """Start and duration, in the part's own time, of a stream with this start and duration in the source's."""
        end = start_seconds + duration_seconds
        if self.end_seconds is not None:
            end = min(end, self.end_seconds)
        first = max(start_seconds, self.start_seconds)
        return first - self.start_seconds, max(end - first, 0.0)


def part_of(trim: media_pb2.Trim, info: media_pb2.MediaInfo) -> Part:
    """The part that a trim asks for; an unset one is the whole.

    Raises:
        MediaFailure: TRIM_OUTSIDE_SOURCE, the user's, when nothing of the source lies in it.
    """
    end = trim.end_seconds or None
    if end is not None and end >= info.duration_seconds:
        end = None
    part = Part(trim.start_seconds, end)
    if part.is_whole:
        return part
    line = info.video if info.HasField("video") else info.audio[0]
    if part.of(line.start_seconds, line.duration_seconds)[1] <= 0:
        raise users(
            Reason.TRIM_OUTSIDE_SOURCE,
            f"the trim begins at {trim.start_seconds:g} s, and the source ends at {info.duration_seconds:g} s",
        )
    return part
