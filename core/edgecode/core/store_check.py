"""Looks at the blob store when a process starts: what can never work is said then, by the name of the setting."""

import asyncio
import uuid

import structlog
from obstore.exceptions import BaseError

from edgecode.core.blobs import Blobs
from edgecode.core.errors import EdgecodeError, FailedPrecondition, Unavailable
from edgecode.core.store_errors import first_line

log = structlog.get_logger()

PREFIX = "checks"
_SECONDS = 10.0


async def check_store(blobs: Blobs, setting: str) -> None:
    """Puts, reads and deletes a small object below `checks/`. One that does not answer may come back: that is logged.

    Raises:
        FailedPrecondition: `STORE_UNUSABLE`: no such bucket, no right to it, or puts that overwrite what is there
            although told not to, on which unfinished uploads depend.
    """
    key = f"{PREFIX}/{uuid.uuid4().hex}"
    try:
        async with asyncio.timeout(_SECONDS):
            first = await blobs.put_new(key, b"1")
            second = await blobs.put_new(key, b"2")
            kept = await blobs.get(key)
            await blobs.delete([key])
    except (EdgecodeError, TimeoutError) as error:
        _judge(error, setting)
        return
    if (first, second, kept) != (True, False, b"1"):
        raise _unusable(setting, "it has no conditional puts (If-None-Match), which uploads need")


def _judge(error: EdgecodeError | TimeoutError, setting: str) -> None:
    cause = error.__cause__ or error
    words = first_line(cause) or type(cause).__name__
    if isinstance(error, Unavailable) and error.reason == "STORE_DENIED":
        raise _unusable(setting, f"it refuses the credentials that were found: {words}") from error
    if isinstance(cause, FileNotFoundError):
        raise _unusable(setting, f"there is no such bucket: {words}") from error
    if isinstance(cause, BaseError | ValueError) and ("NotImplemented" in words or "501" in words):
        raise _unusable(setting, f"it has no conditional puts (If-None-Match), which uploads need: {words}") from error
    log.warning("store.away", setting=setting, why=words)


def _unusable(setting: str, why: str) -> FailedPrecondition:
    return FailedPrecondition("STORE_UNUSABLE", f"{setting}: the store cannot be used: {why}")
