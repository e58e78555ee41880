"""The probe, run inside the sandbox as `python -m`: opens a source with PyAV and prints what it is as JSON.

It prints `{"info": {…}, "doubts": [reason, sentence] | null}` or `{"refused": [reason, sentence]}`. A refusal by a
documented limit or allowlist is final; a doubt, and a file that does not open, the parent checks by a bare decode.
"""

import json
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.logging

from edgecode.workers.media import dolby_vision, picture
from edgecode.workers.media.admission import (
    Refused,
    check_clock,
    check_colours,
    check_duration,
    check_frames,
    check_picture,
    check_rate,
    check_streams,
)
from edgecode.workers.media.boxes import begins_as_mp4
from edgecode.workers.media.cut_short import is_cut_short, is_index_cut
from edgecode.workers.media.faults import Reason
from edgecode.workers.media.formats import (
    AUDIO_DECODERS,
    VIDEO_DECODERS,
    codec_whitelist,
    format_whitelist,
    is_playlist,
)
from edgecode.workers.media.timeline import Timeline

# As BCP 47 has it, at most: a container may hold anything in its place.
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
# What libav says of a picture that is larger than it may be, or than libav can hold at all.
TOO_LARGE = re.compile(r"Picture size \d+x\d+ exceeds specified max|Picture size \d{4,}x\d{4,} is invalid")
# Its complaints beyond these say nothing new, and a file can make it complain a million times.
MOST_COMPLAINTS = 1000
LONGEST_TITLE = 256


def probe(path: Path, limits: dict[str, Any]) -> dict[str, Any]:
    """Opens the file, judges it against the limits, reads all its packets and decodes one picture."""
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise Refused(Reason.EMPTY_SOURCE, "the source has no bytes")
    if is_playlist(head):
        raise Refused(Reason.UNSUPPORTED_CONTAINER, "the source is a playlist: it names media and holds none")
    if is_index_cut(path):
        # What is left of it may tell of whole tracks, and of others by half.
        raise Refused(Reason.TRUNCATED_INPUT, "an MP4 or MOV that ends within its index: it was cut short")
    options = {
        "format_whitelist": format_whitelist(),
        "codec_whitelist": codec_whitelist(),
        "protocol_whitelist": "file",
        "max_pixels": str(limits["max_pixels"]),
    }
    with av.logging.Capture() as said, av.open(f"file:{path}", options=options, metadata_errors="replace") as container:
        info, doubt = _examine(container, said, limits)
    if doubt and doubt[0] == Reason.TRUNCATED_INPUT and is_cut_short(path):
        # By its index and by its lengths: what is left of it may decode without a word.
        raise Refused(*doubt)
    if doubt is None and any("partial file" in words or "prematurely" in words for _, _, words in said):
        doubt = [Reason.TRUNCATED_INPUT, "the source ends before its own index says"]
    return {"info": info, "doubt": doubt}


def _examine(container: Any, said: list[Any], limits: dict[str, Any]) -> tuple[dict[str, Any], list[str] | None]:
    check_streams(len(container.streams), limits)
    video, audio = _video(container), _audio(container)
    check_picture(video.codec_context.width, video.codec_context.height, 1, limits)
    lines, doubt = _read(container, [video, *audio], said, limits)
    if not lines[video.index].shown:
        raise Refused(*(doubt or (Reason.NO_VIDEO_STREAM, "the video stream has no picture")))
    # A track without a packet makes no sound: a source that has no other is a silent one.
    audio = [stream for stream in audio if lines[stream.index].shown]
    origin = (container.start_time or 0) / av.time_base
    info: dict[str, Any] = {
        "format": container.format.name,
        "bits_per_second": container.bit_rate or 0,
        "stream_count": len(container.streams),
        "video": _describe_video(video, lines[video.index], origin),
        "audio": [_describe_audio(stream, lines[stream.index], origin) for stream in audio],
    }
    tracks = [info["video"], *info["audio"]]
    info["duration_seconds"] = max(track["start_seconds"] + track["duration_seconds"] for track in tracks)
    check_duration(info["duration_seconds"], limits)
    timed = [
        (stream, lines[stream.index], track["duration_seconds"])
        for stream, track in zip([video, *audio], tracks, strict=True)
    ]
    _check_times(container, timed, limits)
    info["video"] |= _picture(container, video, said, limits)
    return info, doubt


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


def _read(
    container: Any, wanted: list[Any], said: list[Any], limits: dict[str, Any]
) -> tuple[dict[int, Timeline], list[str] | None]:
    lines = {stream.index: Timeline() for stream in wanted}
    video = wanted[0]
    pictures = lines[video.index]
    try:
        for packet in container.demux(wanted):
            if packet.size:
                lines[packet.stream_index].add(packet)
                check_frames(pictures.shown + pictures.hidden, limits)
            if len(said) > 2 * MOST_COMPLAINTS:
                del said[:-MOST_COMPLAINTS]
    except MemoryError:
        raise
    except av.FFmpegError as error:
        return lines, [Reason.CORRUPT_INPUT, f"the source cannot be read to its end: {error.strerror}"]
    found = pictures.shown + pictures.hidden
    if found < video.frames:
        return lines, [Reason.TRUNCATED_INPUT, f"the source's index promises {video.frames} frames, {found} are there"]
    return lines, None


def _check_times(container: Any, tracks: list[tuple[Any, Timeline, float]], limits: dict[str, Any]) -> None:
    has_clock = bool(container.format.flags & av.format.Flags.ts_discont.value)
    most = {"video": limits["max_frame_rate"], "audio": limits["max_audio_packet_rate"]}
    for stream, line, seconds in tracks:
        check_clock(stream.type, line, stream.time_base, has_clock=has_clock)
        check_rate(stream.type, line, seconds, most[stream.type])


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
        "bits_per_second": line.bits_per_second(stream.time_base),
    }


def _describe_audio(stream: Any, line: Timeline, origin: float) -> dict[str, Any]:
    start, duration = line.seconds(stream.time_base, origin)
    return {
        "codec": _codec(stream),
        "stream_index": stream.index,
        "channels": stream.codec_context.channels,
        "sample_rate_hertz": stream.codec_context.sample_rate,
        "language": stream.language if LANGUAGE.fullmatch(stream.language or "") else "",
        "default_track": bool(stream.disposition & av.stream.Disposition.default),
        "title": "".join(filter(str.isprintable, stream.metadata.get("title", "")))[:LONGEST_TITLE],
        "bits_per_second": line.bits_per_second(stream.time_base),
        "start_seconds": start,
        "duration_seconds": duration,
    }


def _picture(container: Any, stream: Any, said: list[Any], limits: dict[str, Any]) -> dict[str, Any]:
    """Size, shape and rotation, which only a decoded picture tells in full."""
    frame = _first_frame(container, stream)
    larger = next((words for _, _, words in said if TOO_LARGE.search(words)), None)
    if frame is None and larger is not None:
        raise Refused(Reason.PIXELS_EXCEEDED, f"{larger.strip()}; at most {limits['max_pixels']} pixels are taken")
    context = stream.codec_context
    width, height = (frame.width, frame.height) if frame else (context.width, context.height)
    if width < 1 or height < 1:
        raise Refused(Reason.CORRUPT_INPUT, "no picture of the source can be decoded, and its header tells no size")
    aspect = Fraction(stream.sample_aspect_ratio or 1)
    aspect = aspect if aspect > 0 else Fraction(1)
    check_picture(width, height, aspect, limits)
    # ffmpeg counts against the clock.
    rotation = round(-(frame.rotation if frame else 0) / 90) * 90 % 360
    shown = (max(round(width * aspect), 1), height) if aspect >= 1 else (width, max(round(height / aspect), 1))
    shown = shown[::-1] if rotation in (90, 270) else shown
    colours = picture.colours(frame, context)
    check_colours(colours.get("color_space"), dolby_vision.lone_profile(container, stream))
    return {
        "width_pixels": width,
        "height_pixels": height,
        "display_width_pixels": shown[0],
        "display_height_pixels": shown[1],
        "rotation_degrees": rotation,
        "pixel_format": frame.format.name if frame else str(context.pix_fmt or ""),
        **colours,
        **picture.fields(container, stream, frame),
    }


def _first_frame(container: Any, stream: Any) -> Any:
    try:
        container.seek(0)
        return picture.first_of(container, stream)
    except av.FFmpegError:
        # The bare decode has the last word on what cannot be decoded; sizes then are those of the header.
        return None


def main(arguments: list[str]) -> None:
    """Probes the file named first, under the limits given second as JSON."""
    av.logging.set_level(av.logging.ERROR)
    path = Path(arguments[0])
    try:
        answer = probe(path, json.loads(arguments[1]))
    except Refused as refused:
        reason, sentence = refused.args
        if reason == Reason.NO_VIDEO_STREAM and is_cut_short(path):
            reason, sentence = Reason.TRUNCATED_INPUT, f"the source is shorter than it says of itself: {sentence}"
        answer = {"refused": [reason, sentence]}
    except MemoryError:
        # What ran out is no word on the file: the parent's bare decode has it, with the same memory.
        raise
    except av.FFmpegError as error:
        answer = _unopened(path, error)
    sys.stdout.write(json.dumps(answer))


def _unopened(path: Path, error: av.FFmpegError) -> dict[str, Any]:
    """Why the source could not be opened at all."""
    # PyAV's stubs know less of it than there is: level, part and words.
    log: Any = error.log
    part, words = log[1:] if log else ("", "")
    # Of a codec that is not on its own the same is said, and ends nothing.
    if "Format not on whitelist" in words:
        return {"refused": [Reason.UNSUPPORTED_CONTAINER, f"container {part}; taken are {format_whitelist()}"]}
    if is_cut_short(path):
        return {"unreadable": [Reason.TRUNCATED_INPUT, "the source is shorter than it says of itself"]}
    if "moov atom not found" in words and begins_as_mp4(path):
        return {"unreadable": [Reason.TRUNCATED_INPUT, "an MP4 or MOV whose index is missing: it was cut short"]}
    if "error reading header" in words:
        return {"unreadable": [Reason.CORRUPT_INPUT, f"the header of a container ({part}) cannot be read"]}
    sentence = f"no video container is recognised in the source: {words or error.strerror}"
    return {"unreadable": [Reason.NOT_MEDIA, sentence.strip()]}


if __name__ == "__main__":
    main(sys.argv[1:])
