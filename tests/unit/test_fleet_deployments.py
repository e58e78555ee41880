"""What was declared of deployments beside what was seen, and the timeline of a window."""

from edgecode.server.fleet.changes import Window, spans, timeline
from edgecode.server.fleet.deployments import Matched, match, message
from edgecode.server.ledger.fleet_rows import ChangeKind, FleetChangeRow
from edgecode.server.ledger.release_rows import DeploymentRow
from edgecode.server.ledger.rows import RouteRow
from edgecode.v1 import event_pb2, ramp_pb2, release_pb2, shadow_pb2
from tests.harness.rows import release_row

HOUR_US = 3_600_000_000
NOW_US = 1_000 * HOUR_US
KINDS = release_pb2.Change.Kind


def seen(hours: float, version: str, *, until: float = 0, place: str = "prod", **columns: object) -> FleetChangeRow:
    """A deployment seen so many hours ago."""
    found: dict[str, object] = {
        "sequence": int(1000 - hours * 10), "service": "worker", "environment": place, "kind": ChangeKind.DEPLOYMENT,
        "time_us": NOW_US - int(hours * HOUR_US), "build": f"{version}+g{'a' * 12}", "version": version,
        "revision": "a" * 40, "previous_build": "", "previous_version": "", "toolchain_digest": "t",
        "config_digest": "c", "previous_toolchain_digest": "", "previous_config_digest": "",
        "running": 0 if until else 2, "peak": 2, "last_seen_us": NOW_US - int(until * HOUR_US),
    }  # fmt: skip
    return FleetChangeRow(**(found | columns))  # type: ignore[arg-type]


def declared(
    hours: float, version: str, name: str = "d1", *, state: str = "SUCCEEDED", revision: str = ""
) -> DeploymentRow:
    """A deployment declared so many hours ago."""
    time_us = NOW_US - int(hours * HOUR_US)
    return DeploymentRow(
        name, "worker", "prod", version, revision, state, "ci", "", "", "", b"", time_us, time_us, 1, 1, 1
    )


def pairs(matched: list[Matched]) -> list[tuple[str, int]]:
    return [
        (each.declared.deployment_id if each.declared else "", each.seen.sequence if each.seen else 0)
        for each in matched
    ]


def warnings(matched: Matched) -> list[str]:
    return list(message(matched, {}, frozenset({"prod"}), NOW_US).warnings)


def test_a_declared_deployment_is_matched_with_the_one_seen_nearest_of_its_version_and_revision() -> None:
    early, late = seen(50, "1.0.0", until=40), seen(10, "1.0.0")
    found = match([declared(10.2, "1.0.0"), declared(49, "1.0.0", "d0", revision="a" * 40)], [early, late], NOW_US)
    assert pairs(found) == [("d0", early.sequence), ("d1", late.sequence)]
    assert not any(warnings(each) for each in found)
    assert pairs(match([declared(11, "1.0.0", revision="b" * 40)], [late], NOW_US)) == [("d1", 0), ("", late.sequence)]


def test_a_declaration_of_what_runs_already_is_matched_with_it_and_so_is_the_one_before() -> None:
    running = seen(100, "1.0.0")
    found = match([declared(100, "1.0.0"), declared(2, "1.0.0", "d2")], [running], NOW_US)
    assert pairs(found) == [("d1", running.sequence), ("d2", running.sequence)]


def test_a_declaration_of_what_ran_before_is_matched_with_its_coming_back() -> None:
    # All rows of one build say that it runs now.
    first, other, again = seen(10, "1.0.0"), seen(6, "1.1.0", until=4), seen(4, "1.0.0", kind=ChangeKind.ROLLBACK)
    said = [declared(10.1, "1.0.0"), declared(6.1, "1.1.0", "d2"), declared(5.5, "1.0.0", "d3")]
    assert pairs(match(said, [first, other, again], NOW_US)) == [
        ("d1", first.sequence), ("d2", other.sequence), ("d3", again.sequence),
    ]  # fmt: skip


def test_what_was_declared_and_never_seen_and_what_was_seen_undeclared_say_so() -> None:
    found = match([declared(3, "1.1.0"), declared(0.1, "1.2.0", "d2"), declared(4, "1.3.0", "d3", state="FAILED")],
                  [seen(5, "1.0.0")], NOW_US)  # fmt: skip
    assert [warnings(each) for each in found] == [
        ["seen and never declared"], [], ["declared 180 minutes ago and never seen"], [],
    ]  # fmt: skip
    nobody_declares = message(found[0], {}, frozenset({"staging"}), NOW_US)
    assert not nobody_declares.warnings


def test_a_seen_deployment_shows_when_how_many_and_what_came_before() -> None:
    rollback = seen(
        2, "1.0.0", kind=ChangeKind.ROLLBACK, previous_build="1.1.0+gbbbbbbbbbbbb", previous_version="1.1.0"
    )
    found = message(Matched(None, rollback), {}, frozenset(), NOW_US)
    assert (found.rollback, found.previous_version, found.peak_instances, found.live_instances) == (True, "1.1.0", 2, 2)
    assert found.last_seen_time.ToMicroseconds() == NOW_US
    assert found.deployment_id == f"seen.{rollback.sequence}"


def changes_of(start: float, end: float, **parts: object) -> list[tuple[int, str, str]]:
    window = Window(NOW_US - int(start * HOUR_US), NOW_US - int(end * HOUR_US))
    rows: list[FleetChangeRow] = parts.get("seen", [])  # type: ignore[assignment]
    said: list[DeploymentRow] = parts.get("declared", [])  # type: ignore[assignment]
    found = timeline(window, rows, match(said, rows, NOW_US), parts.get("releases", []), parts.get("routes", []))  # type: ignore[arg-type]
    made = [entry.make() for entry in found]
    assert [(entry.kind, entry.service) for entry in found] == [(change.kind, change.service) for change in made]
    return [(each.kind, each.from_version or each.from_build, each.to_version or each.to_build) for each in made]


def test_the_timeline_holds_the_windows_changes_newest_first() -> None:
    rows = [
        seen(9, "1.0.0"),
        seen(5, "1.1.0", previous_version="1.0.0"),
        seen(3, "1.0.0", kind=ChangeKind.ROLLBACK, previous_version="1.1.0"),
        seen(2, "1.0.0", kind=ChangeKind.DIGEST_CHANGE, previous_toolchain_digest="t0"),
        seen(1, "1.1.0", kind=ChangeKind.BUILD_GONE),
    ]
    route = event_pb2.RouteChanged(current="1.1.0+gbbbbbbbbbbbb", reason="PROMOTED", actor="ann").SerializeToString()
    found = changes_of(
        8, 0,
        seen=rows,
        declared=[declared(4, "2.0.0")],
        releases=[release_row("1.1.0", register_time_us=NOW_US - 6 * HOUR_US)],
        routes=[RouteRow("worker", 1, 1, NOW_US - int(4.5 * HOUR_US), route)],
    )  # fmt: skip
    assert found == [
        (KINDS.KIND_BUILD_GONE, "1.1.0", ""),
        (KINDS.KIND_DIGEST_CHANGE, "", "1.0.0"),
        (KINDS.KIND_ROLLBACK, "1.1.0", "1.0.0"),
        (KINDS.KIND_DEPLOYMENT, "", "2.0.0"),
        (KINDS.KIND_ROUTE_CHANGE, "", "1.1.0+gbbbbbbbbbbbb"),
        (KINDS.KIND_DEPLOYMENT, "1.0.0", "1.1.0"),
        (KINDS.KIND_RELEASE_REGISTERED, "", "1.1.0"),
    ]


def test_a_change_of_the_route_names_the_build_that_it_is_about() -> None:
    now, new, bad = "1.1.0+gbbbbbbbbbbbb", "1.2.0+gcccccccccccc", "1.3.0+gdddddddddddd"
    ramp = ramp_pb2.RampDocument(ramp_id="r", build=new, state=ramp_pb2.RAMP_STATE_RAMPING)
    noted = ramp_pb2.RampDocument(ramp_id="r", build=new, state=ramp_pb2.RAMP_STATE_RAMPING)
    noted.summary.through_sequence = 7
    over = ramp_pb2.RampDocument(ramp_id="r", build=new, state=ramp_pb2.RAMP_STATE_ROLLED_BACK)
    shadow = shadow_pb2.ShadowDocument(shadow_id="s", build=bad)
    documents = [
        (event_pb2.RouteChanged(current=now), ""),
        (event_pb2.RouteChanged(current=now, ramp=ramp), new),
        (event_pb2.RouteChanged(current=now, ramp=noted, shadow=shadow), bad),
        (event_pb2.RouteChanged(current=now, ramp=over, quarantined=[new], shadow=shadow), new),
        (event_pb2.RouteChanged(current=bad, quarantined=[new]), ""),
        (event_pb2.RouteChanged(current=bad), new),
    ]
    routes = [
        RouteRow("worker", number, number, NOW_US - HOUR_US + number, document.SerializeToString())
        for number, (document, _) in enumerate(documents, 1)
    ]
    made = [entry.make() for entry in timeline(Window(NOW_US - 2 * HOUR_US, NOW_US), [], [], [], routes)]
    assert [change.about_build for change in reversed(made)] == [about for _, about in documents]


def test_the_first_digests_of_a_place_and_a_windows_end_are_no_changes() -> None:
    first = seen(2, "1.0.0", kind=ChangeKind.DIGEST_CHANGE)
    assert changes_of(3, 0, seen=[first]) == []
    assert changes_of(3, 2, seen=[seen(2, "1.0.0")]) == []
    assert len(changes_of(2, 1, seen=[seen(2, "1.0.0")])) == 1


def test_a_span_says_what_ran_at_both_ends_and_only_of_places_that_changed() -> None:
    rows = [
        seen(30, "0.9.0", place="staging"),
        seen(20, "1.0.0"),
        seen(5, "1.1.0"),
        seen(3, "1.0.0", kind=ChangeKind.ROLLBACK),
        seen(1, "1.2.0"),
    ]
    (span,) = spans(Window(NOW_US - 6 * HOUR_US, NOW_US - 2 * HOUR_US), rows)
    assert (span.service, span.environment) == ("worker", "prod")
    assert (span.from_build[:5], span.to_build[:5]) == ("1.0.0", "1.0.0")
    assert (span.deployment_count, span.rollback_count) == (2, 1)
