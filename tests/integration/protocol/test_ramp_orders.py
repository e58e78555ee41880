"""What operators order of a ramp, by the service's own code on a real log whose ledger lags as it may."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import pytest

from edgecode.core.errors import Conflict, FailedPrecondition
from edgecode.core.lifecycle import end
from edgecode.server.calls import CallContext
from edgecode.server.ledger.rows import RouteRow
from edgecode.server.routes.ramps import Ramps
from edgecode.server.routes.route import Route
from edgecode.server.routes.shadows import Shadows
from edgecode.server.routes.write import RouteWriter, etag_of_route
from edgecode.v1 import ramp_pb2, route_pb2
from tests.harness.builds import build_of
from tests.harness.eventually import eventually
from tests.harness.played_server import PlayedServer
from tests.integration.protocol.conftest import PATIENT, StartServer, StartWorker

_Reply = TypeVar("_Reply")
OLD, NEW, NEXT = (build_of(letter) for letter in "bcd")
ANN = CallContext(caller="ann")
STEPS = ramp_pb2.RampPolicy(steps_percent=[10, 50])
# A call may wait for as long as a test lasts: what is awaited is what the test folds.
SETTINGS = PATIENT | {"read_wait_seconds": 60.0}


def start_request(build: str = NEW, request_id: str = "r1") -> route_pb2.StartRampRequest:
    return route_pb2.StartRampRequest(build=build, policy=STEPS, comment="release", request_id=request_id)


def ramps_of(server: PlayedServer) -> Ramps:
    writer = RouteWriter(server.events, server.ledger, server.reads, server.fleet)
    return Ramps(server.ledger, server.reads, writer, server.settings, server.fleet)


def shadows_of(server: PlayedServer) -> Shadows:
    writer = RouteWriter(server.events, server.ledger, server.reads, server.fleet)
    return Shadows(server.ledger, server.reads, writer, server.fleet)


async def folding(server: PlayedServer, call: Awaitable[_Reply]) -> _Reply:
    """The answer of a call while the leader folds."""
    folds = asyncio.create_task(server._keep_folding())
    try:
        return await call
    finally:
        await end([folds])


async def waits(server: PlayedServer) -> bool:
    """Whether a call waits for the ledger."""
    return bool(server.reads._waiters)


async def given_up(server: PlayedServer, call: Coroutine[Any, Any, Any]) -> None:
    """A call whose client left while it waited for the ledger, all written by then."""
    before = (await server.events.identity()).last_sequence
    task = asyncio.create_task(call)
    await eventually(lambda: waits(server))
    await end([task])
    server.reads._waiters.clear()
    assert (await server.events.identity()).last_sequence == before + 1


async def begun(start_server: StartServer, start_worker: StartWorker) -> PlayedServer:
    """OLD is current, NEW has a worker too."""
    server = await start_server(settings=SETTINGS)
    for letter in "bc":
        await start_worker(letter, server)
    await server.route(OLD)
    await server.lead()
    await server.settle()
    return server


async def quarantined(server: PlayedServer, build: str, etag: str = "") -> RouteRow:
    """As the RPC does; the route after it."""
    writer = RouteWriter(server.events, server.ledger, server.reads, server.fleet)
    request = route_pb2.QuarantineBuildRequest(build=build, comment="see", etag=etag)
    return await writer.change(request, ANN, "QUARANTINED", lambda it: it.quarantine(build))


async def test_of_two_orders_that_were_made_of_one_revision_one_is_refused_though_neither_named_it(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await begun(start_server, start_worker)
    orders = [asyncio.create_task(quarantined(server, build)) for build in (NEW, NEXT)]

    async def both_wait() -> bool:
        """Each has appended what it made of the route, or was refused and looks what that is now."""
        return len(server.reads._waiters) == len(orders)

    await eventually(both_wait)
    done = await folding(server, asyncio.gather(*orders, return_exceptions=True))

    [lost] = [each for each in done if isinstance(each, Conflict)]
    [won] = [Route.of(each) for each in done if isinstance(each, RouteRow)]
    assert (lost.reason, lost.metadata["revision"]) == ("ROUTE_CHANGED", str(won.revision))
    assert server.leader._projector.route.quarantined == won.quarantined
    assert len(won.quarantined) == 1


async def test_an_order_for_a_route_that_is_no_more_as_it_was_shown_is_refused(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await begun(start_server, start_worker)
    shown = etag_of_route(Route.of((await server.ledger.routes("worker"))[-1]))
    after = await folding(server, quarantined(server, NEXT, shown))
    with pytest.raises(Conflict) as refused:
        await folding(server, quarantined(server, NEW, shown))
    assert refused.value.reason == "ROUTE_CHANGED"
    assert NEW in Route.of(await folding(server, quarantined(server, NEW, etag_of_route(Route.of(after))))).quarantined


@pytest.mark.parametrize("kind", ["ramp", "shadow"])
async def test_who_asks_again_while_the_ledger_lags_gets_what_the_first_request_began(
    start_server: StartServer, start_worker: StartWorker, kind: str
) -> None:
    server = await begun(start_server, start_worker)

    def start() -> Coroutine[Any, Any, route_pb2.Ramp | route_pb2.Shadow]:
        if kind == "ramp":
            return ramps_of(server).start(start_request(), ANN)
        request = route_pb2.StartShadowRequest(build=NEW, percent=5.0, comment="see", request_id="r1")
        return shadows_of(server).start(request, ANN)

    await given_up(server, start())
    again = asyncio.create_task(start())
    await eventually(lambda: waits(server))
    reply = await folding(server, again)

    assert reply.route_revision == 2
    assert len(await server.ledger.routes("worker")) == 2


async def test_a_ramp_is_not_advanced_to_the_promotion_of_a_build_without_a_live_worker(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=SETTINGS)
    await start_worker("b", server)
    new = await start_worker("c", server)
    await server.route(OLD)
    await server.lead()
    await server.settle()
    ramps = ramps_of(server)
    await folding(server, ramps.start(start_request(), ANN))
    await new.leave()
    await server.misses(new.instance)

    advance = route_pb2.AdvanceRampRequest(comment="go")
    assert (await folding(server, ramps.advance(advance, ANN))).document.step == 1
    with pytest.raises(FailedPrecondition) as refused:
        await folding(server, ramps.advance(advance, ANN))
    assert refused.value.reason == "BUILD_HAS_NO_WORKER"
    shown = await folding(server, ramps.get(""))
    assert shown.waits_for[0].startswith(f"no worker of the ramping build {NEW} ")
    assert server.leader._projector.route.current == OLD


async def promoted(server: PlayedServer, ramps: Ramps) -> str:
    """NEW ramped and is current and watched; the ramp's id."""
    ramp = await folding(server, ramps.start(start_request(), ANN))
    for _ in STEPS.steps_percent:
        ramp = await folding(server, ramps.advance(route_pb2.AdvanceRampRequest(comment="go"), ANN))
    assert ramp.document.state == ramp_pb2.RAMP_STATE_WATCHING
    return ramp.document.ramp_id


async def test_the_next_ramp_ends_the_watch_after_the_last_one_and_the_route_says_so(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await begun(start_server, start_worker)
    await start_worker("d", server)
    ramps = ramps_of(server)
    watched = await promoted(server, ramps)

    refused = start_request(NEW, "r2")
    with pytest.raises(FailedPrecondition):
        await folding(server, ramps.start(refused, ANN))
    seen = start_request(NEXT, "r2")
    seen.validate_only = True
    assert (await folding(server, ramps.start(seen, ANN))).document.against == NEW
    assert (await folding(server, ramps.get(watched))).document.state == ramp_pb2.RAMP_STATE_WATCHING

    begun_next = await folding(server, ramps.start(start_request(NEXT, "r2"), ANN))

    assert (begun_next.document.state, begun_next.document.against) == (ramp_pb2.RAMP_STATE_RAMPING, NEW)
    over = await folding(server, ramps.get(watched))
    assert (over.document.state, over.document.reason) == (ramp_pb2.RAMP_STATE_PROMOTED, "NEXT_RAMP_STARTED")
    assert over.route_revision == begun_next.route_revision - 1
    assert over.document.HasField("summary")
    assert not over.waits_for


async def test_a_watch_that_a_server_of_another_build_dropped_is_shown_as_over(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await begun(start_server, start_worker)
    ramps = ramps_of(server)
    watched = await promoted(server, ramps)
    await server.route(NEW, revision=server.leader._projector.route.revision + 1)
    over = await folding(server, ramps.get(watched))
    assert (over.document.state, over.document.reason) == (ramp_pb2.RAMP_STATE_PROMOTED, "OVERTAKEN")
