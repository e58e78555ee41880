"""Every service of the contract, registered."""

from grpc import aio

from edgecode.core.stamp import build_info
from edgecode.server.domain import Domain
from edgecode.server.fleet.change_list import ChangeList
from edgecode.server.fleet.deployment_list import DeploymentList
from edgecode.server.fleet.doubts import Doubts
from edgecode.server.fleet.drains import Drains
from edgecode.server.fleet.instance_list import InstanceList
from edgecode.server.fleet.overview import Overview
from edgecode.server.incidents.trace import Traces
from edgecode.server.routes.ramps import Ramps
from edgecode.server.routes.service import Routes
from edgecode.server.routes.shadows import Shadows
from edgecode.server.routes.write import RouteWriter
from edgecode.server.servicers.assets import AssetServicer
from edgecode.server.servicers.fleet import FleetServicer
from edgecode.server.servicers.incidents import IncidentServicer
from edgecode.server.servicers.jobs import JobServicer
from edgecode.server.servicers.releases import ReleaseServicer
from edgecode.server.servicers.routes import RouteServicer
from edgecode.server.servicers.storage import StorageServicer
from edgecode.server.servicers.webhooks import WebhookServicer
from edgecode.v1 import (
    asset_pb2_grpc,
    fleet_pb2_grpc,
    incident_pb2_grpc,
    job_pb2_grpc,
    release_pb2_grpc,
    route_pb2_grpc,
    storage_pb2_grpc,
    webhook_pb2_grpc,
)


def add_servicers(server: aio.Server, domain: Domain) -> None:
    """Makes the servicers and adds them; reads the build's own stamp once."""
    changes = ChangeList(domain.ledger, domain.reads, domain.releases.known)
    doubts = Doubts(domain.ledger, domain.releases.known, domain.fleet)
    overview = Overview(domain, build_info(), changes, doubts)
    traces = Traces(domain.bus, domain.ledger, domain.queries)
    assets = AssetServicer(domain.uploads, domain.imports, domain.catalogue)
    asset_pb2_grpc.add_AssetServiceServicer_to_server(assets, server)
    storage_pb2_grpc.add_StorageServiceServicer_to_server(StorageServicer(domain.garbage), server)
    job_pb2_grpc.add_JobServiceServicer_to_server(JobServicer(domain), server)
    instances = InstanceList(domain.fleet, domain.ledger, domain.reads, doubts)
    fleet = FleetServicer(overview, instances, Drains(domain.bus, domain.fleet))
    fleet_pb2_grpc.add_FleetServiceServicer_to_server(fleet, server)
    incident_pb2_grpc.add_IncidentServiceServicer_to_server(IncidentServicer(traces), server)
    releases = ReleaseServicer(domain.releases, DeploymentList(domain.ledger, domain.reads, doubts), changes)
    release_pb2_grpc.add_ReleaseServiceServicer_to_server(releases, server)
    route_pb2_grpc.add_RouteServiceServicer_to_server(_routes(domain), server)
    webhook_pb2_grpc.add_WebhookServiceServicer_to_server(WebhookServicer(domain.webhooks), server)


def _routes(domain: Domain) -> RouteServicer:
    writer = RouteWriter(domain.events, domain.ledger, domain.reads, domain.fleet)
    routes = Routes(
        bus=domain.bus, ledger=domain.ledger, reads=domain.reads, fleet=domain.fleet, watch=domain.route, writer=writer
    )
    ramps = Ramps(domain.ledger, domain.reads, writer, domain.settings, domain.fleet)
    return RouteServicer(routes, ramps, Shadows(domain.ledger, domain.reads, writer, domain.fleet))
