"""Texts that name other media: playlists, manifests and scripts, as one would disguise them as a film."""

from pathlib import Path

from edgecode.workers.media.faults import Reason
from tests.hostile.row import Hostile

# Head, what is said once for each target, and end.
KINDS = {
    "HLS playlist": ("#EXTM3U\n#EXT-X-TARGETDURATION:3\n", "#EXTINF:3,\n{target}\n", "#EXT-X-ENDLIST\n"),
    "HLS master playlist": ("#EXTM3U\n", "#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n", ""),
    "HLS playlist with a key": ("#EXTM3U\n", '#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF:3,\nfilm.ts\n', ""),
    "DASH manifest": (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT3S"><Period>',
        '<AdaptationSet><Representation id="1"><BaseURL>{target}</BaseURL></Representation></AdaptationSet>',
        "</Period></MPD>",
    ),
    "ffconcat script": ("ffconcat version 1.0\n", "file '{target}'\n", ""),
    "SDP": ("v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n", "a={target}\n", ""),
    "SMIL": ("<SMIL><body>", '<video src="{target}"/>', "</body></SMIL>"),
    "PLS playlist": ("[playlist]\n", "File1={target}\n", "NumberOfEntries=1\n"),
    "ASX playlist": ('<ASX version="3.0">', '<Entry><Ref href="{target}"/></Entry>', "</ASX>"),
}
# How a script may name what it wants: `path` is a file outside the scratch folder, `port` where somebody listens.
TARGETS = {
    "file": "file://{path}",
    "path": "{path}",
    "http": "http://127.0.0.1:{port}/film.ts",
    "tcp": "tcp://127.0.0.1:{port}",
    "data": "data:video/mp2t;base64,R0AREABC8CUAAcEAAP8B/wAB",
    "concat": "concat:{path}|{path}",
    "crypto": "crypto+file:{path}",
    "subfile": "subfile,,start,0,end,99,,:{path}",
}
NOWHERE = Path("/nowhere/film.ts")


def script(kind: str, *targets: str, path: Path = NOWHERE, port: int = 9) -> bytes:
    """A text of this kind that names each target."""
    head, entry, end = KINDS[kind]
    named = (TARGETS[target].format(path=path, port=port) for target in targets)
    return "".join([head, *(entry.format(target=target) for target in named), end]).encode()


def _row(kind: str) -> Hostile:
    return Hostile(
        f"{kind} named `.mp4`",
        lambda: script(kind, *TARGETS),
        Reason.UNSUPPORTED_CONTAINER,
    )


def _behind_a_comment() -> bytes:
    return script("DASH manifest", *TARGETS).replace(b"<MPD", b"<!--" + b" " * 2000 + b"--><MPD", 1)


ROWS = [
    *(_row(kind) for kind in KINDS),
    Hostile("DASH manifest behind 2 KB of comment", _behind_a_comment, Reason.NOT_MEDIA),
]
