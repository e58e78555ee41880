"""One leader: an advisory lock, held by a session of its own. PostgreSQL frees it when the session ends."""

from typing import Any

from edgecode.core.errors import Unavailable
from edgecode.server.ledger.postgres.session import Session, connect, parameters, translated

# One ledger per schema, so one leader per schema.
_KEY = "hashtextextended('edgecode leader of ' || current_schema(), 0)"


class AdvisoryLock:
    """An exclusive lock on the ledger at a URL."""

    def __init__(self, url: str) -> None:
        self._told: dict[str, Any] = parameters(url, "leader")
        self._session: Session | None = None

    async def try_acquire(self) -> bool:
        """Takes the lock if it is free; raises as `acquire`."""
        held = await self._ask(f"SELECT pg_try_advisory_lock({_KEY})")
        if not held:
            await self.release()
        return held

    async def acquire(self) -> None:
        """Waits for the lock.

        Raises:
            Unavailable: `LEDGER_UNAVAILABLE`.
        """
        await self._ask(f"SELECT true FROM pg_advisory_lock({_KEY})")  # noqa: S608 no value of others

    async def _ask(self, question: str) -> bool:
        await self.release()
        # It may wait for as long as another leads.
        self._session = await connect(self._told, statement_timeout="0")
        try:
            with translated():
                answer = await (await self._session.execute(question)).fetchone()
        except BaseException:
            await self.release()
            raise
        return bool(answer and answer[0])

    async def lost(self) -> None:
        """Returns only by raising, when the session that holds the lock has ended.

        Raises:
            Unavailable: `LEDGER_UNAVAILABLE`.
        """
        assert self._session is not None, "acquire it first"
        with translated():
            async for _ in self._session.notifies():
                pass  # nobody notifies: it ends with the session
        raise Unavailable("LEDGER_UNAVAILABLE", "the session that holds the lead has ended", retry_after_seconds=1.0)

    async def release(self) -> None:
        """Gives the lock up; twice is legal."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
