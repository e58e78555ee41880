"""HLS playlists (RFC 8216) over CMAF tracks, addressed by byte ranges. Pure."""

import math
from collections.abc import Sequence

from edgecode.workers.media.package.track import Track

# Byte ranges of fragmented MP4 need no less.
VERSION = 7
AUDIO_GROUP = "audio"
# A comment, as any line that begins with `#` and not with `#EXT`.
STAMP = "# edgecode "
SUFFIX = ".m3u8"


def playlist_name(track: Track) -> str:
    """Beside its track."""
    return track.name.removesuffix(".mp4") + SUFFIX


def media_playlist(track: Track, stamp: str) -> str:
    """The segments of one track."""
    segments = track.index.segments
    lines = [
        *_head(stamp),
        f"#EXT-X-TARGETDURATION:{max(math.ceil(max(segment.seconds for segment in segments) - 0.001), 1)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f'#EXT-X-MAP:URI="{track.name}",BYTERANGE="{track.index.init_bytes}@0"',
    ]
    for segment in segments:
        lines += [
            f"#EXTINF:{segment.seconds:.5f},",
            f"#EXT-X-BYTERANGE:{segment.size}@{segment.offset}",
            track.name,
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def master_playlist(videos: Sequence[Track], sounds: Sequence[Track], stamp: str) -> str:
    """All tracks; pictures from the least bits to the most, since players begin with the first."""
    lines = _head(stamp)
    if not videos:
        videos, sounds = sounds, ()
    for place, sound in enumerate(sounds):
        lines.append(_rendition(sound, place))
    for video in sorted(videos, key=lambda track: track.average_bits_per_second):
        lines += [_variant(video, sounds), playlist_name(video)]
    return "\n".join([*lines, ""])


def _head(stamp: str) -> list[str]:
    return ["#EXTM3U", STAMP + stamp, f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]


def _rendition(sound: Track, place: int) -> str:
    language = f'LANGUAGE="{sound.language}",' if sound.language else ""
    name = f"{sound.language or 'sound'}-{place + 1}"
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{AUDIO_GROUP}",NAME="{name}",{language}'
        f'DEFAULT={"NO" if place else "YES"},AUTOSELECT=YES,CHANNELS="{sound.channels}",URI="{playlist_name(sound)}"'
    )


def _variant(video: Track, sounds: Sequence[Track]) -> str:
    heard = max((sound.peak_bits_per_second for sound in sounds), default=0)
    heard_average = max((sound.average_bits_per_second for sound in sounds), default=0)
    codecs = ",".join(dict.fromkeys([video.codecs, *(sound.codecs for sound in sounds)]))
    parts = [
        f"BANDWIDTH={video.peak_bits_per_second + heard}",
        f"AVERAGE-BANDWIDTH={video.average_bits_per_second + heard_average}",
        f'CODECS="{codecs}"',
    ]
    if video.is_video:
        parts += [f"RESOLUTION={video.width}x{video.height}", f"FRAME-RATE={video.frames / video.seconds:.3f}"]
    if sounds:
        parts.append(f'AUDIO="{AUDIO_GROUP}"')
    return f"#EXT-X-STREAM-INF:{','.join(parts)}"
