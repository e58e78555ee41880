"""The probe of a source of sound alone, run inside the sandbox as `python -m` where outputs need no picture.

As `probe_child`, which refused it for having no video; what is sound, and what is refused of it, is decided there.
"""

import json
import sys
from pathlib import Path
from typing import Any

import av
import av.logging

from edgecode.workers.media import probe_child
from edgecode.workers.media.admission import Refused, check_duration, check_streams
from edgecode.workers.media.faults import Reason
from edgecode.workers.media.formats import codec_whitelist, format_whitelist
from edgecode.workers.media.timeline import Timeline


def probe(path: Path, limits: dict[str, Any]) -> dict[str, Any]:
    """Opens the file, judges it against the limits, and reads all packets of its sound; raises Refused."""
    options = {
        "format_whitelist": format_whitelist(),
        "codec_whitelist": codec_whitelist(),
        "protocol_whitelist": "file",
    }
    with av.open(f"file:{path}", options=options) as container:
        check_streams(len(container.streams), limits)
        streams = probe_child._audio(container)  # noqa: SLF001
        if not streams:
            raise Refused(Reason.NO_AUDIO_STREAM, f"no sound among {len(container.streams)} streams")
        lines, doubt = _read(container, streams)
        origin = (container.start_time or 0) / av.time_base
        tracks = [probe_child._describe_audio(one, lines[one.index], origin) for one in streams]  # noqa: SLF001
        seconds = max(track["start_seconds"] + track["duration_seconds"] for track in tracks)
        check_duration(seconds, limits)
        lengths = (track["duration_seconds"] for track in tracks)
        probe_child._check_times(container, list(zip(streams, lines.values(), lengths, strict=True)), limits)  # noqa: SLF001
        info = {
            "format": container.format.name,
            "bits_per_second": container.bit_rate or 0,
            "stream_count": len(container.streams),
            "audio": tracks,
            "duration_seconds": seconds,
        }
    if not any(line.shown for line in lines.values()):
        raise Refused(*(doubt or (Reason.NO_AUDIO_STREAM, "the sound has no packet")))
    return {"info": info, "doubt": doubt}


def _read(container: Any, streams: list[Any]) -> tuple[dict[int, Timeline], list[str] | None]:
    lines = {stream.index: Timeline() for stream in streams}
    try:
        for packet in container.demux(streams):
            if packet.size:
                lines[packet.stream_index].add(packet)
    except MemoryError:
        raise
    except av.FFmpegError as error:
        return lines, [Reason.CORRUPT_INPUT, f"the source cannot be read to its end: {error.strerror}"]
    return lines, None


def main(arguments: list[str]) -> None:
    """Probes the file named first, under the limits given second as JSON."""
    av.logging.set_level(av.logging.ERROR)
    try:
        answer = probe(Path(arguments[0]), json.loads(arguments[1]))
    except Refused as refused:
        answer = {"refused": list(refused.args)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
