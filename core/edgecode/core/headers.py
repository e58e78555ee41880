"""Names of the stamp's headers, and the stamp as headers. Names are case-sensitive on NATS."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from edgecode.core.contract import CONTRACT
from edgecode.core.stamp import SHORT_REVISION_LENGTH, Stamp, parse_build

SERVICE = "Edgecode-Service"
VERSION = "Edgecode-Version"
REVISION = "Edgecode-Revision"
INSTANCE = "Edgecode-Instance"
ENVIRONMENT = "Edgecode-Environment"
CONTRACT_HEADER = "Edgecode-Contract"
PATH = "Edgecode-Path"
TRACEPARENT = "traceparent"
MSG_ID = "Nats-Msg-Id"
TTL = "Nats-TTL"
_REVISION = re.compile("[0-9a-f]{40}")
STAMP_HEADERS = (SERVICE, VERSION, REVISION, INSTANCE, ENVIRONMENT, CONTRACT_HEADER, PATH)


class UnstampedMessage(Exception):
    """A message without a whole stamp: it is refused, whatever it says."""


def hop(stamp: Stamp) -> str:
    """One hop of `Edgecode-Path`: `worker@1.5.0+gdeadbeef0123`."""
    return f"{stamp.service}@{stamp.build}"


def extend_path(path: Sequence[str], stamp: Stamp) -> tuple[str, ...]:
    """The path with this process at its end; a process that writes twice in a row is one hop."""
    own = hop(stamp)
    return tuple(path) if path and path[-1] == own else (*path, own)


def stamp_headers(stamp: Stamp, path: Sequence[str] = (), contract: int = 0) -> dict[str, str]:
    """A fresh dict each time: the client changes the one it is given. Contract 0 is the one this build writes."""
    return {
        SERVICE: stamp.service,
        VERSION: stamp.version,
        REVISION: stamp.revision,
        INSTANCE: stamp.instance,
        ENVIRONMENT: stamp.environment,
        CONTRACT_HEADER: str(contract or CONTRACT),
        PATH: ",".join(extend_path(path, stamp)),
    }


def trace_id_of(traceparent: str) -> str:
    """The 32-hex trace id of a `traceparent`, empty where there is none."""
    parts = traceparent.split("-")
    return parts[1] if len(parts) == 4 else ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote a message, which hops led to it, and the contract and trace it carries."""

    stamp: Stamp
    path: tuple[str, ...]
    contract: int
    traceparent: str

    @property
    def trace_id(self) -> str:
        """The 32-hex trace id, empty where there is none."""
        return trace_id_of(self.traceparent)


def read_origin(headers: Mapping[str, str] | None) -> Origin:
    """Reads the stamp of a message.

    Raises:
        UnstampedMessage: a header is missing or empty, or they contradict each other.
    """
    found = headers or {}
    values = tuple(map(found.get, STAMP_HEADERS))
    if not all(values):
        missing = [name for name in STAMP_HEADERS if not found.get(name)]
        raise UnstampedMessage(f"no {', '.join(missing)}")
    try:
        stamp, path, contract = _read_signed(values)
    except ValueError as error:
        raise UnstampedMessage(str(error)) from error
    return Origin(stamp, path, contract, found.get(TRACEPARENT, ""))


@lru_cache(maxsize=4096)
def _read_signed(values: tuple[str, ...]) -> tuple[Stamp, tuple[str, ...], int]:
    """Stamp, path and contract of the values of STAMP_HEADERS: a process signs all its messages alike."""
    service, version, revision, instance, environment, contract, path = values
    hops = tuple(path.split(","))
    if not _REVISION.fullmatch(revision):
        raise ValueError(f"revision {revision!r} has not 40 hex digits")
    hop_service, _, build = hops[-1].partition("@")
    parsed = parse_build(build)
    if (hop_service, str(parsed.version), parsed.revision) != (service, version, revision[:SHORT_REVISION_LENGTH]):
        raise ValueError(f"the last hop {hops[-1]!r} is not {service} {version} {revision}")
    return Stamp(service, version, revision, parsed.dirty, instance, environment), hops, int(contract)
