"""Listens to everything on a broker, as a stranger."""

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from edgecode.core.bus import EXEMPT_SUBJECTS
from tests.harness.broker import round_trip

_DELIVERED = "$JS.ACK."


class Recorder:
    """Every message that was published since it listens, but what is exempt from the stamp."""

    def __init__(self, connection: Client) -> None:
        self._connection = connection
        self._subscription: Subscription | None = None
        self.messages: list[Msg] = []

    @classmethod
    async def listen(cls, url: str) -> "Recorder":
        """A recorder that hears all from now on."""
        recorder = cls(await nats.connect(url))
        recorder._subscription = await recorder._connection.subscribe(">", cb=recorder._on_message)
        await round_trip(recorder._connection)
        return recorder

    async def _on_message(self, message: Msg) -> None:
        # What a consumer delivers was published before, and heard then.
        if not message.subject.startswith(EXEMPT_SUBJECTS) and not message.reply.startswith(_DELIVERED):
            self.messages.append(message)

    async def heard(self) -> list[Msg]:
        """All that the broker has taken until now."""
        await round_trip(self._connection)
        # What has arrived waits for the library's own task.
        if self._subscription is not None:
            await self._subscription._pending_queue.join()
        return list(self.messages)

    async def close(self) -> None:
        await self._connection.close()
