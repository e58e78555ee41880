"""What every attempt of this worker works with."""

from dataclasses import dataclass

from edgecode.core.blobs import Blobs
from edgecode.core.bus import Bus
from edgecode.core.crash import CrashPoints
from edgecode.core.log import Log
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp
from edgecode.core.telemetry import Tracer
from edgecode.v1 import stamp_pb2
from edgecode.workers.child_telemetry import ChildTelemetry
from edgecode.workers.media.tools import MediaTools
from edgecode.workers.scratch import Scratch
from edgecode.workers.slots import Slots


@dataclass(frozen=True, slots=True)
class Parts:
    """Made once at the start of the process and passed down."""

    bus: Bus
    log: Log
    blobs: Blobs
    tools: MediaTools
    digests: stamp_pb2.Digests
    scratch: Scratch
    slots: Slots
    settings: Settings
    tracer: Tracer
    children: ChildTelemetry
    crash: CrashPoints

    @property
    def stamp(self) -> Stamp:
        """Of this process."""
        return self.bus.stamp
