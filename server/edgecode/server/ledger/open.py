"""The ledger a URL names, and the lock of its leader."""

from pathlib import Path

from edgecode.core.errors import InvalidRequest
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.sqlite import SqliteLedger
from edgecode.server.planner.lock import FileLock, LeaderLock

_POSTGRESQL = ("postgresql://", "postgres://")


def ledger_of(url: str, connections: int = 1) -> Ledger:
    """The ledger at a URL, not opened; `connections` are sessions for reads where it is a server's.

    Raises:
        InvalidRequest: `LEDGER_URL_UNKNOWN`.
    """
    if url.startswith(_POSTGRESQL):
        # A driver that most installations never load.
        from edgecode.server.ledger.postgres.ledger import PostgresLedger  # noqa: PLC0415

        return PostgresLedger(url, connections)
    return SqliteLedger(_path(url))


def lock_of(url: str) -> LeaderLock:
    """The lock of the ledger's one leader; raises as `ledger_of`."""
    if url.startswith(_POSTGRESQL):
        from edgecode.server.ledger.postgres.lock import AdvisoryLock  # noqa: PLC0415

        return AdvisoryLock(url)
    path = _path(url)
    return FileLock(path.with_name(f"{path.name}.leader"))


def _path(url: str) -> Path:
    scheme, _, path = url.partition("://")
    if scheme != "sqlite" or not path.startswith("/"):
        # Not the URL itself: it may be one of a password, wrongly written.
        raise InvalidRequest(
            "LEDGER_URL_UNKNOWN", "ledger_url is neither sqlite:///file nor postgresql://user:password@host/database"
        )
    return Path(path)
