"""The NATS service API (ADR-32): every process answers PING, INFO and STATS, so that `nats micro ls` lists the fleet.

The library's own service is not used: its `respond` echoes the caller's headers, so that a forged stamp would come back
as ours. Requests come from tools of others and need no stamp: they ask, and change nothing.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from nats.aio.msg import Msg

from edgecode.core import contract
from edgecode.core.bus import Bus, Outgoing

log = structlog.get_logger()

VERBS = ("PING", "INFO", "STATS")
_ROOT = "$SRV"


class ServiceApi:
    """Answers for one process, with its own stamp whatever the request's headers say."""

    def __init__(self, bus: Bus, description: str) -> None:
        self._bus = bus
        self._description = description
        self._started = datetime.now(UTC)
        self._endings: list[Callable[[], Awaitable[None]]] = []

    async def start(self) -> None:
        """Begins to answer."""
        stamp = self._bus.stamp
        for verb in VERBS:
            for suffix in ("", f".{stamp.service}", f".{stamp.service}.{stamp.instance}"):
                subscription = await self._bus.nc.subscribe(f"{_ROOT}.{verb}{suffix}", cb=self._answer)
                self._endings.append(subscription.unsubscribe)

    async def stop(self) -> None:
        """Stops answering; twice is legal."""
        endings, self._endings = self._endings, []
        if self._bus.nc.is_connected:
            for end in endings:
                await end()

    async def _answer(self, request: Msg) -> None:
        if not request.reply:
            log.info("service_api.no_reply_subject", subject=request.subject)
            return
        reply = json.dumps(self._reply(request.subject.split(".")[1]), separators=(",", ":")).encode()
        await self._bus.publish(Outgoing(request.reply, reply))

    def _reply(self, verb: str) -> dict[str, Any]:
        reply = {"type": f"io.nats.micro.v1.{verb.lower()}_response", **self._identity()}
        if verb == "INFO":
            return {**reply, "description": self._description, "endpoints": []}
        if verb == "STATS":
            started = self._started.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            return {**reply, "started": started, "endpoints": []}
        return reply

    def _identity(self) -> dict[str, Any]:
        stamp = self._bus.stamp
        return {
            "name": stamp.service,
            "id": stamp.instance,
            "version": stamp.build,
            "metadata": {
                "version": stamp.version,
                "revision": stamp.revision,
                "instance": stamp.instance,
                "environment": stamp.environment,
                "contract_min": str(contract.READS_MIN),
                "contract_max": str(contract.READS_MAX),
            },
        }
