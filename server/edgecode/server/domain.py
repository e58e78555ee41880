"""What the servicers answer from: the parts that app.py wired."""

from dataclasses import dataclass

from edgecode.core.blobs import Blobs
from edgecode.core.bus import Bus
from edgecode.core.log import Log
from edgecode.core.route_watch import RouteWatch
from edgecode.core.settings import Settings
from edgecode.server.assets.catalogue import AssetCatalogue
from edgecode.server.assets.imports import Imports
from edgecode.server.assets.uploads import Uploads
from edgecode.server.fleet.own import OwnInstance
from edgecode.server.fleet.view import FleetView
from edgecode.server.jobs.accept import JobAcceptance
from edgecode.server.jobs.presets import Presets
from edgecode.server.jobs.queries import JobQueries
from edgecode.server.jobs.write import JobWriter
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.planner.collect import GarbageCollection
from edgecode.server.progress.board import ProgressBoard
from edgecode.server.releases.service import Releases
from edgecode.server.watch import LogFeed
from edgecode.server.web.urls import ArtifactUrls
from edgecode.server.webhooks.service import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One of each."""

    settings: Settings
    bus: Bus
    events: Log
    ledger: Ledger
    reads: Reads
    route: RouteWatch
    blobs: Blobs
    fleet: FleetView
    board: ProgressBoard
    feed: LogFeed
    own: OwnInstance
    presets: Presets
    writer: JobWriter
    queries: JobQueries
    acceptance: JobAcceptance
    uploads: Uploads
    imports: Imports
    garbage: GarbageCollection
    catalogue: AssetCatalogue
    webhooks: Webhooks
    releases: Releases
    urls: ArtifactUrls
