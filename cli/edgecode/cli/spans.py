"""Spans of time as people write them: `90s`, `2m`, `1h30m`, `7d`, or bare seconds."""

import re

from edgecode.cli.exits import USAGE, CommandFailed

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def read_span(text: str, option: str) -> float:
    """Seconds.

    Raises:
        CommandFailed: it cannot be read.
    """
    whole = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", whole):
        return float(whole)
    parts = _PART.findall(whole)
    if not parts or "".join(number + unit for number, unit in parts) != whole:
        raise CommandFailed(f"{option} {text!r} is no span of time such as 90s, 2m, 1h30m or 7d", USAGE)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
