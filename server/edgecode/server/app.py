"""The server process, wired top to bottom as ARCHITECTURE.md draws it."""

import asyncio

import structlog
from grpc import aio

from edgecode.core import streams
from edgecode.core.blobs import Blobs
from edgecode.core.bus import Bus
from edgecode.core.crash import CrashPoints
from edgecode.core.fleet_beat import FleetBeat
from edgecode.core.lifecycle import Termination, done_unless_asked, until_asked
from edgecode.core.log import Log
from edgecode.core.logs import configure_logging
from edgecode.core.metrics_http import MetricsServer
from edgecode.core.route_watch import RouteWatch
from edgecode.core.service_api import ServiceApi
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp, make_stamp
from edgecode.core.store_check import check_store
from edgecode.core.telemetry import open_tracer
from edgecode.server.assets.catalogue import AssetCatalogue
from edgecode.server.assets.imports import Imports
from edgecode.server.assets.uploads import Uploads
from edgecode.server.domain import Domain
from edgecode.server.fleet.own import OwnInstance
from edgecode.server.fleet.signing import OneSigningKey
from edgecode.server.fleet.view import FleetView
from edgecode.server.interceptors import StampingInterceptor
from edgecode.server.jobs.accept import JobAcceptance
from edgecode.server.jobs.presets import Presets
from edgecode.server.jobs.queries import JobQueries
from edgecode.server.jobs.write import JobWriter, QueueGauge
from edgecode.server.ledger.open import ledger_of, lock_of
from edgecode.server.ledger.reads import Reads
from edgecode.server.metrics import ServerMetrics
from edgecode.server.planner.blob_sweep import BlobSweep
from edgecode.server.planner.collect import GarbageCollection
from edgecode.server.planner.leader import Leader
from edgecode.server.planner.telemetry import LeaderTelemetry
from edgecode.server.progress.board import ProgressBoard
from edgecode.server.reflection import SERVICES, Health, add_health, add_reflection
from edgecode.server.releases.service import Releases
from edgecode.server.routes.overrides import Overrides
from edgecode.server.servicers.register import add_servicers
from edgecode.server.signing import SigningKeys
from edgecode.server.transport import listen, make_server
from edgecode.server.watch import LogFeed
from edgecode.server.web.artifacts import ArtifactFiles
from edgecode.server.web.listener import HttpListener
from edgecode.server.web.urls import ArtifactUrls
from edgecode.server.webhooks.deliverer import Deliverer
from edgecode.server.webhooks.sender import Sender
from edgecode.server.webhooks.service import Webhooks
from edgecode.server.webhooks.write import WebhookWriter

log = structlog.get_logger()


async def serve(settings: Settings, termination: Termination) -> None:
    """Serves until asked to end.

    Raises:
        EdgecodeError: it cannot serve, as when the ledger was folded from another log.
    """
    stamp = make_stamp("server", settings.environment)
    configure_logging(stamp, settings.log_level)
    bus = Bus(stamp)
    try:
        if await done_unless_asked(bus.connect(settings.nats_url), termination):
            await streams.ensure(bus, settings)
            await check_store(Blobs(settings.blobs), "EDGECODE_BLOBS_URL")
            await _serve(settings, stamp, bus, termination)
    finally:
        await bus.close()
    log.info("process.stopped")


async def _serve(settings: Settings, stamp: Stamp, bus: Bus, termination: Termination) -> None:  # noqa: PLR0915 it reads top to bottom
    crash = CrashPoints.from_environment()
    tracer = open_tracer(stamp)
    metrics = ServerMetrics(stamp)
    blobs = Blobs(settings.blobs)
    events = Log(bus)
    ledger = ledger_of(settings.ledger, settings.ledger_connections)
    await ledger.open()
    reads = Reads(bus, events, ledger, settings.read_wait_seconds)
    fleet = FleetView(bus, settings)
    route = RouteWatch(bus, events)
    board = ProgressBoard(ledger)
    feed = LogFeed(bus, events, board)

    queue = QueueGauge(ledger, settings.queue_limit_jobs)
    writer = JobWriter(events, ledger, reads, queue, crash)
    presets = Presets(stamp=stamp, settings=settings, events=events, ledger=ledger, reads=reads)
    queries = JobQueries(ledger, reads)
    keys = SigningKeys.open(settings.signing_key, make=settings.signing_key_file is None)
    acceptance = JobAcceptance(
        stamp=stamp, settings=settings, events=events, ledger=ledger, reads=reads, presets=presets, writer=writer,
        queries=queries, keys=keys, overrides=Overrides(route, fleet, ledger),
    )  # fmt: skip
    uploads = Uploads(
        stamp=stamp, settings=settings, events=events, ledger=ledger, reads=reads, blobs=blobs, presets=presets,
        acceptance=acceptance, crash=crash,
    )  # fmt: skip

    imports = Imports(settings=settings, events=events, blobs=blobs, presets=presets, uploads=uploads, crash=crash)

    async def sweep_uploads() -> int:
        return await uploads.sweep(settings.upload_abandoned_seconds)

    sender = Sender(stamp, settings)
    deliverer = Deliverer(
        events=events, ledger=ledger, reads=reads, keys=keys, sender=sender, settings=settings, crash=crash
    )
    leader = Leader(
        bus=bus, events=events, ledger=ledger, fleet=fleet, reads=reads,
        lock=lock_of(settings.ledger),
        blob_sweep=BlobSweep(
            blobs, ledger, sweep_uploads, settings.blob_sweep_seconds, settings.blob_young_seconds
        ),
        deliverer=deliverer, settings=settings, crash=crash, telemetry=LeaderTelemetry(tracer, metrics),
    )  # fmt: skip
    own = OwnInstance(
        stamp, settings, is_leader=lambda: leader.leading, route_revision=lambda: route.revision,
        signing_key_ids=keys.ids,
    )  # fmt: skip
    beat = FleetBeat(bus, own.entry, settings)
    route.on_change(beat.change)
    leader.on_change = beat.change

    domain = Domain(
        settings=settings, bus=bus, events=events, ledger=ledger, reads=reads, route=route, blobs=blobs, fleet=fleet,
        board=board, feed=feed, own=own, presets=presets, writer=writer, queries=queries, acceptance=acceptance,
        uploads=uploads, imports=imports,
        garbage=GarbageCollection(settings, blobs, ledger, reads, uploads),
        catalogue=AssetCatalogue(events, ledger, reads),
        releases=Releases.of(events, ledger, reads, crash),
        webhooks=Webhooks(ledger, reads, WebhookWriter(events, ledger, reads), keys, settings),
        urls=ArtifactUrls(settings, keys),
    )  # fmt: skip
    server = make_server(settings, [StampingInterceptor(stamp, settings, tracer, metrics)])
    health = _add_services(server, domain)
    metrics.watch(lambda: queue.unfinished, fleet.entries)
    monitoring = MetricsServer(settings.metrics_address, metrics.registry, lambda: not termination.asked.is_set())

    http = HttpListener(settings, stamp, ArtifactFiles(blobs, queries, keys, settings))

    parts = (
        reads, fleet, OneSigningKey(keys, fleet, settings), route, feed, queue, sender, leader, beat,
        ServiceApi(bus, "the Edgecode API"), monitoring, http,
    )  # fmt: skip
    try:
        for part in parts:
            await part.start()
        address = listen(server, settings)
        await server.start()
        await health.serve()
        log.info("process.ready", grpc_address=address, metrics_address=monitoring.address, http_address=http.address)
        await until_asked((leader, route, feed, queue, beat), termination.asked)
        log.info("process.draining")
        await health.enter_graceful_shutdown()
        await asyncio.gather(feed.stop(), route.stop())
        # Those who wait for an import are told before the transport hangs up.
        await asyncio.gather(server.stop(settings.drain_seconds), imports.stop(0.9 * settings.drain_seconds))
    finally:
        for part in reversed(parts[2:]):  # the first two only listen, and end with the bus
            await part.stop()
        await ledger.close()
        tracer.close()


def _add_services(server: aio.Server, domain: Domain) -> Health:
    """All that it serves; the health of it says nothing yet."""
    add_servicers(server, domain)
    add_reflection(server, SERVICES)
    return add_health(server, SERVICES)
