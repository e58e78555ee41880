"""This server's own entry in the fleet."""

import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from edgecode.core.contract import READS_MAX, READS_MIN
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp, config_digest, stamp_to_proto, toolchain_digest
from edgecode.v1 import bus_pb2, stamp_pb2


class OwnInstance:
    """Who this server is, since when, and what shapes its behaviour."""

    def __init__(
        self,
        stamp: Stamp,
        settings: Settings,
        *,
        is_leader: Callable[[], bool],
        route_revision: Callable[[], int],
        signing_key_ids: Sequence[str] = (),
    ) -> None:
        self.stamp = stamp
        self.started = datetime.now(UTC)
        self.digests = stamp_pb2.Digests(
            # A server makes no media: what shapes its output is Python alone.
            toolchain_digest=toolchain_digest({"python": platform.python_version()}),
            config_digest=config_digest(settings.behaviour()),
        )
        self._is_leader = is_leader
        self._signing_key_ids = signing_key_ids
        self._route_revision = route_revision

    def entry(self) -> bus_pb2.FleetEntry:
        """The entry as it is now; `beat_time` is the beat's."""
        entry = bus_pb2.FleetEntry(
            stamp=stamp_to_proto(self.stamp),
            digests=self.digests,
            host=platform.node(),
            pid=os.getpid(),
            contract_min=READS_MIN,
            contract_max=READS_MAX,
            leader=self._is_leader(),
            signing_key_ids=self._signing_key_ids,
            route_revision=self._route_revision(),
        )
        entry.start_time.FromDatetime(self.started)
        return entry
