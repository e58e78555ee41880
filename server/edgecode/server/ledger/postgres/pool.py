"""Some sessions with one database, lent to one task at a time.

Of our own, since a library's pool answers for an absent database with a time-out that hides the reason, and comes
back by a backoff of its own; this one tries when it is asked.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from psycopg import IsolationLevel
from psycopg.pq import TransactionStatus

from edgecode.core.errors import Unavailable
from edgecode.server.ledger.postgres.session import Session, connect, translated

log = structlog.get_logger()

_WAIT_SECONDS = 10.0


class Pool:
    """At most `size` sessions, made when they are needed.

    Args:
        told: what libpq is told.
        size: at least 1.
        on_loss: called when a session was lost.
        isolation: of its transactions; a statement outside one sees what is committed when it begins to run.
        settings: of each session.
    """

    def __init__(
        self,
        told: dict[str, Any],
        size: int,
        on_loss: Callable[[], None],
        isolation: IsolationLevel,
        **settings: str,
    ) -> None:
        self._told = told
        self._settings = settings
        self._isolation = isolation
        self._why = ""
        self._on_loss = on_loss
        self._places = asyncio.Semaphore(size)
        self._free: list[Session] = []

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Lends a session; one that is left in the middle of something is closed.

        Raises:
            Unavailable: `LEDGER_UNAVAILABLE`: the database does not answer, or all sessions are in use for long.
        """
        await self._take_place()
        try:
            session = self._free.pop() if self._free else await self._connect()
            try:
                with translated(session):
                    yield session
            finally:
                await self._take_back(session)
        except Unavailable as error:
            await self._lose(error)
            raise
        finally:
            self._places.release()

    async def _take_place(self) -> None:
        try:
            await asyncio.wait_for(self._places.acquire(), _WAIT_SECONDS)
        except TimeoutError as error:
            raise Unavailable(
                "LEDGER_UNAVAILABLE",
                "the server's sessions with its ledger are all in use; try again",
                retry_after_seconds=1.0,
            ) from error

    async def _connect(self) -> Session:
        session = await connect(self._told, **self._settings)
        await session.set_isolation_level(self._isolation)
        self._why = ""
        return session

    async def _lose(self, error: Unavailable) -> None:
        # An absent database says the same to every caller: once is news.
        why = " ".join(str(error.__cause__).split())
        if why != self._why:
            self._why = why
            log.warning("ledger.unavailable", why=why)
        await self.close()  # the others are most likely lost too
        self._on_loss()

    async def _take_back(self, session: Session) -> None:
        if session.closed or session.info.transaction_status != TransactionStatus.IDLE:
            await session.close()
        else:
            self._free.append(session)

    async def close(self) -> None:
        """Closes those that nobody uses; twice is legal."""
        free, self._free = self._free, []
        for session in free:
            await session.close()
