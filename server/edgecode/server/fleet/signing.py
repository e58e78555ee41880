"""Whether the servers that live sign with one key: a secret or token of one must be good at all others."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence

from edgecode.core.errors import FailedPrecondition
from edgecode.core.settings import Settings
from edgecode.server.fleet.view import FleetView
from edgecode.server.signing import SigningKeys
from edgecode.v1 import bus_pb2

_SHOWN = 8


def disagreements(entries: Sequence[bus_pb2.FleetEntry]) -> Iterator[str]:
    """A sentence for each key that is used by some of the servers and unknown to others; none while one takes over.

    Args:
        entries: of the fleet; those without keys are of workers, or of servers of a build that does not tell them.
    """
    servers = [entry for entry in entries if entry.signing_key_ids]
    for newest in sorted({entry.signing_key_ids[0] for entry in servers}):
        refusing = [entry for entry in servers if newest not in entry.signing_key_ids]
        if refusing:
            signing = [entry for entry in servers if entry.signing_key_ids[0] == newest]
            yield (
                f"server {_names(refusing)} refuses what {_names(signing)} signs: their signing keys differ; "
                "give all servers one EDGECODE_SIGNING_KEY_FILE"
            )


def _names(entries: Sequence[bus_pb2.FleetEntry]) -> str:
    return ", ".join(entry.stamp.instance[:_SHOWN] for entry in entries)


class OneSigningKey:
    """Refuses to start a server whose key was made for it alone, beside one that signs with another.

    A key that an operator gave is his to change on one server after the other: `status` tells of that.
    """

    def __init__(self, keys: SigningKeys, fleet: FleetView, settings: Settings) -> None:
        self._own = frozenset(keys.ids)
        self._fleet = fleet
        self._settings = settings

    async def start(self) -> None:
        """Returns when no server that still beats has another key.

        Raises:
            FailedPrecondition: `SIGNING_KEY_UNFIT`.
        """
        if self._settings.signing_key_file is not None:
            return
        first = {entry.stamp.instance: entry.beat_time for entry in self._strangers()}
        # Who was killed stays in the fleet for a while: a beat more is a sign of life.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.fleet_ttl_seconds):
                while strangers := self._strangers():
                    self._fleet.news.clear()
                    for entry in strangers:
                        if first.get(entry.stamp.instance) != entry.beat_time:
                            raise self._refused(entry)
                    await self._fleet.news.wait()

    async def stop(self) -> None:
        """It has ended already."""

    def _strangers(self) -> list[bus_pb2.FleetEntry]:
        return [e for e in self._fleet.entries() if e.signing_key_ids and self._own.isdisjoint(e.signing_key_ids)]

    def _refused(self, other: bus_pb2.FleetEntry) -> FailedPrecondition:
        return FailedPrecondition(
            "SIGNING_KEY_UNFIT",
            f"server {other.stamp.instance} on {other.host} signs with another key than {self._settings.signing_key}, "
            "which was made for this server alone; give all servers one EDGECODE_SIGNING_KEY_FILE",
        )
