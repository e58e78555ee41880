"""One session with PostgreSQL: how it is opened, and what its failures mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int8BinaryDumper

from edgecode.core.errors import FailedPrecondition, InvalidRequest, Unavailable

Session = psycopg.AsyncConnection[Any]

_OLDEST = 130000
_CHECKS_CLIENTS = 140000
_RETRY_SECONDS = 1.0
# A peer that is gone without a word is noticed after some ten seconds, at both ends: what the URL says goes first.
_CLIENT: dict[str, Any] = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    # Of several hosts the one that takes writes: a standby would show what has been for what is.
    "target_session_attrs": "read-write",
}
_SERVER = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    # A frozen process holds its locks no longer than this.
    "idle_in_transaction_session_timeout": "10000",
    "statement_timeout": "30000",
    # A projection: what a crash takes of its last moments is folded again.
    "synchronous_commit": "off",
    # Compiling costs more than any statement of ours.
    "jit": "off",
}
# Where a process of the database or the network is at fault, and not what we asked.
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)


def parameters(url: str, name: str) -> dict[str, Any]:
    """What libpq is told: the URL's parameters over ours.

    Raises:
        InvalidRequest: `LEDGER_URL_UNKNOWN`; the message does not show the URL, which may hold a password.
    """
    try:
        told = conninfo_to_dict(url)
    except psycopg.Error:
        raise InvalidRequest(
            "LEDGER_URL_UNKNOWN", "ledger_url is not of the form postgresql://user:password@host:port/database"
        ) from None
    return {**_CLIENT, "application_name": f"edgecode {name}", **{k: v for k, v in told.items() if v is not None}}


async def connect(told: dict[str, Any], **settings: str) -> Session:
    """A session in autocommit mode; `settings` are of the session, over ours.

    Raises:
        Unavailable: `LEDGER_UNAVAILABLE`.
        FailedPrecondition: `LEDGER_UNFIT`: the server is too old.
    """
    with translated():
        session: Session = await psycopg.AsyncConnection.connect(**told, autocommit=True)
        try:
            _check_version(session.info.server_version)
            # Else a number's size would choose its type, and each type needs a plan of its own.
            session.adapters.register_dumper(int, Int8BinaryDumper)
            await _set(session, _SERVER | settings)
        except BaseException:
            await session.close()
            raise
    return session


def _check_version(number: int) -> None:
    if number < _OLDEST:
        raise FailedPrecondition("LEDGER_UNFIT", f"PostgreSQL {number // 10000} is too old: 13 or newer is needed")


async def _set(session: Session, settings: dict[str, str]) -> None:
    if session.info.server_version >= _CHECKS_CLIENTS:
        settings = {"client_connection_check_interval": "5000"} | settings
    calls = ", ".join(["set_config(%s, %s, false)"] * len(settings))
    await session.execute(f"SELECT {calls}", [part for pair in settings.items() for part in pair])


@contextmanager
def translated(session: Session | None = None) -> Iterator[None]:
    """Turns what the driver says of an absent database into our error, whose cause is for the log: it names hosts.

    Whatever it says of a `session` that was lost on the way means the same.
    """
    try:
        yield
    except psycopg.errors.LockNotAvailable:
        raise  # as was asked for
    except psycopg.Error as error:
        if not isinstance(error, _AWAY) and (session is None or not session.broken):
            raise
        raise Unavailable(
            "LEDGER_UNAVAILABLE", "the ledger's database does not answer; try again", retry_after_seconds=_RETRY_SECONDS
        ) from error
