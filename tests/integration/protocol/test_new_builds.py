"""A later build is ramped though nobody asked, where the settings say so, and no operator is overruled by that."""

import time

import pytest

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.server.routes.revisions import Revising
from edgecode.server.routes.route import LEADER, Change
from edgecode.v1 import event_pb2, ramp_pb2
from tests.harness.builds import build_of
from tests.integration.protocol.conftest import PATIENT, StartServer, StartWorker

OLD, NEW = build_of("b"), build_of("c").replace("0.1.0", "0.2.0")
RAMPING = PATIENT | {"new_builds": "ramp", "ramp_steps_percent": (10.0, 60.0)}


async def test_a_later_build_is_ramped_by_itself_with_the_policy_of_the_settings(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=RAMPING)
    await start_worker("b", server)
    await server.lead()
    await server.settle()
    assert server.leader._projector.route.ramp is None

    await start_worker("c", server, version="0.2.0")
    await server.settle()

    rows = await server.ledger.routes("worker")
    document = event_pb2.RouteChanged.FromString(rows[-1].route_pb)
    assert (document.revision, document.reason, document.actor) == (2, "NEW_BUILD", LEADER)
    assert (document.current, document.ramping, document.ramp_percent) == (OLD, NEW, 10.0)
    assert list(document.ramp.policy.steps_percent) == [10.0, 60.0]
    assert document.ramp.state == ramp_pb2.RAMP_STATE_RAMPING


async def test_a_later_build_waits_to_be_told_where_the_settings_say_nothing(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    await start_worker("b", server)
    await server.lead()
    await server.settle()

    await start_worker("c", server, version="0.2.0")
    await server.settle()

    route = server.leader._projector.route
    assert (route.revision, route.current, route.ramping) == (1, OLD, "")


async def test_an_operator_who_quarantines_the_build_while_its_ramp_is_prepared_is_not_overruled(
    start_server: StartServer, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start_server(settings=RAMPING)
    await start_worker("b", server)
    await server.lead()
    await server.settle()
    await start_worker("c", server, version="0.2.0")
    recorded = server.ledger.recorded

    async def quarantined_meanwhile(build: str, since_us: int) -> tuple[int, int]:
        monkeypatch.undo()
        route, change = server.leader._projector.route, Change("QUARANTINED", "ann", time.time_ns() // 1000)
        document = Revising(route, frozenset({OLD, NEW}), change).quarantine(NEW)
        message = Outgoing(
            subjects.route_events("worker"),
            event_pb2.Event(route_changed=document).SerializeToString(),
            msg_id="quarantine",
            expected_last=route.sequence,
        )
        [stored] = await server.events.append([message])
        await server.reads.reached(stored.sequence)
        return await recorded(build, since_us)

    monkeypatch.setattr(server.ledger, "recorded", quarantined_meanwhile)
    await server.settle()

    assert server.ledger.recorded == recorded, "the leader was about to begin the ramp"
    route = server.leader._projector.route
    assert (route.revision, route.quarantined, route.ramping) == (2, frozenset({NEW}), "")
