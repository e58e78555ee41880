"""Verification, run inside the sandbox as `python -m`: reads files we made and prints what is in them as JSON.

Counts packets and hashes them in one pass; decodes one picture. Full decodes are for tests.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import av
import av.logging

from edgecode.workers.media import jpeg, picture
from edgecode.workers.media.boxes import index_first
from edgecode.workers.media.formats import codec_whitelist, format_whitelist
from edgecode.workers.media.matroska_index import cues_first
from edgecode.workers.media.tags import from_comment, of_container, only_ours


def read_file(path: Path) -> dict[str, Any]:
    """Size, digests, tags and streams of one MP4, Matroska or JPEG."""
    with path.open("rb") as file:
        facts: dict[str, Any] = {"sha256": hashlib.file_digest(file, "sha256").hexdigest()}
        file.seek(0)
        is_image = file.read(2) == jpeg.START
    facts["size_bytes"] = path.stat().st_size
    return facts | (_image(path) if is_image else _movie(path))


def _movie(path: Path) -> dict[str, Any]:
    options = {
        "format_whitelist": format_whitelist(),
        "codec_whitelist": codec_whitelist(),
        "protocol_whitelist": "file",
    }
    with av.open(f"file:{path}", options=options, metadata_errors="replace") as container:
        tracks = [_Track(stream, container.start_time or 0) for stream in container.streams]
        for packet in container.demux():
            if packet.size:
                tracks[packet.stream_index].add(packet)
        facts: dict[str, Any] = {
            "format": container.format.name,
            "tags": of_container(dict(container.metadata)),
            "stream_types": [stream.type for stream in container.streams],
            "content_sha256": _content([track.line() for track in tracks]),
            "index_first": cues_first(path) if "matroska" in container.format.name else index_first(path),
            "video": None,
            "audio": None,
            "audio_tracks": [track.facts() for track in tracks if track.stream.type == "audio"],
        }
        for track in tracks:
            if facts.get(track.stream.type, "") is None:
                facts[track.stream.type] = track.facts()
        if facts["video"] is not None:
            facts["video"] |= _first_picture(container)
    return facts


class _Track:
    def __init__(self, stream: Any, origin: int) -> None:
        self.stream = stream
        self._origin = origin / av.time_base
        self._hash = hashlib.sha256()
        self._packets = 0
        self._keyframes: list[int] = []
        self._first: int | None = None
        self._latest = 0
        self._tail = 0

    def add(self, packet: Any) -> None:
        self._hash.update(packet)
        if packet.is_keyframe:
            self._keyframes.append(self._packets)
        self._packets += 1
        if packet.pts is None:
            # Never in a file of ours; `inspect` reads any.
            return
        self._first = packet.pts if self._first is None else min(self._first, packet.pts)
        self._latest = max(self._latest, packet.pts)
        self._tail = packet.duration or self._tail

    def line(self) -> str:
        """As ffmpeg's `streamhash` has it."""
        return f"{self.stream.index},{self.stream.type[0]},SHA256={self._hash.hexdigest()}\n"

    def _language(self) -> str:
        language = self.stream.language or ""
        return "" if language == "und" else language

    def facts(self) -> dict[str, Any]:
        first = self._first or 0
        start = float(first * self.stream.time_base) - self._origin
        facts = {
            "codec": self.stream.codec_context.codec.canonical_name,
            "start_seconds": max(start, 0.0),
            "duration_seconds": float((self._latest + self._tail - max(first, 0)) * self.stream.time_base),
            "packets": self._packets,
            "sha256": self._hash.hexdigest(),
            # What a decoder is set up with.
            "config": (self.stream.codec_context.extradata or b"").hex(),
        }
        if self.stream.type == "audio":
            return facts | {"channels": self.stream.codec_context.channels, "language": self._language()}
        return facts | {"frames": self._packets, "keyframes": self._keyframes}


def _first_picture(container: Any) -> dict[str, Any]:
    stream = container.streams.video[0]
    container.seek(0)
    frame = picture.first_of(container, stream)
    return {
        "width": frame.width,
        "height": frame.height,
        "pixel_format": frame.format.name,
        "sample_aspect": str(stream.sample_aspect_ratio or 1),
        "rotation": frame.rotation,
        "interlaced": bool(frame.interlaced_frame),
        **picture.colours(frame, stream.codec_context),
    }


def _image(path: Path) -> dict[str, Any]:
    tags: dict[str, str] = {}
    for comment in jpeg.comments(path.read_bytes()):
        tags |= only_ours(from_comment(comment))
    with av.open(f"file:{path}", format="mjpeg", options={"codec_whitelist": "mjpeg"}) as container:
        container.streams.video[0].codec_context.thread_count = 1
        frames = list(container.decode(video=0))
    frame = frames[0]
    pixels = hashlib.sha256()
    for plane in frame.planes:
        rows = memoryview(plane)
        for row in range(plane.height):
            # Rows are padded in memory; the padding is no picture.
            pixels.update(rows[row * plane.line_size : row * plane.line_size + plane.width])
    video = {"codec": "mjpeg", "frames": len(frames), "width": frame.width, "height": frame.height}
    return {
        "format": "jpeg",
        "tags": tags,
        "content_sha256": _content([f"0,v,SHA256={pixels.hexdigest()}\n"]),
        "video": video,
        "audio": None,
    }


def _content(lines: list[str]) -> str:
    # Equal to `ffmpeg -i FILE -map 0 -c copy -f streamhash -hash sha256 - | sha256sum`, for images without `-c copy`.
    return hashlib.sha256("".join(lines).encode()).hexdigest()


if __name__ == "__main__":
    av.logging.set_level(av.logging.ERROR)
    sys.stdout.write(json.dumps([read_file(Path(name)) for name in sys.argv[1:]]))
