"""What is not to be trusted about a build's label, and what a status makes of it."""

from edgecode.server.fleet.builds import builds
from edgecode.server.fleet.findings import Findings, problems, suggestions
from edgecode.server.fleet.labels import Registered, warn
from edgecode.server.ledger.port import Totals
from edgecode.server.routes.route import Route
from edgecode.v1 import bus_pb2, fleet_pb2, stamp_pb2

ONE, TWO = "1" * 40, "2" * 40
NONE = Totals({}, {}, 0, "", {}, {}, 0, 0, 0)


def entry(
    instance: str,
    revision: str = ONE,
    *,
    dirty: str = "",
    service: str = "worker",
    toolchain: str = "t",
    config: str = "c",
) -> bus_pb2.FleetEntry:
    build = f"1.4.2+g{revision[:12]}" + (f".dirty.{dirty}" if dirty else "")
    stamp = stamp_pb2.Stamp(
        service=service, version="1.4.2", revision=revision, dirty=bool(dirty), instance=instance, build=build
    )
    digests = stamp_pb2.Digests(toolchain_digest=toolchain, config_digest=config)
    return bus_pb2.FleetEntry(stamp=stamp, digests=digests)


def warnings(*entries: bus_pb2.FleetEntry) -> list[str]:
    found = builds(entries, Route(), NONE)
    warn(found, entries, Registered())
    return [warning for key in sorted(found) for warning in found[key].warnings]


def test_an_honest_fleet_has_no_warnings() -> None:
    assert warnings(entry("a"), entry("b"), entry("s", service="server", toolchain="other", config="other")) == []


def test_a_dirty_build_is_called_dirty() -> None:
    assert warnings(entry("a", dirty="0a1b2c3d")) == ["dirty: its files differ from the revision it names"]


def test_one_version_with_two_revisions_is_told_of_both_builds() -> None:
    found = warnings(entry("a"), entry("b", TWO))
    assert found == ["version 1.4.2 names 2 revisions: 111111111111, 222222222222"] * 2


def test_one_build_with_two_toolchains_or_configurations_is_told() -> None:
    found = warnings(entry("a"), entry("b", toolchain="u"), entry("c", config="d"))
    assert found == ["runs with 2 toolchains: t, u", "runs with 2 configurations: c, d"]


def test_builds_that_do_not_run_are_listed_where_they_matter() -> None:
    route = Route(3, 9, "1.4.2+g111111111111", frozenset({"1.4.1+g222222222222"}))
    totals = Totals({}, {}, 0, "", {"1.4.1+g222222222222": 4}, {"1.4.1+g222222222222": 2}, 0, 0, 0)
    found = builds([], route, totals)
    old, current = (found[key] for key in sorted(found))
    assert (old.build, old.quarantined, old.current, old.instances) == ("1.4.1+g222222222222", True, False, 0)
    assert (old.jobs_unfinished, old.failures_last_day, old.version) == (4, 2, "1.4.1")
    assert (current.current, current.quarantined) == (True, False)


def test_the_worst_problem_comes_first_and_suggests_a_command() -> None:
    status = fleet_pb2.Status(jobs_queued=2, tasks_dead=1, jobs_failed_last_day=1, jobs_succeeded_last_day=3, frozen=1)
    findings = Findings.of(status, [])
    found = problems(findings)
    assert found[:2] == ["no server leads: nothing is decided", "no worker is alive; 2 unfinished jobs wait for one"]
    assert "1 of 4 jobs that ended in the last day failed" in found
    assert suggestions(findings)[0] == "edgecode fleet list"
    assert "edgecode dead list" in suggestions(findings)


def test_a_current_build_without_a_worker_is_a_problem_though_others_live() -> None:
    status = fleet_pb2.Status(leader_instance="s", current_build="1.4.1+g222222222222")
    assert problems(Findings.of(status, [entry("a")])) == ["the current build 1.4.1+g222222222222 has no live worker"]


def test_a_healthy_whole_has_no_problems_and_nothing_to_do() -> None:
    status = fleet_pb2.Status(leader_instance="s", current_build="1.4.2+g111111111111")
    findings = Findings.of(status, [entry("a")])
    assert (problems(findings), suggestions(findings)) == ([], [])
