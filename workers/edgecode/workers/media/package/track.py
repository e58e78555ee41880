"""One track of a package: what it was made of, and what stands where in its file."""

from dataclasses import dataclass
from pathlib import Path

from edgecode.workers.media.package.cmaf import TrackIndex


@dataclass(frozen=True, slots=True)
class TrackPlan:
    """A track to be made.

    Attributes:
        output_id: of the rendition or sound it is a track of.
        source: that file.
        stream: which of its streams, as ffmpeg names it.
        path: where it is written.
        is_video: whether it is pictures.
        place: among the sounds of its source, from 0.
    """

    output_id: str
    source: Path
    stream: str
    path: Path
    is_video: bool
    place: int = 0


@dataclass(frozen=True, slots=True)
class Track:
    """A verified track, as playlists speak of it.

    Attributes:
        name: of its file.
        representation: unique in the package.
        codecs: as RFC 6381 has it.
        index: what stands where.
        content_sha256: of its packets.
        width, height: pixels, 0 for sound.
        frames: of pictures.
        channels: of sound.
        language: ISO 639-2, empty where it is not known.
        seconds: how long it is.
    """

    name: str
    representation: str
    codecs: str
    index: TrackIndex
    content_sha256: str
    seconds: float
    width: int = 0
    height: int = 0
    frames: int = 0
    channels: int = 0
    language: str = ""

    @property
    def is_video(self) -> bool:
        """Whether it is pictures."""
        return self.height > 0

    @property
    def average_bits_per_second(self) -> int:
        """Of all its segments."""
        total = sum(segment.size for segment in self.index.segments)
        return max(round(total * 8 / max(self.seconds, 0.001)), 1)

    @property
    def peak_bits_per_second(self) -> int:
        """Of its largest segment for its length; never below the average."""
        # The last one may be a few frames long, which no player's buffer notices.
        longest = max(segment.seconds for segment in self.index.segments)
        whole = [segment for segment in self.index.segments if segment.seconds >= longest / 2]
        return max(self.average_bits_per_second, *(round(s.size * 8 / max(s.seconds, 0.001)) for s in whole))
