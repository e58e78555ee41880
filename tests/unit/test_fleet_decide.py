"""What the leader says of the fleet, folded as it will be: deployments, rollbacks, digests, and who left how."""

import itertools
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from edgecode.core.stamp import Stamp, stamp_to_proto
from edgecode.server.fleet.decide import Absence, decisions, news
from edgecode.server.fleet.view import Sighting
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fleet_rows import FleetChangeRow, InstanceState
from edgecode.server.ledger.fleet_state import FleetState
from edgecode.server.ledger.fold_fleet import FleetFold
from edgecode.server.ledger.rows import StampRow
from edgecode.v1 import bus_pb2, event_pb2, stamp_pb2

HOW = event_pb2.InstancesGone.How
RESTART_SECONDS = 60.0
LEADER = StampRow.of(Stamp("server", "1.0.0", "0" * 40, "", "leader", "test"))


@dataclass
class Played:
    """A fleet whose account is kept as a leader does it; `now` is in seconds, by all clocks."""

    now: float = 1000.0
    state: FleetState = field(default_factory=FleetState)
    present: dict[str, bus_pb2.FleetEntry] = field(default_factory=dict)
    said: list[event_pb2.Event] = field(default_factory=list)
    rows: dict[int, FleetChangeRow] = field(default_factory=dict)
    away: dict[tuple[str, ...], float] = field(default_factory=dict)
    sequences: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def come(self, instance: str, version: str = "1.0.0", *, tools: str = "t", config: str = "c", **stamp: str) -> None:
        revision = stamp.get("revision", f"{sum(map(ord, version)):040x}")
        made = Stamp(stamp.get("service", "worker"), version, revision, "", instance, stamp.get("environment", "prod"))
        self.present[instance] = bus_pb2.FleetEntry(
            stamp=stamp_to_proto(made),
            digests=stamp_pb2.Digests(toolchain_digest=tools, config_digest=config),
            host="h",
        )

    def look(self, *, after: float = 0.0, counts: bool = True, **departed: event_pb2.InstancesGone.How) -> list[str]:
        """The leader looks; what it says, in words."""
        self.now += after
        heard = Sighting(self.present, departed, counts)
        before = len(self.said)
        self._append(news(self.state, heard))
        self._append(decisions(self.state, self._absence()))
        return [_words(event) for event in self.said[before:]]

    def leave(self, *instances: str) -> None:
        for instance in instances:
            del self.present[instance]

    def _append(self, found: dict[str, list[event_pb2.Event]]) -> None:
        for service, events in found.items():
            for event in events:
                fact = Fact(service, next(self.sequences), int(self.now * 1e6), LEADER, "", "", event)
                fold = FleetFold(self.state)
                fold.take(fact)
                self.state = fold.state
                self.said.append(event)

    def _absence(self) -> Absence:
        builds = {key for key, row in self.state.builds.items() if not row.running}
        digests = {key for key, row in self.state.digests.items() if not row.running}
        self.away = {key: self.away.get(key, self.now) for key in (*builds, *digests)}
        long = {key for key, since in self.away.items() if self.now - since >= RESTART_SECONDS}
        return Absence(builds & long, digests & long, RESTART_SECONDS)


def _words(event: event_pb2.Event) -> str:
    kind = event.WhichOneof("kind")
    if kind == "deployment_seen":
        seen = event.deployment_seen
        return f"{'rollback' if seen.rollback else 'deployment'} {seen.build.partition('+')[0]}"
    if kind == "digests_changed":
        changed = event.digests_changed
        return f"digests {changed.digests.toolchain_digest}/{changed.digests.config_digest}"
    if kind == "build_gone":
        return f"gone {event.build_gone.build.partition('+')[0]}"
    changed_ = event.fleet_changed
    return " ".join(
        [f"+{len(group.instances)}" for group in changed_.appeared]
        + [f"-{len(group.instances)} {HOW.Name(group.how)}" for group in changed_.gone]
    )


def test_the_first_build_of_a_place_is_a_deployment_and_is_said_once() -> None:
    fleet = Played()
    fleet.come("a")
    fleet.come("b")
    assert fleet.look() == ["+2", "deployment 1.0.0", "digests t/c"]
    assert fleet.look(after=5) == []
    build = next(iter(fleet.state.builds.values()))
    assert (build.running, build.peak, build.first_seen_us) == (2, 2, 1_000_000_000)


def test_a_rolling_update_is_one_deployment_and_going_back_one_rollback() -> None:
    fleet = Played()
    fleet.come("a1")
    fleet.look()
    fleet.come("b1", "1.1.0")
    assert fleet.look(after=100) == ["+1", "deployment 1.1.0"]
    fleet.leave("a1")
    assert fleet.look(after=10, a1=HOW.HOW_STOPPED) == ["-1 HOW_STOPPED"]
    assert fleet.look(after=100) == ["gone 1.0.0"]
    fleet.come("a2")
    assert fleet.look(after=100) == ["+1", "rollback 1.0.0"]
    assert [row.previous_version for row in fleet.state.deployments["worker", "prod"]] == ["", "1.0.0", "1.1.0"]


def test_a_rollback_before_the_old_build_was_gone_is_seen_when_the_new_one_stays_away() -> None:
    fleet = Played()
    fleet.come("a1")
    fleet.look()
    fleet.come("b1", "1.1.0")
    fleet.look(after=10)
    fleet.leave("b1")
    assert fleet.look(after=10, b1=HOW.HOW_STOPPED) == ["-1 HOW_STOPPED"]
    assert fleet.look(after=59) == []
    assert fleet.look(after=1) == ["rollback 1.0.0", "gone 1.1.0"]
    assert fleet.state.deployments["worker", "prod"][-1].time_us == 1_020_000_000
    assert fleet.look(after=100) == []


def test_a_restart_is_no_deployment_whoever_restarts() -> None:
    fleet = Played()
    fleet.come("a1")
    fleet.look()
    fleet.come("b1", "1.1.0")
    fleet.look(after=10)
    for old, new, version in (("a1", "a2", "1.0.0"), ("b1", "b2", "1.1.0"), ("a2", "a3", "1.0.0")):
        fleet.leave(old)
        departed = {old: HOW.HOW_LOST}
        fleet.look(after=100.0, counts=True, **departed)
        fleet.come(new, version)
        assert fleet.look(after=30) == ["+1"]
    fleet.leave("a3", "b2")
    fleet.look(after=5, a3=HOW.HOW_LOST, b2=HOW.HOW_LOST)
    fleet.come("a4")
    fleet.come("b3", "1.1.0")
    assert fleet.look(after=30) == ["+1", "+1"]


def test_the_same_build_that_comes_back_after_a_night_is_the_same_deployment() -> None:
    fleet = Played()
    fleet.come("a1")
    fleet.look()
    fleet.leave("a1")
    fleet.look(after=10, a1=HOW.HOW_STOPPED)
    assert fleet.look(after=100) == ["gone 1.0.0"]
    fleet.come("a2")
    assert fleet.look(after=40_000) == ["+1"]
    assert next(iter(fleet.state.builds.values())).gone == 0


def test_builds_that_come_together_are_said_oldest_release_first() -> None:
    fleet = Played()
    fleet.come("b", "1.10.0")
    fleet.come("a", "1.9.0")
    assert fleet.look()[2:] == ["deployment 1.9.0", "deployment 1.10.0", "digests t/c"]


def test_another_revision_of_the_same_version_is_a_deployment_and_no_rollback_there_or_back() -> None:
    fleet = Played()
    said: list[str] = []
    for name, letter in (("x", "a"), ("y", "b"), ("z", "a")):
        fleet.come(name, revision=letter * 40)
        said += fleet.look(after=100)
        fleet.leave(name)
        fleet.look(after=10, counts=True)
        fleet.look(after=100, counts=True)
    assert [each for each in said if "1.0.0" in each] == ["deployment 1.0.0"] * 3


def test_a_build_that_came_back_before_another_was_deployed_is_not_deployed_after_it() -> None:
    fleet = Played()
    fleet.come("a", "1.1.0")
    fleet.look()
    fleet.leave("a")
    fleet.look(after=20, counts=True, a=HOW.HOW_STOPPED)
    fleet.look(after=40, counts=True)
    fleet.come("a2", "1.1.0")
    assert fleet.look(after=100) == ["+1"]
    fleet.come("b", "1.0.0")
    assert fleet.look(after=20) == ["+1", "deployment 1.0.0"]
    assert fleet.look(after=20) == []


def test_one_build_in_two_environments_is_deployed_in_each() -> None:
    fleet = Played()
    fleet.come("a", environment="prod")
    fleet.come("b", environment="staging", config="other")
    said = fleet.look()
    assert said.count("deployment 1.0.0") == 2
    assert {key[1] for key in fleet.state.builds} == {"prod", "staging"}
    assert [row.peak for row in fleet.state.builds.values()] == [1, 1]


def test_a_change_of_digests_names_both_and_a_restart_among_two_machines_changes_none() -> None:
    fleet = Played()
    fleet.come("a", tools="ffmpeg6")
    fleet.look()
    fleet.come("b", tools="ffmpeg7")
    assert fleet.look(after=10) == ["+1", "digests ffmpeg7/c"]
    changed = fleet.said[-1].digests_changed
    assert (changed.previous_digests.toolchain_digest, changed.digests.toolchain_digest) == ("ffmpeg6", "ffmpeg7")
    fleet.leave("a")
    fleet.look(after=10, a=HOW.HOW_STOPPED)
    fleet.come("a2", tools="ffmpeg6")
    assert fleet.look(after=30) == ["+1"]
    fleet.leave("b")
    fleet.look(after=30, b=HOW.HOW_STOPPED)
    assert fleet.look(after=60) == ["digests ffmpeg6/c"]


def test_who_left_is_stopped_lost_or_unseen_and_nobody_is_gone_while_absence_does_not_count() -> None:
    fleet = Played()
    for name in ("said", "silent", "before", "here"):
        fleet.come(name)
    fleet.look()
    fleet.leave("said", "silent", "before")
    assert fleet.look(counts=False) == []
    assert fleet.look(said=HOW.HOW_STOPPED, counts=False) == ["-1 HOW_STOPPED"]
    assert fleet.look(silent=HOW.HOW_LOST) == ["-1 HOW_LOST", "-1 HOW_UNSEEN"]
    assert set(fleet.state.instances) == {"here"}
    fleet.come("silent")
    assert fleet.look() == ["+1"]
    assert fleet.state.instances["silent"].state == InstanceState.RUNNING


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["come", "leave", "wait"]),
        st.sampled_from(["a", "b", "c", "d"]),
        st.sampled_from(["1.0.0", "1.1.0", "1.2.0"]),
        st.sampled_from(["t", "u"]),
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_whatever_comes_and_goes_all_is_said_once_and_each_deployment_is_of_another_build(
    steps: list[tuple[str, str, str, str]],
) -> None:
    fleet = Played()
    for what, name, version, tools in steps:
        departed = {}
        if what == "come" and name not in fleet.present:
            fleet.come(name, version, tools=tools)
        elif what == "leave" and name in fleet.present:
            fleet.leave(name)
            departed = {name: HOW.HOW_STOPPED}
        fleet.look(after=100.0 if what == "wait" else 20.0, counts=True, **departed)
        assert fleet.look(counts=True) == [], "it had been said"
    fleet.look(after=1000.0)
    fleet.look(after=1000.0)
    said = [row.build for row in fleet.state.deployments.get(("worker", "prod"), [])]
    assert all(one != other for one, other in itertools.pairwise(said))
    running = {entry.stamp.build for entry in fleet.present.values()}
    assert not running or said[-1] in running, "what was deployed last is there, or something else was since"
