"""ListChanges over a year: 2,000 deployments, 200,000 commits, on SQLite and on PostgreSQL."""

import tempfile
import time
from pathlib import Path

from bench.outcome import Effort, Goal, Outcome, middle
from edgecode.core.bus import Bus
from edgecode.core.log import Log
from edgecode.core.stamp import make_stamp
from edgecode.server.calls import CallContext
from edgecode.server.fleet.change_list import ChangeList
from edgecode.server.ledger.fleet_rows import ChangeKind, FleetChangeRow
from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.port import Changes, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.release_rows import CommitRow, ReleaseRow
from edgecode.server.ledger.rows import Cursor
from edgecode.server.releases.known import KnownReleases
from edgecode.v1 import release_pb2
from tests.harness.postgres import Postgres

_DEPLOYMENTS = 2_000
_RELEASES = 500
_COMMITS = 200_000
_PLACES = (("server", "production"), ("worker", "production"), ("server", "staging"), ("worker", "staging"))
_YEAR_US = 365 * 86_400_000_000
_LIMIT_MS = 200.0
_PAGES = 5


async def run(effort: Effort) -> list[Outcome]:
    with tempfile.TemporaryDirectory(prefix="edgecode-bench-") as folder, Postgres() as postgres:
        on_sqlite = await _measure(f"sqlite://{Path(folder) / 'ledger.sqlite'}", effort)
        on_postgresql = await _measure(postgres.database("changes"), effort)
    goal = Goal(at_most=_LIMIT_MS)
    return [
        Outcome("ListChanges over a year, first page", middle(on_sqlite["first"]), "ms", on_sqlite["first"], goal=goal),
        Outcome("its later pages", middle(on_sqlite["later"]), "ms", on_sqlite["later"], goal=goal),
        Outcome(
            "the first page on PostgreSQL", middle(on_postgresql["first"]), "ms", on_postgresql["first"], goal=goal
        ),
    ]


async def _measure(url: str, effort: Effort) -> dict[str, list[float]]:
    ledger = ledger_of(url)
    await ledger.open()
    try:
        now_us = time.time_ns() // 1000
        await _fill(ledger, now_us, effort)
        bus = Bus(make_stamp("server", "bench"))  # asked for nothing: nothing is written
        changes = ChangeList(ledger, Reads(bus, Log(bus), ledger, 1.0), KnownReleases(ledger))
        found: dict[str, list[float]] = {"first": [], "later": []}
        for _ in range(max(3, effort.rounds)):
            await _read(changes, now_us, found)
        return found
    finally:
        await ledger.close()


async def _read(changes: ChangeList, now_us: int, found: dict[str, list[float]]) -> None:
    request = release_pb2.ListChangesRequest()
    request.start_time.FromMicroseconds(now_us - _YEAR_US)
    request.end_time.FromMicroseconds(now_us)
    for page in range(_PAGES):
        began = time.perf_counter()
        reply = await changes.page(request, CallContext())
        reply.SerializeToString()
        found["later" if page else "first"].append((time.perf_counter() - began) * 1000)
        assert reply.changes
        assert page or any(span.added_count for span in reply.spans)
        request.page_token = reply.next_page_token


async def _fill(ledger: Ledger, now_us: int, effort: Effort) -> None:
    """A year of releases, each deployed in every place but now and then rolled back."""
    releases, deployments = effort.of(_RELEASES), effort.of(_DEPLOYMENTS)
    a_release = _COMMITS // _RELEASES
    cursor = Cursor(0, "", "")
    for number in range(releases):
        changes = Changes(releases={_version(number): _release(number, releases, now_us, a_release)})
        for position in range(a_release):
            row = _commit(number, position)
            changes.commits[row.version, position] = row
        after = Cursor(number + 1, "bench", str(number))
        await ledger.apply(changes, cursor, after)
        cursor = after
    changes = Changes()
    for number in range(deployments):
        row_ = _deployment(number, deployments, releases, now_us)
        changes.fleet_changes[row_.sequence] = row_
    await ledger.apply(changes, cursor, Cursor(releases + 1, "bench", "deployments"))


def _version(number: int) -> str:
    return f"1.{number}.0"


def _revision(number: int, position: int) -> str:
    return f"{number:020x}{position:020x}"


def _release(number: int, releases: int, now_us: int, commits: int) -> ReleaseRow:
    return ReleaseRow(
        version=_version(number), revision=_revision(number, 0), tag=f"v{_version(number)}",
        previous_version=_version(number - 1) if number else "", commits_known=1, commit_count=commits,
        stored_count=commits, content_sha256=str(number), notes="", url="", caller="bench", commit_time_us=now_us,
        register_time_us=now_us - _YEAR_US + (number + 1) * _YEAR_US // (releases + 2), first_sequence=number + 1,
        last_sequence=number + 1, stamp_id=1,
    )  # fmt: skip


def _commit(number: int, position: int) -> CommitRow:
    revision, parent = _revision(number, position), _revision(number, position + 1)
    commit = release_pb2.Commit(
        revision=revision, parents=[parent], author="A Developer <a@example.com>",
        subject=f"What commit {position} of release {number} is about, in one sentence",
        files=["a/file.py", "docs/x.md"],
    )  # fmt: skip
    return CommitRow(_version(number), position, revision, parent, commit.SerializeToString())


def _deployment(number: int, deployments: int, releases: int, now_us: int) -> FleetChangeRow:
    service, environment = _PLACES[number % len(_PLACES)]
    step, steps = number // len(_PLACES), max(1, deployments // len(_PLACES))
    at, before = (min(releases - 1, max(0, s - (s % 10 == 9) * 3) * releases // steps) for s in (step, step - 1))
    return FleetChangeRow(
        sequence=10_000 + number, service=service, environment=environment,
        kind=ChangeKind.ROLLBACK if step % 10 == 9 else ChangeKind.DEPLOYMENT,
        # What ran before the window, then the window's.
        time_us=now_us - _YEAR_US + (number * _YEAR_US // deployments if step else -1),
        build=f"{_version(at)}+g{_revision(at, 0)[:12]}", version=_version(at), revision=_revision(at, 0),
        previous_build=f"{_version(before)}+g{_revision(before, 0)[:12]}" if step else "",
        previous_version=_version(before) if step else "", toolchain_digest="t", config_digest="c",
        previous_toolchain_digest="t", previous_config_digest="c", running=0, peak=3, last_seen_us=now_us,
    )  # fmt: skip
