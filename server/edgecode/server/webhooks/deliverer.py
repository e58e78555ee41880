"""The leader's hand that sends what webhooks are owed.

What is owed stands in the ledger; each try is an event. A leader that dies between an answer and its record leaves a
delivery that the next one sends again, under the same id.
"""

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.crash import CrashPoints
from edgecode.core.lifecycle import end
from edgecode.core.log import Log, SubjectExpired
from edgecode.core.settings import Settings
from edgecode.server.ledger import webhook_reads
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import DeliveryRow, WebhookRow
from edgecode.server.signing import SigningKeys
from edgecode.server.webhooks.outcome import tried
from edgecode.server.webhooks.payload import payload
from edgecode.server.webhooks.sender import Sender
from edgecode.server.webhooks.signature import secrets_of, signature
from edgecode.v1 import event_pb2

log = structlog.get_logger()

_ORIGINS_AT_ONCE = 8


class Deliverer:
    """Sends while its server leads: of one job to one webhook one after another, to one host a few at once."""

    def __init__(
        self,
        *,
        events: Log,
        ledger: Ledger,
        reads: Reads,
        keys: SigningKeys,
        sender: Sender,
        settings: Settings,
        crash: CrashPoints,
    ) -> None:
        self._events = events
        self._ledger = ledger
        self._reads = reads
        self._keys = keys
        self._sender = sender
        self._settings = settings
        self._crash = crash
        self._wanted = asyncio.Event()
        # Of what is under way: (webhook, job), and its origin.
        self._under_way: dict[tuple[str, str], str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Says that something may be due."""
        self._wanted.set()

    async def run(self, caught_up: Callable[[], Awaitable[bool]]) -> None:
        """Sends until cancelled.

        Args:
            caught_up: waits for the fold to reach the log's head: what another leader recorded must not be sent again.
        """
        self._under_way.clear()
        while not await caught_up():
            continue
        try:
            while True:
                self._wanted.clear()
                await self._begin_due()
                try:
                    await asyncio.wait_for(self._wanted.wait(), self._settings.sweep_seconds)
                except TimeoutError:
                    continue
        finally:
            await end(self._tasks)

    async def _begin_due(self) -> None:
        now_us = time.time_ns() // 1000
        at_once = self._settings.webhook_tries_at_once
        for origin in await self._ledger.due_origins(now_us):
            if len(self._under_way) >= _ORIGINS_AT_ONCE * at_once:
                return
            busy = Counter(self._under_way.values())[origin]
            if busy >= at_once:
                continue
            # What is under way still stands as due, and what ends while the ledger is read does there.
            before = set(self._under_way)
            rows = await self._ledger.due_deliveries(origin, now_us, at_once)
            free = [row for row in rows if (row.webhook_id, row.job_id) not in before | self._under_way.keys()]
            for row in free[: at_once - busy]:
                self._begin(row)

    def _begin(self, row: DeliveryRow) -> None:
        self._under_way[row.webhook_id, row.job_id] = row.origin
        task = asyncio.get_running_loop().create_task(self._deliver(row))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(row, done))

    def _done(self, row: DeliveryRow, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._under_way.pop((row.webhook_id, row.job_id), None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("webhook.delivery_failed", delivery_id=row.delivery_id, error=repr(error), exc_info=error)
            return  # the next round asks again
        self.wake()

    async def _deliver(self, row: DeliveryRow) -> None:
        webhook = await webhook_reads.webhook(self._ledger, row.webhook_id)
        record = await self._ledger.record(row.job_id)
        found = await self._events.at(row.sequence)
        if webhook is None or record is None or found is None:
            return  # expired meanwhile: the sweep forgets the rows
        origin, event = found
        body = payload(row, record.job, origin, event)
        began = datetime.now(UTC)
        answer = await self._sender.send(webhook.url, body, self._headers(row, webhook, began, body))
        self._crash.at("leader.after_delivery")
        outcome = tried(row, answer, began, self._settings, random.random())  # noqa: S311 jitter
        log.info(
            "webhook.tried",
            delivery_id=row.delivery_id,
            webhook_id=row.webhook_id,
            job_id=row.job_id,
            status=answer.http_status,
            reason=answer.reason,
        )
        await self._record(row, outcome, origin.path)

    def _headers(self, row: DeliveryRow, webhook: WebhookRow, began: datetime, body: bytes) -> dict[str, str]:
        seconds = int(began.timestamp())
        secrets = secrets_of(self._keys, webhook, seconds * 1_000_000)
        return {
            "webhook-id": row.delivery_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(secrets, row.delivery_id, seconds, body),
        }

    async def _record(self, row: DeliveryRow, outcome: event_pb2.DeliveryTried, path: tuple[str, ...]) -> None:
        """Writes down how a try ended, and waits until that is folded: only then may the next one go."""
        message = Outgoing(
            subjects.delivery_events(row.webhook_id, row.job_id),
            event_pb2.Event(delivery_tried=outcome).SerializeToString(deterministic=True),
            path=path,
            msg_id=uuid.uuid4().hex,
        )
        try:
            stored = await self._events.append_surely(message, datetime.fromtimestamp(row.expire_time_us / 1e6, UTC))
        except SubjectExpired:
            return
        await self._reads.reached(stored.sequence)
