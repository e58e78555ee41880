"""The one ffmpeg command of a ladder: one decode, a split, every rendition its own encoder."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ffmpeg

from edgecode.v1 import media_pb2
from edgecode.workers.media import containers, sound, source_filters, watermark
from edgecode.workers.media.invocation import SCALER, compile_command, open_source
from edgecode.workers.media.rendition import Cadence, Rendition
from edgecode.workers.media.tools import Work

# Frames between keyframes that stand where time says: only a bound for what time does not cut.
LONGEST_GOP_FRAMES = 1000


def ladder_command(work: Work, renditions: Sequence[Rendition], counts: Sequence[Path]) -> list[str]:
    """The whole command line.

    Args:
        work: the source and what the probe found of it.
        renditions: at least one, all of one part of the source.
        counts: a file for each rendition, which gets a line with its number for each frame the encoder has finished.
    """
    part = renditions[0].part
    # After a seek into an open group some errors are to be expected; the rest of the source is read strictly.
    strict = not part.start_seconds
    node = open_source(work.source, work.tools, strict=strict, **part.seek())
    outputs = [
        _output(picture, node, rendition, count)
        for picture, rendition, count in zip(pictures(node, work, renditions), renditions, counts, strict=True)
    ]
    return compile_command(ffmpeg.merge_outputs(*outputs), work.tools, strict=True)


def pictures(node: Any, work: Work, renditions: Sequence[Rendition]) -> list[Any]:
    """What goes into each rendition's encoder, decoded once; quality is measured against the same."""
    stream = node[str(work.info.video.stream_index)]
    encoded = [rendition for rendition in renditions if not rendition.copied]
    if not encoded:
        return [stream] * len(renditions)
    prepared = _prepared(stream, work.info, encoded)
    marks = _marks(encoded, work)
    found = []
    for rendition in renditions:
        if rendition.copied:
            found.append(stream)
            continue
        picture = _picture(next(prepared[keeps_hdr(rendition, work.info)]), rendition)
        if rendition.mark is not None:
            picture = watermark.over(picture, next(marks[rendition.mark.path]), rendition.mark)
            picture = picture.filter("format", rendition.pixel_format)
        found.append(picture)
    return found


def keeps_hdr(rendition: Rendition, info: media_pb2.MediaInfo) -> bool:
    """Whether a rendition shows the light of its source as it is."""
    return rendition.keeps_hdr and source_filters.is_hdr(info)


def _prepared(stream: Any, info: media_pb2.MediaInfo, renditions: Sequence[Rendition]) -> dict[bool, Iterator[Any]]:
    """The pictures without fields, once for each rendition: as they are for those that keep HDR, else of BT.709."""
    kept = [rendition for rendition in renditions if keeps_hdr(rendition, info)]
    mapped = [rendition for rendition in renditions if not keeps_hdr(rendition, info)]
    ways = iter(_split(source_filters.progressive(stream, info), bool(kept) + bool(mapped)))
    found: dict[bool, Iterator[Any]] = {}
    if kept:
        found[True] = iter(_split(next(ways), len(kept)))
    if mapped:
        size = _largest(mapped, info)
        found[False] = iter(_split(source_filters.to_bt709(next(ways), info, size), len(mapped)))
    return found


def _largest(renditions: Sequence[Rendition], info: media_pb2.MediaInfo) -> tuple[int, int]:
    """The largest size in the source's shape that renditions are made of."""
    whole = info.video.display_width_pixels // 2 * 2, info.video.display_height_pixels // 2 * 2
    width, height = max((one.shape.scaled_width, one.shape.scaled_height) for one in renditions)
    in_shape = abs(width * whole[1] - height * whole[0]) <= 2 * max(whole)
    return (width, height) if in_shape else whole


def _marks(renditions: Sequence[Rendition], work: Work) -> dict[Path, Any]:
    paths = [rendition.mark.path for rendition in renditions if rendition.mark is not None]
    return {
        path: iter(_split(watermark.open_mark(path, work.tools)["v:0"], paths.count(path)))
        for path in dict.fromkeys(paths)
    }


def _split(stream: Any, count: int) -> list[Any]:
    node = stream.filter_multi_output("split", count)
    return [node[place] for place in range(count)]


def _picture(video: Any, rendition: Rendition) -> Any:
    shape = rendition.shape
    video = _at_rate(video, rendition.cadence)
    video = video.filter("scale", shape.scaled_width, shape.scaled_height, flags=SCALER, out_range="tv")
    if (shape.scaled_width, shape.scaled_height) != (shape.width, shape.height):
        if shape.width >= shape.scaled_width and shape.height >= shape.scaled_height:
            # Even places, so that colours stay with their pictures.
            x, y = ((outer - inner) // 4 * 2 for outer, inner in _sides(rendition))
            video = video.filter("pad", shape.width, shape.height, x, y)
        else:
            x, y = ((inner - outer) // 4 * 2 for outer, inner in _sides(rendition))
            video = video.filter("crop", shape.width, shape.height, x, y)
    return video.filter("setsar", 1).filter("format", rendition.pixel_format)


def _sides(rendition: Rendition) -> tuple[tuple[int, int], tuple[int, int]]:
    shape = rendition.shape
    return (shape.width, shape.scaled_width), (shape.height, shape.scaled_height)


def _at_rate(video: Any, cadence: Cadence) -> Any:
    if cadence.rate is None:
        return video
    rate = cadence.rate
    if cadence.exactly:
        return video.filter("fps", f"{rate.numerator}/{rate.denominator}")
    # One picture of each length of time, at its own time; none is made.
    slot = f"floor({{}}*{rate.numerator}/{rate.denominator}+0.001)"
    return video.filter("select", f"isnan(prev_selected_t)+gt({slot.format('t')},{slot.format('prev_selected_t')})")


def _output(picture: Any, node: Any, rendition: Rendition, count: Path) -> Any:
    streams = [picture, *(node[str(one.track.stream_index)] for one in rendition.sounds)]
    options = containers.options(rendition.container, rendition.tags)
    options |= {"c:v": "copy"} if rendition.copied else _video_options(rendition, count)
    options |= sound.options(rendition.sounds)
    return ffmpeg.output(*streams, f"file:{rendition.path}", **options)


def _video_options(rendition: Rendition, count: Path) -> dict[str, Any]:
    cadence = rendition.cadence
    if cadence.gop_frames is None:
        keyframes: dict[str, Any] = {
            "g": LONGEST_GOP_FRAMES,
            # Counted from the last keyframe: `n_forced` would make each frame after a long gap one.
            "force_key_frames": f"expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+{cadence.gop_seconds:g}))",
        }
    else:
        keyframes = {"g": cadence.gop_frames, "keyint_min": cadence.gop_frames}
    return (
        {"c:v": rendition.encoder.name}
        | keyframes
        | rendition.encoder.options(
            rendition.speed, rendition.threads, rendition.bits, rendition.shape.width * rendition.shape.height
        )
        | {
            # Each picture once, at its own time: none is made or dropped to fit a rate.
            "fps_mode:v": "vfr",
            "enc_time_base:v": "filter",
            "stats_enc_post:v": f"file:{count}",
            "stats_enc_post_fmt:v": "{n}",
        }
    )
