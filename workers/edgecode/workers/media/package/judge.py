"""Whether a package is whole: its tracks against what they were made of, its playlists against its tracks. Pure."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from edgecode.workers.media.package.cmaf import TrackIndex
from edgecode.workers.media.package.dash import NAMESPACE
from edgecode.workers.media.verify import Facts

SAME_TIME_SECONDS = 0.005
_BYTE_RANGE = re.compile(r"#EXT-X-BYTERANGE:(\d+)@(\d+)")
_MAP = re.compile(r'#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@0"')
_URI = re.compile(r'URI="([^"]+)"')


def judge_track(made: Facts, source: Facts, index: TrackIndex) -> list[str]:
    """What is wrong with a track, each a sentence.

    Args:
        made: the track as it was read.
        source: the same of the stream it was copied from.
        index: of its file.
    """
    wrong = [
        f"{name} {made[name]}, not {source[name]}"
        for name in ("codec", "packets", "sha256")
        if made[name] != source[name]
    ]
    wrong += [
        f"{name} {made[name]:.3f}, not {source[name]:.3f}"
        for name in ("start_seconds", "duration_seconds")
        if abs(made[name] - source[name]) > SAME_TIME_SECONDS
    ]
    segments = index.segments
    if sum(segment.samples for segment in segments) != made["packets"]:
        wrong.append(f"{sum(segment.samples for segment in segments)} samples in segments, not {made['packets']}")
    if any(not segment.samples for segment in segments):
        wrong.append("an empty segment")
    if "keyframes" in made:
        starts, first = set(), 0
        for segment in segments:
            starts.add(first)
            first += segment.samples
        if cut := sorted(starts - set(made["keyframes"])):
            wrong.append(f"segments begin at frames {cut[:3]}, which are no keyframes")
    return wrong


def judge_media_playlist(text: str, sizes: Mapping[str, int], seconds: float) -> list[str]:
    """What is wrong with the playlist of a track; `sizes` are of the files that may be named."""
    lines = text.splitlines()
    opening = _MAP.search(text)
    if lines[0] != "#EXTM3U" or lines[-1] != "#EXT-X-ENDLIST" or opening is None:
        return ["it is no playlist of a track"]
    name = opening[1]
    wrong = [f"it names {uri}" for uri in lines if uri and not uri.startswith("#") and uri != name]
    end = int(opening[2])
    for found in _BYTE_RANGE.finditer(text):
        length, offset = int(found[1]), int(found[2])
        if offset < end or length < 1 or offset + length > sizes.get(name, 0):
            wrong.append(f"bytes {length}@{offset} of {sizes.get(name, 0)} in {name}")
        end = offset + length
    total = sum(float(line[8:-1]) for line in lines if line.startswith("#EXTINF:"))
    if abs(total - seconds) > max(SAME_TIME_SECONDS, 0.001 * len(lines)):
        wrong.append(f"segments of {total:.3f} s, the track has {seconds:.3f} s")
    return wrong


def judge_master(text: str, names: Sequence[str]) -> list[str]:
    """What is wrong with the playlist of all tracks; it names the playlists of each, and nothing else."""
    named = {line for line in text.splitlines() if line and not line.startswith("#")} | set(_URI.findall(text))
    return [] if named == set(names) else [f"it names {sorted(named)}, not {sorted(names)}"]


def judge_manifest(text: str, indexes: Mapping[str, TrackIndex]) -> list[str]:
    """What is wrong with a DASH manifest."""
    root = ET.fromstring(text)  # noqa: S314 - written here, of names and numbers
    wrong, named = [], []
    for representation in root.iter(f"{{{NAMESPACE}}}Representation"):
        name = representation.findtext(f"{{{NAMESPACE}}}BaseURL") or ""
        named.append(name)
        base = representation.find(f"{{{NAMESPACE}}}SegmentBase")
        index = indexes.get(name)
        if base is None or index is None:
            wrong.append(f"it names {name}")
            continue
        first, last = (int(place) for place in (base.get("indexRange") or "0-0").split("-"))
        if (first, last + 1) != (index.init_bytes, index.init_bytes + index.index_bytes):
            wrong.append(f"index of {name} at {first}-{last}")
    return wrong if sorted(named) == sorted(indexes) else [*wrong, f"it names {sorted(named)}"]
