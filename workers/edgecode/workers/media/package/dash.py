"""The DASH manifest (ISO/IEC 23009-1, on-demand profile) over CMAF tracks, addressed by their own index. Pure."""

from collections.abc import Sequence
from itertools import groupby
from xml.sax.saxutils import quoteattr

from edgecode.workers.media.package.track import Track

NAMESPACE = "urn:mpeg:dash:schema:mpd:2011"
PROFILE = "urn:mpeg:dash:profile:isoff-on-demand:2011"
CHANNELS = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
SUFFIX = ".mpd"


def manifest(videos: Sequence[Track], sounds: Sequence[Track], stamp: str) -> str:
    """The whole manifest: pictures of one codec in one set, sounds each in a set of their own."""
    tracks = [*videos, *sounds]
    seconds = max(track.seconds for track in tracks)
    longest = max(segment.seconds for track in tracks for segment in track.index.segments)
    by_codec = sorted(videos, key=lambda track: (_family(track), track.average_bits_per_second))
    sets = [_video_set(list(group)) for _, group in groupby(by_codec, _family)] + [_sound_set(one) for one in sounds]
    body = "\n".join(one.replace("<AdaptationSet", f'<AdaptationSet id="{place}"', 1) for place, one in enumerate(sets))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        # Two hyphens would end the comment; ours has none, and must not get them from a version.
        f"<!-- edgecode {stamp.replace('--', '-')} -->\n"
        f'<MPD xmlns="{NAMESPACE}" profiles="{PROFILE}" type="static" '
        f'mediaPresentationDuration="PT{seconds:.3f}S" minBufferTime="PT{longest:.3f}S">\n'
        f'<Period id="0" start="PT0S">\n{body}\n</Period>\n</MPD>\n'
    )


def _family(track: Track) -> str:
    return track.codecs.partition(".")[0]


def _video_set(tracks: Sequence[Track]) -> str:
    size = f'maxWidth="{max(t.width for t in tracks)}" maxHeight="{max(t.height for t in tracks)}"'
    return _set("video", size, "\n".join(_representation(track, _of_pictures(track)) for track in tracks))


def _sound_set(track: Track) -> str:
    channels = f'<AudioChannelConfiguration schemeIdUri="{CHANNELS}" value="{track.channels}"/>\n'
    language = f"lang={quoteattr(track.language)}" if track.language else ""
    return _set("audio", language, _representation(track, "", channels))


def _set(kind: str, attributes: str, body: str) -> str:
    aligned = 'subsegmentAlignment="true" subsegmentStartsWithSAP="1"'
    opening = " ".join(filter(None, (f'contentType="{kind}" mimeType="{kind}/mp4"', attributes, aligned)))
    return f"<AdaptationSet {opening}>\n{body}\n</AdaptationSet>"


def _of_pictures(track: Track) -> str:
    # As a fraction in milliseconds: what is not even has no other.
    rate = f"{track.frames * 1000}/{max(round(track.seconds * 1000), 1)}"
    return f' width="{track.width}" height="{track.height}" sar="1:1" frameRate="{rate}"'


def _representation(track: Track, attributes: str, more: str = "") -> str:
    index = track.index
    return (
        f'<Representation id={quoteattr(track.representation)} codecs="{track.codecs}" '
        f'bandwidth="{track.peak_bits_per_second}"{attributes}>\n'
        f"{more}<BaseURL>{track.name}</BaseURL>\n"
        f'<SegmentBase indexRange="{index.init_bytes}-{index.init_bytes + index.index_bytes - 1}">'
        f'<Initialization range="0-{index.init_bytes - 1}"/></SegmentBase>\n'
        "</Representation>"
    )
