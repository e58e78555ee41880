"""The leader's record of the fleet: it appends what it saw change, and what that means, as events."""

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping, Sequence

import structlog

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.errors import Conflict
from edgecode.core.log import Log
from edgecode.core.settings import Settings
from edgecode.server.fleet.decide import Absence, decisions, news
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger.projector import Projector
from edgecode.server.ledger.reads import Reads
from edgecode.v1 import event_pb2

log = structlog.get_logger()

Plan = Callable[[], Mapping[str, Sequence[event_pb2.Event]]]


class FleetKeeper:
    """Keeps the log's account of the fleet. What it appends expects the subject as it was folded."""

    def __init__(self, events: Log, reads: Reads, projector: Projector, view: FleetView, settings: Settings) -> None:
        self._events = events
        self._reads = reads
        self._projector = projector
        self._view = view
        self._restart_seconds = settings.fleet_restart_seconds
        self._patience_seconds = settings.sweep_seconds
        # Since when, by the monotonic clock: the broker's times may be of another clock.
        self._away: dict[tuple[str, ...], float] = {}

    def forget(self) -> None:
        """Begins anew: absence counts only after this leader has seen it for long enough."""
        self._away.clear()

    async def keep(self) -> None:
        """Says what is to be said now; where the fold is behind, a later sweep does. Raises Unavailable."""
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._say(lambda: news(self._projector.fleet, self._view.sighting()))
                await self._say(lambda: decisions(self._projector.fleet, self._absence()))
        except TimeoutError:
            log.info("fleet.said_later")

    async def _say(self, plan: Plan) -> None:
        for service in plan():
            subject = subjects.fleet_events(service)
            if self._projector.is_frozen(subject):
                continue  # what is said of it by a later build cannot be read here
            last = await self._events.last_sequence(subject)
            await self._reads.reached(last)
            await self._append(subject, last, plan().get(service, ()))

    async def _append(self, subject: str, last: int, events: Sequence[event_pb2.Event]) -> None:
        if not events:
            return
        messages = [
            Outgoing(
                subject,
                event.SerializeToString(deterministic=True),
                msg_id=uuid.uuid4().hex,
                expected_last=None if number else last,
            )
            for number, event in enumerate(events)
        ]
        try:
            stored = await self._events.append(messages)
        except Conflict:
            return  # another leader spoke: the fold brings it
        for event in events:
            log.info("fleet.said", subject=subject, kind=event.WhichOneof("kind"))
        await self._reads.reached(stored[-1].sequence)

    def _absence(self) -> Absence:
        fleet = self._projector.fleet
        builds = {key for key, row in fleet.builds.items() if not row.running}
        digests = {key for key, row in fleet.digests.items() if not row.running}
        now = time.monotonic()
        self._away = {key: self._away.get(key, now) for key in (*builds, *digests)}
        long = {key for key, since in self._away.items() if now - since >= self._restart_seconds}
        return Absence(builds & long, digests & long, self._restart_seconds)
