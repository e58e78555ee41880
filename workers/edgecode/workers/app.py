"""The worker process, wired from top to bottom."""

import dataclasses
import sys
from typing import NoReturn

import structlog
import uvloop

from edgecode.core.blobs import Blobs
from edgecode.core.bus import Bus
from edgecode.core.crash import CrashPoints
from edgecode.core.errors import FailedPrecondition
from edgecode.core.fleet_beat import FleetBeat
from edgecode.core.lifecycle import Termination, done_unless_asked, until_asked
from edgecode.core.log import Log
from edgecode.core.logs import configure_logging
from edgecode.core.metrics_http import MetricsServer
from edgecode.core.process_end import end_process
from edgecode.core.route_watch import RouteWatch
from edgecode.core.service_api import ServiceApi
from edgecode.core.settings import Settings
from edgecode.core.stamp import config_digest, make_stamp
from edgecode.core.store_check import check_store
from edgecode.core.telemetry import open_tracer
from edgecode.v1 import stamp_pb2
from edgecode.workers.child_telemetry import ChildTelemetry
from edgecode.workers.fleet_entry import fleet_entry
from edgecode.workers.host import Host
from edgecode.workers.lanes import Lanes
from edgecode.workers.media.leftovers import reap_leftovers
from edgecode.workers.media.limits import Limits
from edgecode.workers.media.tools import find_tools
from edgecode.workers.metrics import WorkerMetrics
from edgecode.workers.parts import Parts
from edgecode.workers.scratch import Scratch
from edgecode.workers.slots import Slots

SERVICE = "worker"
# How long a request to a store that is away is repeated: what an attempt made is worth waiting for.
PATIENCE_SECONDS = 120.0
# EX_CONFIG, as of a server: a supervisor that starts it again cannot help.
_REFUSED = 78

log = structlog.get_logger()


def main() -> NoReturn:
    """Runs a worker until SIGTERM or SIGINT; exit status 0 after a clean stop, drained or not, 78 if it cannot work."""
    try:
        uvloop.run(run(Settings()))
    except FailedPrecondition as error:
        print(f"edgecode worker: {error}", file=sys.stderr)  # noqa: T201 the sentence that says what to do
        end_process(_REFUSED)
    end_process(0)


async def run(settings: Settings) -> None:
    """A worker from start to stop."""
    termination = Termination()
    termination.install()
    stamp = make_stamp(SERVICE, settings.environment)
    configure_logging(stamp, settings.log_level)

    scratch = Scratch(settings.scratch, stamp.instance)
    removed = scratch.open()
    killed = reap_leftovers(scratch.children)
    if removed or killed:
        log.info("scratch.leftovers", folders=removed, killed=killed)
    limits = dataclasses.replace(Limits(), stall_seconds=settings.stall_seconds)
    tools = find_tools(scratch.children, ffmpeg=settings.ffmpeg, limits=limits)

    tracer = open_tracer(stamp)
    metrics = WorkerMetrics(stamp)
    bus = Bus(stamp)
    parts = Parts(
        bus=bus,
        log=Log(bus),
        blobs=Blobs(settings.blobs, PATIENCE_SECONDS),
        tools=tools,
        digests=stamp_pb2.Digests(
            toolchain_digest=tools.toolchain.digest, config_digest=config_digest(settings.behaviour())
        ),
        scratch=scratch,
        slots=Slots({"encode": settings.encode_slots, "light": settings.light_slots}),
        settings=settings,
        tracer=tracer,
        children=ChildTelemetry(tracer, metrics),
        crash=CrashPoints.from_environment(),
    )
    route = RouteWatch(bus, parts.log)
    host = Host(parts, Lanes(bus, stamp.build_key), metrics, route)
    beat = FleetBeat(bus, fleet_entry(parts, host), settings)
    api = ServiceApi(bus, "Runs tasks: probes, encodes, verifies.")
    http = MetricsServer(settings.metrics_address, metrics.registry, lambda: bus.nc.is_connected and not host.draining)

    try:
        if not await done_unless_asked(bus.connect(settings.nats_url), termination):
            return
        await check_store(parts.blobs, "EDGECODE_BLOBS_URL")
        await http.start()
        await api.start()
        await route.start()
        await host.start(beat)
        await beat.start()
        log.info("process.ready", metrics_address=http.address, slots=parts.slots.limits)
        await until_asked((*host.watched, beat), termination.asked, host.asked_to_drain)
        await host.drain(settings.worker_drain_seconds, termination.insisted)
    finally:
        await host.stop()
        await route.stop()
        await api.stop()
        await beat.stop()
        await bus.close()
        await http.stop()
        tracer.close()
        scratch.close()
        log.info("process.stopped")
