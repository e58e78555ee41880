"""What decoded pictures say of themselves beside their size: colours, bits, brightness, fields. Run in the sandbox."""

import struct
from typing import Any

import av

# ITU-T H.273, as ffmpeg names them.
PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020", 10: "smpte428",
    11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100", 10: "log316",
    11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084",
    17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
SPACES = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp", 15: "ipt-c2",
    16: "ycgco-re", 17: "ycgco-ro",
}  # fmt: skip
RANGES = {1: "tv", 2: "pc"}
# Others have no fields.
WITH_FIELDS = {"h264", "hevc", "mjpeg", "mpeg2video", "mpeg4", "prores"}
# A broadcast may begin with a progressive trailer: fields are looked for at so many more places.
PLACES = 4
# AVFieldOrder: top and bottom are shown in this order, whichever is coded first.
_TOP_SHOWN_FIRST = {2, 5}


def first_of(container: Any, stream: Any) -> Any:
    """The next picture of a stream, or None, decoded without threads of libav.

    They log through PyAV, which takes the interpreter's lock, and a decoder that closes waits for them: a child that
    needs one picture only could hang at its end (PyAV's issues 751 and 909).

    Raises:
        av.FFmpegError: it cannot be decoded.
    """
    if not stream.codec_context.is_open:
        stream.codec_context.thread_count = 1
    return next(container.decode(stream), None)


def colours(frame: Any, context: Any) -> dict[str, Any]:
    """Colours of a picture, or of the header where none could be decoded; what is not said is left out."""
    of = frame or context
    named = {
        "color_primaries": PRIMARIES.get(int(of.color_primaries or 0)),
        "color_transfer": TRANSFERS.get(int(of.color_trc or 0)),
        "color_space": SPACES.get(int(of.colorspace)) if of.colorspace is not None else None,
        "color_range": RANGES.get(int(of.color_range or 0)),
        "bits_per_component": frame.format.components[0].bits if frame else None,
        "peak_nits": _peak_nits(frame) if frame else None,
        "profile": context.profile,
        "level": _level(context),
    }
    return {name: value for name, value in named.items() if value}


def _level(context: Any) -> int | None:
    level: int | None = context.level
    if level is None or level < 0 or context.codec.canonical_name not in {"h264", "hevc"}:
        return None
    # HEVC counts thirds.
    return round(level / 3) if context.codec.canonical_name == "hevc" else level


def _peak_nits(frame: Any) -> float:
    """The brightest light as the stream says it: of its content, else of the display it was made on; 0 without."""
    found = {side.type.name: bytes(side) for side in frame.side_data}
    # AVContentLightMetadata: MaxCLL, MaxFALL.
    content = struct.unpack_from("I", found["CONTENT_LIGHT_LEVEL"])[0] if "CONTENT_LIGHT_LEVEL" in found else 0
    if content:
        return float(content)
    mastering = found.get("MASTERING_DISPLAY_METADATA", b"")
    # AVMasteringDisplayMetadata: ten rationals, the last of them the highest luminance; two flags.
    if len(mastering) < struct.calcsize("20i2i"):
        return 0.0
    *_, numerator, denominator, _, has_luminance = struct.unpack_from("20i2i", mastering)
    return numerator / denominator if has_luminance and denominator > 0 else 0.0


def fields(container: Any, stream: Any, first: Any) -> dict[str, Any]:
    """Whether pictures consist of two fields, and which is shown first.

    The flags of pictures decide, of the first and of some later ones; what the pictures look like is not judged.
    """
    context = stream.codec_context
    if context.codec.canonical_name not in WITH_FIELDS or first is None:
        return {}
    if first.interlaced_frame or any(_is_interlaced(container, stream, place) for place in range(1, PLACES + 1)):
        return {"interlaced": True, "top_field_first": context.field_order in _TOP_SHOWN_FIRST}
    return {}


def _is_interlaced(container: Any, stream: Any, place: int) -> bool:
    if not container.duration:
        return False
    start = container.start_time or 0
    try:
        container.seek(start + container.duration * place // (PLACES + 1))
        frame = first_of(container, stream)
    except av.FFmpegError:
        # Damage is the bare decode's to find.
        return False
    return bool(frame is not None and frame.interlaced_frame)
