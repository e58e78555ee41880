"""Who calls and what they claim: read once from a call's metadata, handed to domain code by argument."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from edgecode.core.errors import InvalidRequest

CALLER = "edgecode-caller"
CLIENT_VERSION = "edgecode-client-version"
CLIENT_REVISION = "edgecode-client-revision"
SEQUENCE = "edgecode-sequence"
TRACEPARENT = "traceparent"
ANONYMOUS = "anonymous"
_LONGEST_CLAIM = 256


@dataclass(slots=True)
class CallContext:
    """One call.

    Attributes:
        caller: the mTLS subject, else the metadata `edgecode-caller`, else `anonymous`.
        client_version: a claim, recorded, never trusted, never used for ordering.
        client_revision: the same.
        read_after: sequence of the log that lists must have seen, 0 for any.
        written_sequence: sequence of what this call wrote; goes into the reply's metadata as `edgecode-sequence`.
    """

    caller: str = ANONYMOUS
    client_version: str = ""
    client_revision: str = ""
    read_after: int = 0
    written_sequence: int = 0


_current: ContextVar[CallContext] = ContextVar("edgecode_call")


def current_call() -> CallContext:
    """The call that the running servicer method answers."""
    return _current.get()


def enter_call(call: CallContext) -> None:
    """Makes `call` the current one of this task."""
    _current.set(call)


def read_call(metadata: Mapping[str, str | bytes], subject: str) -> CallContext:
    """Reads a call's metadata; `subject` is that of the client's certificate, empty without one.

    Raises:
        InvalidRequest: a claim is too long, or `edgecode-sequence` is no number.
    """
    return CallContext(
        caller=subject or _claim(metadata, CALLER) or ANONYMOUS,
        client_version=_claim(metadata, CLIENT_VERSION),
        client_revision=_claim(metadata, CLIENT_REVISION),
        read_after=_sequence(metadata),
    )


def _claim(metadata: Mapping[str, str | bytes], name: str) -> str:
    value = str(metadata.get(name, ""))
    if len(value) > _LONGEST_CLAIM:
        raise InvalidRequest.field(name, f"has {len(value)} characters, at most {_LONGEST_CLAIM} are allowed")
    return value


def _sequence(metadata: Mapping[str, str | bytes]) -> int:
    value = str(metadata.get(SEQUENCE, "0"))
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        raise InvalidRequest.field(SEQUENCE, f"must be a sequence of the log as a reply gave it, not {value!r}")
    return int(value)
