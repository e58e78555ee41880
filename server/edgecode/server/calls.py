"""Who calls and what they claim: read once from a call's metadata, handed to domain code by argument."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from edgecode.core.errors import InvalidRequest
from edgecode.core.stamp import parse_build

CALLER = "edgecode-caller"
CLIENT_VERSION = "edgecode-client-version"
CLIENT_REVISION = "edgecode-client-revision"
VERSION_KEY = "edgecode-version-key"
VERSION_OVERRIDE = "edgecode-version-override"
OVERRIDE_RESULT = "edgecode-version-override-result"
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
        version_key: jobs of one key go to one build for as long as a ramp lasts; empty for the job's own id.
        override_build: the build of the workers that is asked for, empty for none.
        written_sequence: sequence of what this call wrote; goes into the reply's metadata as `edgecode-sequence`.
        override_result: what became of the build asked for; goes into the reply's metadata as
            `edgecode-version-override-result`.
    """

    caller: str = ANONYMOUS
    client_version: str = ""
    client_revision: str = ""
    read_after: int = 0
    version_key: str = ""
    override_build: str = ""
    written_sequence: int = 0
    override_result: str = ""


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
        InvalidRequest: a claim is too long, `edgecode-sequence` is no number, or `edgecode-version-override` is not
            `worker=<build>`.
    """
    return CallContext(
        caller=subject or _claim(metadata, CALLER) or ANONYMOUS,
        client_version=_claim(metadata, CLIENT_VERSION),
        client_revision=_claim(metadata, CLIENT_REVISION),
        read_after=_sequence(metadata),
        version_key=_key(metadata),
        override_build=_override(metadata),
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


def _key(metadata: Mapping[str, str | bytes]) -> str:
    value = _claim(metadata, VERSION_KEY)
    if not value.isprintable():
        raise InvalidRequest.field(VERSION_KEY, "must consist of printable characters")
    return value


def _override(metadata: Mapping[str, str | bytes]) -> str:
    value = _claim(metadata, VERSION_OVERRIDE)
    if not value:
        return ""
    service, _, build = value.partition("=")
    try:
        parse_build(build)
    except ValueError as error:
        raise InvalidRequest.field(VERSION_OVERRIDE, str(error)) from error
    if service != "worker":
        raise InvalidRequest.field(VERSION_OVERRIDE, f"must be worker=<build>: {service!r} is not routed by build")
    return build
