"""Dolby Vision, as the container's configuration record says it. Run in the sandbox."""

import re
from typing import Any

import av.logging

# PyAV shows no side data of streams, but prints what libav prints of them.
_RECORD = re.compile(r"DOVI configuration record: .*\bprofile: (?P<profile>\d+),.*\bcompatibility id: (?P<like>\d+)")
_STREAM = re.compile(r"^ *Stream #\d+:(\d+)", re.MULTILINE)
_CODECS = {"hevc", "av1"}
# Those whose base layer may be of colours (IPT) that only a decoder of Dolby Vision makes others of.
_OWN_COLOURS = {5, 10, 20}


def lone_profile(container: Any, stream: Any) -> int | None:
    """The profile of pictures that mean nothing without Dolby's own decoder; None where others show them right."""
    if stream.codec_context.codec.canonical_name not in _CODECS:
        # With others the base layer is always one that everybody knows.
        return None
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        printed = container.dumps_format()
    finally:
        av.logging.set_level(level)
    return lone_profile_of(printed, stream.index)


def lone_profile_of(printed: str, index: int) -> int | None:
    """The same, of what libav printed of a container."""
    # What stands before the first stream, then number and text of each.
    parts = _STREAM.split(printed)[1:]
    of_stream = next((text for number, text in zip(parts[::2], parts[1::2], strict=True) if int(number) == index), "")
    record = _RECORD.search(of_stream)
    if record is None or int(record["like"]) != 0:
        return None
    # Older profiles had no word for what their base layer is like.
    profile = int(record["profile"])
    return profile if profile in _OWN_COLOURS else None
