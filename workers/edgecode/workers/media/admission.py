"""Which sources are taken: every documented limit, each with the sentence that a refusal says."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from edgecode.workers.media.faults import Reason
from edgecode.workers.media.timeline import Timeline

# What the scaler makes RGB of, and RGB itself.
COLOR_SPACES = {"gbr", "bt709", "bt470bg", "smpte170m", "smpte240m", "fcc", "bt2020nc", "bt2020c"}


class Refused(Exception):
    """The source exceeds a documented limit or is not on an allowlist; reason and sentence are its arguments."""


def check_streams(count: int, limits: Mapping[str, Any]) -> None:
    """Not too many streams, of whatever kind."""
    if count > limits["max_streams"]:
        raise Refused(Reason.STREAMS_EXCEEDED, f"{count} streams; at most {limits['max_streams']} are taken")


def check_picture(width: int, height: int, aspect: Fraction | int, limits: Mapping[str, Any]) -> None:
    """A picture of no more pixels, coded and displayed, than are taken; `aspect` is that of one pixel."""
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


def check_colours(space: str | None, dolby_vision: int | None) -> None:
    """Colours that are coded in a way we can read; what does not say how is judged by its size.

    Args:
        space: the matrix as the pictures name it; None where they do not.
        dolby_vision: the profile where only Dolby's own decoder knows the colours.
    """
    if dolby_vision is not None:
        sentence = f"Dolby Vision of profile {dolby_vision} without a base layer of HDR10, HLG or SDR: its colours"
        raise Refused(Reason.UNSUPPORTED_COLORS, f"{sentence} are known to Dolby's own decoder alone")
    if space is not None and space not in COLOR_SPACES:
        taken = ", ".join(sorted(COLOR_SPACES))
        raise Refused(Reason.UNSUPPORTED_COLORS, f"colours are coded as {space}; taken are {taken}")


def check_frames(frames: int, limits: Mapping[str, Any]) -> None:
    """Not too many pictures in all."""
    if frames > limits["max_frames"]:
        raise Refused(Reason.FRAMES_EXCEEDED, f"more than {limits['max_frames']} frames")


def check_duration(seconds: float, limits: Mapping[str, Any]) -> None:
    """Not too long."""
    most = limits["max_duration_seconds"]
    if seconds > most:
        raise Refused(Reason.DURATION_EXCEEDED, f"{seconds:.0f} s long; at most {most:.0f} s are taken")


def check_rate(kind: str, line: Timeline, seconds: float, most: float) -> None:
    """Not too many packets for the time they fill: what they cost goes by their number, what is allowed by the time."""
    # A second's worth more, since a few packets may stand at one instant.
    if line.shown > most * (seconds + 1):
        sentence = f"{line.shown} packets of {kind} in {seconds:.3f} s; at most {most:g} a second are taken"
        raise Refused(Reason.FRAMES_EXCEEDED, sentence)


def check_clock(kind: str, line: Timeline, time_base: Fraction, *, has_clock: bool) -> None:
    """Times that one clock can have told."""
    jump = line.jump_seconds(time_base, has_clock=has_clock)
    if jump is not None:
        raise Refused(
            Reason.TIMESTAMPS_DISORDERED,
            f"the times of the {kind} jump by {jump:.3f} s: its packets have no one order",
        )
