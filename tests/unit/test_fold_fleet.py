"""What holds of the fleet's fold whatever is written."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fleet_state import FleetState
from edgecode.server.ledger.fold_fleet import FleetFold
from edgecode.v1 import event_pb2, stamp_pb2
from tests.harness.folding import LEADER, NOW_US

NAMES = st.sampled_from(["x", "y", "z"])
BUILDS = st.sampled_from(["1.0.0+gaaaaaaaaaaaa", "1.1.0+gbbbbbbbbbbbb", "no build"])
ENVIRONMENTS = st.sampled_from(["prod", "staging"])
DIGESTS = st.builds(stamp_pb2.Digests, toolchain_digest=st.sampled_from(["t", "u"]), config_digest=st.just("c"))
APPEARED = st.builds(
    event_pb2.InstancesAppeared,
    environment=ENVIRONMENTS,
    build=BUILDS,
    digests=DIGESTS,
    instances=st.lists(st.builds(event_pb2.InstanceSeen, instance=NAMES), max_size=3),
)
GONE = st.builds(event_pb2.InstancesGone, how=st.integers(0, 9), instances=st.lists(NAMES, max_size=3))
CHANGED = st.builds(event_pb2.FleetChanged, appeared=st.lists(APPEARED, max_size=2), gone=st.lists(GONE, max_size=2))
SAID = {"environment": ENVIRONMENTS, "build": BUILDS}
EVENTS = st.one_of(
    st.builds(event_pb2.Event, fleet_changed=CHANGED),
    st.builds(event_pb2.Event, fleet_changed=CHANGED),
    st.builds(
        event_pb2.Event,
        deployment_seen=st.builds(event_pb2.DeploymentSeen, **SAID, previous_build=BUILDS, rollback=st.booleans()),
    ),
    st.builds(event_pb2.Event, digests_changed=st.builds(event_pb2.DigestsChanged, **SAID, digests=DIGESTS)),
    st.builds(event_pb2.Event, build_gone=st.builds(event_pb2.BuildGone, **SAID)),
    st.just(event_pb2.Event()),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["worker", "server"]), EVENTS), max_size=20))
def test_no_sequence_of_events_breaks_the_fold_and_counts_are_those_of_the_processes(
    history: list[tuple[str, event_pb2.Event]],
) -> None:
    state = FleetState()
    for sequence, (service, event) in enumerate(history, 1):
        before = state.copy()
        fold = FleetFold(state)
        fold.take(Fact(service, sequence, NOW_US + sequence, LEADER, "", "", event))
        assert state == before, "what stands before a group is never changed"
        state = fold.state
        running = Counter((row.service, row.environment, row.build) for row in state.instances.values())
        assert {key: row.running for key, row in state.builds.items() if row.running} == dict(running)
        assert all(0 <= row.running <= row.peak for row in state.builds.values())
        assert all(0 <= row.running <= row.peak for row in state.digests.values())
        assert sum(row.running for row in state.digests.values()) == len(state.instances)
