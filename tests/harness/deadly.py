"""The death of a played server: from a crash point on it neither writes nor publishes."""

import asyncio

from edgecode.core.crash import CrashPoints
from edgecode.core.errors import Unavailable
from tests.harness.played_server import PlayedServer


class Killed(BaseException):
    """Nothing of ours catches it."""


class DeadlyCrashPoints(CrashPoints):
    """Kills the server it is given at the nth pass of a point."""

    def __init__(self, armed: str, passes: int) -> None:
        super().__init__()
        self._deadly = armed
        self._left = passes
        self.died = asyncio.Event()
        self.server: PlayedServer | None = None

    def at(self, name: str) -> None:
        self._left -= name == self._deadly
        if self._left <= 0:
            self._die()

    def _die(self) -> None:
        assert self.server is not None
        self.died.set()

        async def unsent(*_: object, **__: object) -> None:
            raise Unavailable("BROKER_UNAVAILABLE", "dead")

        async def unwritten(*_: object) -> None:
            raise Killed

        for part, name, end in (
            (self.server.bus, "publish", unsent),
            (self.server.ledger, "apply", unwritten),
            (self.server.ledger, "expire", unwritten),
        ):
            setattr(part, name, end)
        raise Killed
