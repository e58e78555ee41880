"""The probe, run inside the sandbox as `python -m`: opens a source with PyAV and prints what it is as JSON.

It prints `{"info": {…}, "doubts": [reason, sentence] | null}` or `{"refused": [reason, sentence]}`. A refusal by a
documented limit or allowlist is final; a doubt, and a file that does not open, the parent checks by a bare decode.
"""

import itertools
import json
import sys
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.logging

from edgecode.workers.media.faults import Reason
from edgecode.workers.media.formats import (
    AUDIO_DECODERS,
    VIDEO_DECODERS,
    codec_whitelist,
    format_whitelist,
    is_playlist,
)


class Refused(Exception):
    """The source exceeds a documented limit or is not on an allowlist; reason and sentence are its arguments."""


class Timeline:
    """Packets of one stream: how many are shown, and when."""

    def __init__(self) -> None:
        self.times = array("q")
        self.shown = 0
        self.hidden = 0
        self.tail = 0

    def add(self, packet: Any) -> None:
        """Counts one packet; those an edit list hides are not shown."""
        if packet.is_discard:
            self.hidden += 1
            return
        self.shown += 1
        time = packet.pts if packet.pts is not None else packet.dts
        if time is not None:
            self.times.append(time)
            # With reordering a packet's duration is that of decoding; the last one's is as near as it gets.
            self.tail = packet.duration or self.tail

    def seconds(self, time_base: Fraction, origin: float) -> tuple[float, float]:
        """Start (against the container's) and length in seconds."""
        if not self.times:
            return 0.0, 0.0
        first = min(self.times)
        length = max(self.times) + self.tail - first
        return max(float(first * time_base) - origin, 0.0), float(length * time_base)

    def is_variable(self, time_base: Fraction) -> bool:
        """Whether distances between frames differ by more than the container's rounding."""
        times = sorted(self.times)
        gaps = [after - before for before, after in itertools.pairwise(times)]
        return bool(gaps) and (max(gaps) - min(gaps)) * time_base > max(time_base, Fraction(11, 10_000))


def probe(path: Path, limits: dict[str, Any]) -> dict[str, Any]:
    """Opens the file, judges it against the limits, reads all its packets and decodes one picture."""
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise Refused(Reason.EMPTY_SOURCE, "the source has no bytes")
    if is_playlist(head):
        raise Refused(Reason.UNSUPPORTED_CONTAINER, "the source is a playlist: it names media and holds none")
    options = {
        "format_whitelist": format_whitelist(probing=True),
        "codec_whitelist": codec_whitelist(),
        "protocol_whitelist": "file",
    }
    with av.logging.Capture() as said, av.open(f"file:{path}", options=options) as container:
        if len(container.streams) > limits["max_streams"]:
            raise Refused(
                Reason.STREAMS_EXCEEDED, f"{len(container.streams)} streams; at most {limits['max_streams']} are taken"
            )
        video, audio = _video(container), _audio(container)
        _check_picture(video.codec_context.width, video.codec_context.height, 1, limits)
        lines, doubt = _read(container, [video.index, *(stream.index for stream in audio)], video.index, limits)
        if not lines[video.index].shown:
            raise Refused(Reason.NO_VIDEO_STREAM, "the video stream has no picture")
        origin = (container.start_time or 0) / av.time_base
        info: dict[str, Any] = {
            "format": container.format.name,
            "bits_per_second": container.bit_rate or 0,
            "stream_count": len(container.streams),
            "video": _describe_video(video, lines[video.index], origin),
            "audio": [_describe_audio(stream, lines[stream.index], origin) for stream in audio],
        }
        info["video"] |= _picture(container, video, limits)
    tracks = [info["video"], *info["audio"]]
    info["duration_seconds"] = max(track["start_seconds"] + track["duration_seconds"] for track in tracks)
    if info["duration_seconds"] > limits["max_duration_seconds"]:
        raise Refused(
            Reason.DURATION_EXCEEDED,
            f"{info['duration_seconds']:.0f} s long; at most {limits['max_duration_seconds']:.0f} s are taken",
        )
    if doubt is None and any("partial file" in words or "prematurely" in words for _, _, words in said):
        doubt = [Reason.TRUNCATED_INPUT, "the source ends before its own index says"]
    return {"info": info, "doubt": doubt}


def _video(container: Any) -> Any:
    moving = [stream for stream in container.streams.video if not _is_still(stream)]
    if not moving:
        raise Refused(Reason.NO_VIDEO_STREAM, f"no video among {len(container.streams)} streams")
    # The default stream where the container names one, else the first.
    best = container.streams.best("video")
    stream = best if best in moving else moving[0]
    codec = _codec(stream)
    if codec not in VIDEO_DECODERS:
        raise Refused(Reason.UNSUPPORTED_CODEC, f"video codec {codec}; taken are {', '.join(sorted(VIDEO_DECODERS))}")
    return stream


def _is_still(stream: Any) -> bool:
    return bool(stream.disposition & (av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails))


def _audio(container: Any) -> list[Any]:
    streams = list(container.streams.audio)
    known = [stream for stream in streams if _codec(stream) in AUDIO_DECODERS]
    if streams and not known:
        codecs = ", ".join(sorted({_codec(stream) for stream in streams}))
        raise Refused(Reason.UNSUPPORTED_CODEC, f"audio codec {codecs}; taken are {', '.join(sorted(AUDIO_DECODERS))}")
    best = container.streams.best("audio")
    # The one that is encoded stands first.
    return sorted(known, key=lambda stream: (stream is not best and stream != best, stream.index))


def _codec(stream: Any) -> str:
    context = stream.codec_context
    return "unknown" if context is None else str(context.codec.canonical_name)


def _check_picture(width: int, height: int, aspect: Fraction | int, limits: dict[str, Any]) -> None:
    if width < 1 or height < 1:
        # Not known before a picture is decoded.
        return
    shown = round(width * aspect) if aspect >= 1 else width
    shown_height = height if aspect >= 1 else round(height / aspect)
    if shown * shown_height > limits["max_pixels"] or max(shown, shown_height) > limits["max_side_pixels"]:
        raise Refused(
            Reason.PIXELS_EXCEEDED,
            f"{shown}x{shown_height} pixels; at most {limits['max_pixels']} are taken"
            f" and {limits['max_side_pixels']} on a side",
        )


def _read(
    container: Any, wanted: list[int], video: int, limits: dict[str, Any]
) -> tuple[dict[int, Timeline], list[str] | None]:
    lines = {index: Timeline() for index in wanted}
    try:
        for packet in container.demux():
            if packet.size and packet.stream_index in lines:
                lines[packet.stream_index].add(packet)
                if lines[video].shown > limits["max_frames"]:
                    raise Refused(Reason.FRAMES_EXCEEDED, f"more than {limits['max_frames']} frames")
    except av.FFmpegError as error:
        return lines, [Reason.CORRUPT_INPUT, f"the source cannot be read to its end: {error.strerror}"]
    promised = container.streams[video].frames
    found = lines[video].shown + lines[video].hidden
    if found < promised:
        return lines, [Reason.TRUNCATED_INPUT, f"the source's index promises {promised} frames, {found} are there"]
    return lines, None


def _describe_video(stream: Any, line: Timeline, origin: float) -> dict[str, Any]:
    start, duration = line.seconds(stream.time_base, origin)
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    rate = Fraction(rate).limit_denominator(1_000_000)
    return {
        "codec": _codec(stream),
        "stream_index": stream.index,
        "frames": line.shown,
        "frame_rate_numerator": rate.numerator,
        "frame_rate_denominator": rate.denominator,
        "start_seconds": start,
        "duration_seconds": duration,
        "variable_frame_rate": line.is_variable(stream.time_base),
    }


def _describe_audio(stream: Any, line: Timeline, origin: float) -> dict[str, Any]:
    start, duration = line.seconds(stream.time_base, origin)
    return {
        "codec": _codec(stream),
        "stream_index": stream.index,
        "channels": stream.codec_context.channels,
        "sample_rate_hertz": stream.codec_context.sample_rate,
        "language": stream.language or "",
        "start_seconds": start,
        "duration_seconds": duration,
    }


def _picture(container: Any, stream: Any, limits: dict[str, Any]) -> dict[str, Any]:
    """Size, shape and rotation, which only a decoded picture tells in full."""
    frame = _first_frame(container, stream)
    context = stream.codec_context
    width, height = (frame.width, frame.height) if frame else (context.width, context.height)
    aspect = Fraction(stream.sample_aspect_ratio or 1)
    aspect = aspect if aspect > 0 else Fraction(1)
    _check_picture(width, height, aspect, limits)
    # ffmpeg counts against the clock.
    rotation = round(-(frame.rotation if frame else 0) / 90) * 90 % 360
    shown = (max(round(width * aspect), 1), height) if aspect >= 1 else (width, max(round(height / aspect), 1))
    shown = shown[::-1] if rotation in (90, 270) else shown
    return {
        "width_pixels": width,
        "height_pixels": height,
        "display_width_pixels": shown[0],
        "display_height_pixels": shown[1],
        "rotation_degrees": rotation,
        "pixel_format": frame.format.name if frame else str(context.pix_fmt or ""),
    }


def _first_frame(container: Any, stream: Any) -> Any:
    try:
        container.seek(0)
        return next(container.decode(stream), None)
    except av.FFmpegError:
        # The bare decode has the last word on what cannot be decoded; sizes then are those of the header.
        return None


def _begins_as_mp4(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8)[4:] in {b"ftyp", b"mdat", b"wide", b"free", b"skip"}


def main(arguments: list[str]) -> None:
    """Probes the file named first, under the limits given second as JSON."""
    av.logging.set_level(av.logging.ERROR)
    try:
        answer = probe(Path(arguments[0]), json.loads(arguments[1]))
    except Refused as refused:
        answer = {"refused": list(refused.args)}
    except av.FFmpegError as error:
        # PyAV's stubs know less of it than there is: level, part and words.
        log: Any = error.log
        part, words = log[1:] if log else ("", "")
        if "not on whitelist" in words:
            sentence = f"container {part}; taken are {format_whitelist()}"
            answer = {"refused": [Reason.UNSUPPORTED_CONTAINER, sentence]}
        elif "moov atom not found" in words and _begins_as_mp4(Path(arguments[0])):
            answer = {"unreadable": [Reason.TRUNCATED_INPUT, "an MP4 or MOV whose index is missing: it was cut short"]}
        else:
            sentence = f"no video container is recognised in the source: {words or error.strerror}"
            answer = {"unreadable": [Reason.NOT_MEDIA, sentence.strip()]}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
