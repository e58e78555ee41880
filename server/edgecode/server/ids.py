"""Ids as clients send them. They become tokens of subjects and keys: what is no id of ours is found nowhere."""

import re

from edgecode.core.errors import InvalidRequest, NotFound, Violation

_OURS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_SHOWN = 64


def not_found(kind: str, given: str) -> NotFound:
    """There is no such thing; `kind` is such as `asset`, `job` or `webhook`."""
    shown = given if len(given) <= _LONGEST_SHOWN else f"{given[:_LONGEST_SHOWN]}…"
    return NotFound(
        f"{kind.upper()}_NOT_FOUND",
        f"no {kind} {shown!r}",
        metadata={f"{kind}_id": shown},
        violations=[Violation(f"{kind}_id", f"names no {kind}")],
    )


def known_form(kind: str, given: str) -> str:
    """The id, if it has the form of one.

    Raises:
        InvalidRequest: it is empty; the field is `<kind>_id`.
        NotFound: it has another form.
    """
    if not given:
        raise InvalidRequest.field(f"{kind}_id", "is required")
    if not _OURS.fullmatch(given):
        raise not_found(kind, given)
    return given
