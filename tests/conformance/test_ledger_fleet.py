"""The fleet's account and what changed, in every adapter of the ledger."""

import pytest

from edgecode.core.bus import Bus
from edgecode.core.log import Log
from edgecode.server.calls import CallContext
from edgecode.server.fleet import change_list
from edgecode.server.fleet.change_list import ChangeList
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fleet_rows import ChangeKind, InstanceRow
from edgecode.server.ledger.fleet_state import every, read_fleet
from edgecode.server.ledger.fold_fleet import GONE_KEPT_US, FleetFold
from edgecode.server.ledger.port import Changes, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import Cursor
from edgecode.server.releases.known import KnownReleases
from edgecode.v1 import event_pb2, release_pb2, stamp_pb2
from tests.harness.builds import stamp_of
from tests.harness.folding import LEADER, NOW_US
from tests.harness.rows import commit_row, release_row

HOW = event_pb2.InstancesGone.How
HOUR_US = 3_600_000_000
KINDS = release_pb2.Change.Kind


def named(version: str, letter: str) -> str:
    return f"{version}+g{letter * 12}"


def appeared(version: str, letter: str, *instances: str) -> event_pb2.Event:
    group = event_pb2.InstancesAppeared(
        environment="prod",
        build=named(version, letter),
        version=version,
        revision=letter * 40,
        digests=stamp_pb2.Digests(toolchain_digest="t", config_digest="c"),
        instances=[event_pb2.InstanceSeen(instance=name, host="h") for name in instances],
    )
    return event_pb2.Event(fleet_changed=event_pb2.FleetChanged(appeared=[group]))


def gone(*instances: str) -> event_pb2.Event:
    group = event_pb2.InstancesGone(how=HOW.HOW_LOST, instances=instances)
    return event_pb2.Event(fleet_changed=event_pb2.FleetChanged(gone=[group]))


def deployed(build: str, previous: str = "", *, rollback: bool = False) -> event_pb2.Event:
    seen = event_pb2.DeploymentSeen(environment="prod", build=build, previous_build=previous, rollback=rollback)
    return event_pb2.Event(deployment_seen=seen)


async def tell(ledger: Ledger, *events: event_pb2.Event) -> None:
    """One more group of events, an hour after the one before."""
    before = await ledger.cursor()
    fold = FleetFold(await read_fleet(ledger))
    for number, event in enumerate(events, 1):
        time_us = NOW_US + before.sequence * HOUR_US
        fold.take(Fact("worker", 1000 * before.sequence + number, time_us, LEADER, "", "", event))
    changes = Changes()
    fold.write_into(changes)
    await ledger.apply(changes, before, Cursor(before.sequence + 1, "2026-01-01T00:00:00Z", "id"))
    assert await read_fleet(ledger) == fold.state, "what is read back is what was folded"


async def test_what_is_read_back_is_what_was_folded_and_who_left_is_forgotten_after_a_while(ledger: Ledger) -> None:
    await tell(ledger, appeared("1.0.0", "a", "x", "y"), deployed(named("1.0.0", "a")))
    await tell(ledger, gone("x"))
    rows = {row.instance: row.state for row in await every(ledger, InstanceRow)}
    assert rows == {"x": "LOST", "y": "RUNNING"}
    left_us = NOW_US + HOUR_US
    assert await ledger.expire(left_us + GONE_KEPT_US - 1) == []
    assert len(await every(ledger, InstanceRow)) == 2
    await ledger.expire(left_us + GONE_KEPT_US)
    assert [row.instance for row in await every(ledger, InstanceRow)] == ["y"]


async def test_a_deployment_shows_how_many_run_of_its_build_until_the_next_one(ledger: Ledger) -> None:
    one, two = named("1.0.0", "a"), named("1.1.0", "b")
    await tell(ledger, appeared("1.0.0", "a", "x"), deployed(one))
    await tell(ledger, appeared("1.0.0", "a", "y", "z"))
    await tell(ledger, appeared("1.1.0", "b", "n"), deployed(two, one))
    await tell(ledger, gone("x", "y", "z"))
    await tell(ledger, appeared("1.0.0", "a", "x2"), deployed(one, two, rollback=True))
    said = (await read_fleet(ledger)).deployments["worker", "prod"]
    assert [(row.kind, row.version, row.running, row.peak) for row in said] == [
        (ChangeKind.DEPLOYMENT, "1.0.0", 1, 3),
        (ChangeKind.DEPLOYMENT, "1.1.0", 1, 1),
        (ChangeKind.ROLLBACK, "1.0.0", 1, 1),
    ]


async def changes_of(ledger: Ledger, *, page_size: int = 0, commit_limit: int = 0) -> release_pb2.ListChangesResponse:
    bus = Bus(stamp_of("server", "a"))
    request = release_pb2.ListChangesRequest(page_size=page_size, commit_limit=commit_limit)
    request.start_time.FromMicroseconds(NOW_US - HOUR_US)
    request.end_time.FromMicroseconds(NOW_US + 100 * HOUR_US)
    changes = ChangeList(ledger, Reads(bus, Log(bus), ledger, 1.0), KnownReleases(ledger))
    return await changes.page(request, CallContext())


async def register(ledger: Ledger) -> None:
    """1.0.0, and 1.1.0 after it with three commits."""
    releases = [
        release_row("1.0.0", revision="a" * 40, last_sequence=1),
        release_row(
            "1.1.0", revision="b" * 40, previous_version="1.0.0", commits_known=1, commit_count=3, stored_count=3,
            last_sequence=2,
        ),
    ]  # fmt: skip
    changes = Changes(releases={row.version: row for row in releases})
    for place in range(3):
        subject = release_pb2.Commit(subject=f"commit {place}", files=["a.py"]).SerializeToString()
        changes.commits["1.1.0", place] = commit_row("1.1.0", place, "bcd"[place] * 40, commit_pb=subject)
    before = await ledger.cursor()
    await ledger.apply(changes, before, Cursor(before.sequence + 1, "2026-01-01T00:00:00Z", "id"))


async def test_a_release_registered_after_its_build_was_seen_gives_its_commits_from_then_on(ledger: Ledger) -> None:
    one, two = named("1.0.0", "a"), named("1.1.0", "b")
    await tell(ledger, appeared("1.0.0", "a", "x"), deployed(one))
    await tell(ledger, appeared("1.1.0", "b", "n"), deployed(two, one))
    unknown = (await changes_of(ledger)).changes[0]
    assert (unknown.to_build, unknown.added_count) == (two, 0)
    assert "never registered" in " ".join(unknown.unknown)
    await register(ledger)
    known = (await changes_of(ledger)).changes[0]
    assert (known.to_build, known.added_count, list(known.unknown)) == (two, 3, [])


async def test_changes_come_with_the_commits_between_and_a_rollback_with_those_it_takes_away(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register(ledger)
    one, two, unknown = named("1.0.0", "a"), named("1.1.0", "b"), named("1.2.0", "e")
    await tell(ledger, appeared("1.0.0", "a", "x"), deployed(one))
    await tell(ledger, appeared("1.1.0", "b", "n"), deployed(two, one))
    await tell(ledger, appeared("1.2.0", "e", "m"), deployed(unknown, two))
    await tell(ledger, deployed(one, unknown, rollback=True))
    reply = await changes_of(ledger, commit_limit=2)
    back, away, there, first = reply.changes
    assert [change.kind for change in reply.changes] == [
        KINDS.KIND_ROLLBACK, KINDS.KIND_DEPLOYMENT, KINDS.KIND_DEPLOYMENT, KINDS.KIND_DEPLOYMENT,
    ]  # fmt: skip
    assert (there.added_count, [each.commit.subject for each in there.commits]) == (3, ["commit 0", "commit 1"])
    assert (first.from_build, first.added_count, first.deployment.live_instances) == ("", 0, 1)
    assert away.unknown
    assert back.unknown
    (span,) = reply.spans
    assert (span.from_build, span.to_build, span.rollback_count) == ("", one, 1)
    assert not any(each.commit.files for each in there.commits)
    monkeypatch.setattr(change_list, "REPLY_BYTES", 100)
    small = await changes_of(ledger)
    assert (len(small.changes), bool(small.next_page_token)) == (1, True), "a reply ends before clients refuse it"
    monkeypatch.undo()
    page = await changes_of(ledger, page_size=3)
    assert len(page.changes) == 3
    assert page.next_page_token
