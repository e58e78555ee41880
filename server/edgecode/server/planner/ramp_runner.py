"""The leader's hand on the ramp: takes what its jobs tell, asks what that calls for, and changes the route so.

What it knows follows from the ledger's rows alone, so a leader that begins knows the same, and one that lost its place
changes nothing: the route's revision is what its change is compared with.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable

import structlog

from edgecode.core.contract import CONTRACT
from edgecode.core.crash import CrashPoints
from edgecode.server.fleet.view import FleetView
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.projector import Projector
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.planner.route_keeper import RouteKeeper
from edgecode.server.routes.evidence import Evidence
from edgecode.server.routes.ramp import GOING, decide
from edgecode.server.routes.ramp_job import in_order
from edgecode.server.routes.ramp_rows import ramp_job, recomputed
from edgecode.server.routes.ramp_summary import summary_of
from edgecode.server.routes.revisions import Revising
from edgecode.server.routes.route import LEADER, Change
from edgecode.v1 import ramp_pb2

log = structlog.get_logger()

# Steps come by the clock; a verdict by what jobs tell, as soon as that is folded.
_LOOK_SECONDS = 1.0
_SHORTEST_PAUSE_SECONDS = 0.05


class RampRunner:
    """Runs the ramp that the route holds, while this server leads."""

    def __init__(
        self, projector: Projector, ledger: Ledger, fleet: FleetView, keeper: RouteKeeper, crash: CrashPoints
    ) -> None:
        self._projector = projector
        self._ledger = ledger
        self._fleet = fleet
        self._keeper = keeper
        self._crash = crash
        self._ramp_id = ""
        self._evidence: Evidence | None = None
        self._told: dict[str, RampJobRow] = {}
        self._news = asyncio.Event()
        self._why = ""
        projector.on_ramp_jobs = self._take

    def forget(self) -> None:
        """Begins anew: another may have led meanwhile."""
        self._ramp_id, self._evidence = "", None
        self._told.clear()

    def _take(self, rows: Iterable[RampJobRow]) -> None:
        """What a group of events told, as soon as it is in the ledger. A row holds all moments of its job so far."""
        for row in rows:
            self._told[row.job_id] = row
            self._news.set()

    async def run(self, caught_up: Callable[[], Awaitable[bool]]) -> None:
        """Decides, again and again, on all that the log holds."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _LOOK_SECONDS)
            self._news.clear()
            if self._ramp() is None:
                self.forget()
            elif await caught_up():
                await self.decide(time.time_ns() // 1000)
            await asyncio.sleep(_SHORTEST_PAUSE_SECONDS)

    def _ramp(self) -> ramp_pb2.RampDocument | None:
        ramp = self._projector.route.ramp
        return ramp if ramp is not None and ramp.state in GOING else None

    async def decide(self, now_us: int) -> None:
        """One look: takes what was told since the last one, and changes the route where that calls for it."""
        ramp = self._ramp()
        if ramp is None:
            return
        evidence = await self._known(ramp, now_us)
        route = self._projector.route
        if route.ramp != ramp:
            return  # it changed meanwhile: look again
        after = decide(ramp, evidence, now_us)
        if after is not None:
            after.summary.CopyFrom(summary_of(ramp, evidence))
            await self._change(after, now_us)

    async def _known(self, ramp: ramp_pb2.RampDocument, now_us: int) -> Evidence:
        if self._evidence is None or self._ramp_id != ramp.ramp_id:
            # What was told so far is in the ledger; what comes while that is read is told again.
            self._told.clear()
            through = self._projector.cursor.sequence
            self._evidence, _ = await recomputed(self._ledger, ramp, now_us, through)
            self._ramp_id = ramp.ramp_id
        told = [ramp_job(row, ramp) for row in self._told.values() if row.ramp_id == ramp.ramp_id]
        self._told.clear()
        for moment, job in in_order(told):
            self._evidence.take(moment, job)
        self._evidence.until(now_us)
        return self._evidence

    async def _change(self, after: ramp_pb2.RampDocument, now_us: int) -> None:
        route = self._projector.route
        live = self._fleet.workers().builds(CONTRACT)
        document = Revising(route, live, Change(after.reason, LEADER, now_us)).with_ramp(after)
        if route.current and not document.current:
            self._say_once(f"{after.build} should be rolled back ({after.reason}), and no good build is live")
            return
        self._crash.at("leader.before_ramp_change")
        if await self._keeper.change(document):
            state = ramp_pb2.RampState.Name(after.state).removeprefix("RAMP_STATE_")
            log.warning(
                "ramp.changed", its_build=after.build, state=state, step=after.step, percent=document.ramp_percent,
                reason=after.reason, log_e=round(after.verdict.log_e, 2), route=document.revision,
            )  # fmt: skip
        self._crash.at("leader.after_ramp_change")

    def _say_once(self, why: str) -> None:
        if why != self._why:
            self._why = why
            log.error("ramp.stuck", why=why)
