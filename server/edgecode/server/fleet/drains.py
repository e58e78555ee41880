"""Draining a worker from afar: the order is repeated until the worker says that it drains."""

import asyncio
import time

import structlog

from edgecode.core import subjects
from edgecode.core.bus import Bus, Outgoing
from edgecode.core.errors import FailedPrecondition, NotFound, Unavailable
from edgecode.server.calls import CallContext
from edgecode.server.fleet.instances import shown
from edgecode.server.fleet.view import FleetView, Heard
from edgecode.server.jobs.requests import check_text, refuse
from edgecode.server.routes.route import WORKER
from edgecode.v1 import bus_pb2, fleet_pb2

log = structlog.get_logger()

# Orders are core NATS, and a worker answers one within a beat's shortest pause.
_AGAIN_SECONDS = 1.0
_TRIES = 5
LONGEST_REASON = 1024


class Drains:
    """Tells workers to drain."""

    def __init__(self, bus: Bus, fleet: FleetView) -> None:
        self._bus = bus
        self._fleet = fleet

    async def drain(self, request: fleet_pb2.DrainInstanceRequest, call: CallContext) -> fleet_pb2.Instance:
        """The instance once it drains; one that left meanwhile, as it was.

        Raises:
            InvalidRequest: `INVALID_FIELD`: the reason is too long, or has control characters.
            NotFound: `INSTANCE_NOT_FOUND`.
            FailedPrecondition: `INSTANCE_NOT_A_WORKER`.
            Unavailable: `INSTANCE_SILENT`: it did not say in time that it drains.
        """
        refuse([*check_text("reason", request.reason, LONGEST_REASON)])
        heard = self._found(request.instance)
        order = bus_pb2.Control(drain=bus_pb2.Drain(reason=request.reason, caller=call.caller))
        log.warning("fleet.drain", drains=request.instance, caller=call.caller, why=request.reason)
        for _ in range(_TRIES):
            if heard.entry.draining:
                break
            await self._bus.publish(Outgoing(subjects.control(request.instance), order.SerializeToString()))
            heard = await self._changed(request.instance, heard)
        if not heard.entry.draining:
            raise Unavailable(
                "INSTANCE_SILENT",
                f"worker {request.instance} was told to drain {_TRIES} times and has not said that it does; try again",
                retry_after_seconds=_AGAIN_SECONDS,
            )
        return shown(heard, time.time_ns() // 1000)

    def _found(self, instance: str) -> Heard:
        heard = self._fleet.heard(instance)
        if heard is None:
            raise NotFound("INSTANCE_NOT_FOUND", f"no process {instance[:64]!r} is alive; ListInstances shows all")
        if heard.entry.stamp.service != WORKER:
            raise FailedPrecondition(
                "INSTANCE_NOT_A_WORKER", f"{instance} is a {heard.entry.stamp.service}: only workers drain; stop it"
            )
        return heard

    async def _changed(self, instance: str, before: Heard) -> Heard:
        """What is heard of it once it drains or left, or when it is time to ask again."""
        try:
            async with asyncio.timeout(_AGAIN_SECONDS):
                while True:
                    change = self._fleet.next_change()
                    now = self._fleet.heard(instance)
                    if now is None:
                        before.entry.draining = True  # it ended before it could say so twice
                        return before
                    if now.entry.draining:
                        return now
                    await change
        except TimeoutError:
            return self._fleet.heard(instance) or before
