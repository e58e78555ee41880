"""The ledger a URL names."""

from pathlib import Path

from edgecode.core.errors import InvalidRequest
from edgecode.server.ledger.sqlite import SqliteLedger


def ledger_path(url: str) -> Path:
    """The file of a `sqlite:///path` URL.

    Raises:
        InvalidRequest: `LEDGER_URL_UNKNOWN`.
    """
    scheme, _, path = url.partition("://")
    if scheme != "sqlite" or not path.startswith("/"):
        raise InvalidRequest("LEDGER_URL_UNKNOWN", f"ledger_url {url!r} is not of the form sqlite:///file")
    return Path(path)


def ledger_of(url: str) -> SqliteLedger:
    """The ledger at a URL, not opened."""
    return SqliteLedger(ledger_path(url))
