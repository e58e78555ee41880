"""What a store's failures mean, in our tree: the one place that knows its exceptions and words."""

import asyncio
import errno
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from edgecode.core.errors import EdgecodeError, Exhausted, Unavailable

_RETRY_SECONDS = 1.0
_LONG_SECONDS = 60.0
# Longer than an S3 store is tried again: what ends is a folder whose disk or mount hangs.
ANSWER_SECONDS = 300.0
_SLOWEST_BYTES_PER_SECOND = 1_000_000
_FULL = {errno.ENOSPC, errno.EDQUOT}
# A store speaks of the system's errors, and of an S3 server's, in their own words only.
_FULL_WORDS = (*(f"(os error {number})" for number in sorted(_FULL)), "507 Insufficient Storage", "QuotaExceeded")
_DENIED_WORDS = (
    f"(os error {errno.EACCES})",
    "403 Forbidden",
    "401 Unauthorized",
    "AccessDenied",
    "InvalidAccessKeyId",
)


@contextmanager
def translated() -> Iterator[None]:
    """Raises what the store raises as an error of our tree; what is none of the store's passes as it is.

    Raises:
        Exhausted: `STORE_FULL`.
        Unavailable: `STORE_UNAVAILABLE` or `STORE_DENIED`.
    """
    try:
        yield
    except EdgecodeError:
        raise
    except (BaseError, OSError) as error:
        raise of_store(error) from error


@asynccontextmanager
async def answered(size_bytes: int = 0) -> AsyncIterator[None]:
    """As `translated`, and ends what has no answer in time; `size_bytes` is how much moves in the one request.

    Raises:
        Unavailable: `STORE_UNAVAILABLE`: the store may hang for ever, no request of ours does.
    """
    with translated():
        async with asyncio.timeout(ANSWER_SECONDS + size_bytes / _SLOWEST_BYTES_PER_SECOND):
            yield


def of_store(error: Exception) -> EdgecodeError:
    """The error of our tree that a failure of a store means. Its message names no place and no key of the store."""
    words = str(error)
    if (isinstance(error, OSError) and error.errno in _FULL) or any(word in words for word in _FULL_WORDS):
        return Exhausted(
            "STORE_FULL",
            "the blob store is full: nothing was stored; try again later",
            retry_after_seconds=_LONG_SECONDS,
        )
    if is_denied(error):
        return Unavailable(
            "STORE_DENIED",
            "the blob store refuses this server's credentials; its operator must see to it",
            retry_after_seconds=_LONG_SECONDS,
        )
    return Unavailable(
        "STORE_UNAVAILABLE", "the blob store does not answer; try again", retry_after_seconds=_RETRY_SECONDS
    )


def is_denied(error: Exception) -> bool:
    """Whether the store refused who asked."""
    denied = isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError)
    return denied or any(word in str(error) for word in _DENIED_WORDS)


def first_line(error: BaseException) -> str:
    """The store's own words, without the dump that follows them."""
    return " ".join(str(error).partition("\n\nDebug source:")[0].split())
