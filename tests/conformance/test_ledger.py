"""What every adapter of the ledger must do."""

import asyncio
import sys
from dataclasses import replace

import pytest

from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.port import Changes, Condition, CursorMoved, Find, JobRecord, Ledger
from edgecode.server.ledger.rows import (
    ArtifactRow,
    AssetRow,
    AttemptRow,
    Cursor,
    JobRow,
    JobState,
    RouteRow,
    StampRow,
    TaskRow,
    TaskState,
    UnreadRow,
)
from edgecode.v1 import event_pb2
from tests.harness.builds import stamp_of
from tests.harness.process import Processes
from tests.harness.rows import STAMP, artifact_row, asset_row, attempt_row, job_row, task_row

EMPTY = Cursor(0, "", "")
AT_1 = Cursor(1, "2026-01-01T00:00:00Z", "one")
AT_2 = Cursor(2, "2026-01-01T00:00:00Z", "two")
AT_3 = Cursor(3, "2026-01-01T00:00:00Z", "three")


def changes(*rows: JobRow | TaskRow | AttemptRow | ArtifactRow | AssetRow) -> Changes:
    """A group that writes rows, and the stamp they name."""
    found = Changes(stamps={STAMP.stamp_id: STAMP})
    for row in rows:
        match row:
            case JobRow():
                found.jobs[row.job_id] = row
            case TaskRow():
                found.tasks[row.job_id, row.task_id] = row
            case AttemptRow():
                found.attempts[row.attempt_id] = row
            case ArtifactRow():
                found.artifacts[row.artifact_id] = row
            case AssetRow():
                found.assets[row.asset_id] = row
    return found


async def write(ledger: Ledger, *rows: JobRow | TaskRow | AttemptRow | ArtifactRow | AssetRow) -> None:
    """One more group."""
    before = await ledger.cursor()
    await ledger.apply(changes(*rows), before, Cursor(before.sequence + 1, "2026-01-01T00:00:00Z", "id"))


class TestApplying:
    async def test_an_empty_ledger_stands_at_nothing(self, ledger: Ledger) -> None:
        assert await ledger.cursor() == EMPTY

    async def test_a_group_moves_the_cursor_and_is_there(self, ledger: Ledger) -> None:
        await ledger.apply(changes(job_row("a")), EMPTY, AT_1)
        assert await ledger.cursor() == AT_1
        assert await ledger.record("a") == JobRecord(job_row("a"))

    @pytest.mark.parametrize("before", [EMPTY, AT_2])
    async def test_a_group_from_another_place_changes_nothing(self, ledger: Ledger, before: Cursor) -> None:
        await ledger.apply(changes(job_row("a")), EMPTY, AT_1)
        with pytest.raises(CursorMoved):
            await ledger.apply(changes(job_row("b"), job_row("a", epoch=7)), before, AT_3)
        assert await ledger.cursor() == AT_1
        assert await ledger.records(["a", "b"]) == {"a": JobRecord(job_row("a"))}

    async def test_a_first_group_that_starts_elsewhere_than_at_nothing_is_refused(self, ledger: Ledger) -> None:
        with pytest.raises(CursorMoved):
            await ledger.apply(changes(job_row("a")), AT_1, AT_2)
        assert await ledger.cursor() == EMPTY

    async def test_of_two_projectors_at_one_place_the_second_is_refused(self, ledger: Ledger, ledger_url: str) -> None:
        other = ledger_of(ledger_url)
        await other.open()
        await ledger.apply(changes(job_row("a")), EMPTY, AT_1)
        with pytest.raises(CursorMoved):
            await other.apply(changes(job_row("a")), EMPTY, AT_1)
        await other.apply(changes(job_row("b")), AT_1, AT_2)
        await other.close()
        assert await ledger.cursor() == AT_2

    async def test_a_group_that_fails_half_way_leaves_nothing(self, ledger: Ledger) -> None:
        broken = replace(job_row("b"), epoch=object())  # type: ignore[arg-type]
        with pytest.raises(Exception, match=r"type|bind|adapt"):
            await ledger.apply(changes(job_row("a"), broken), EMPTY, AT_1)
        assert await ledger.cursor() == EMPTY
        assert await ledger.record("a") is None
        await ledger.apply(changes(job_row("a")), EMPTY, AT_1)

    async def test_rows_are_replaced_by_their_keys(self, ledger: Ledger) -> None:
        first = (job_row("a"), task_row("a", "t"), attempt_row("a", "t", "1"), artifact_row("a", "x"))
        later = (
            job_row("a", epoch=1),
            task_row("a", "t", n=2),
            attempt_row("a", "t", "1", state="LOST"),
            artifact_row("a", "x", size_bytes=9),
        )
        await write(ledger, *first)
        await write(ledger, *later)
        assert await ledger.record("a") == JobRecord(later[0], {"t": later[1]}, {"1": later[2]}, {"x": later[3]})

    async def test_deleted_jobs_lose_their_artifacts_and_gone_ones_everything(self, ledger: Ledger) -> None:
        for job in ("deleted", "gone", "kept"):
            await write(
                ledger, job_row(job), task_row(job, "t"), attempt_row(job, "t", job), artifact_row(job, f"of {job}")
            )
        group = changes(job_row("deleted", state=JobState.DELETED), job_row("gone", epoch=5))
        group.gone_artifacts.add("deleted")
        group.gone_jobs.add("gone")
        before = await ledger.cursor()
        await ledger.apply(group, before, replace(before, sequence=before.sequence + 1))
        records = await ledger.records(["deleted", "gone", "kept"])
        assert (records["deleted"].artifacts, set(records["deleted"].attempts)) == ({}, {"deleted"})
        assert records["gone"] == JobRecord(job_row("gone", epoch=5))
        assert set(records["kept"].artifacts) == {"of kept"}

    async def test_bytes_and_text_come_back_as_they_went_in(self, ledger: Ledger) -> None:
        row = job_row("a", created_pb=bytes(range(256)), failure_reason="ü\n'\"; DROP TABLE job", expire_time_us=2**62)
        await write(ledger, row)
        assert await ledger.record("a") == JobRecord(row)

    async def test_it_is_there_after_closing_and_opening_again(self, ledger: Ledger, ledger_url: str) -> None:
        await write(ledger, job_row("a"))
        await ledger.close()
        await ledger.close()
        again = ledger_of(ledger_url)
        await again.open()
        assert await again.record("a") is not None
        await again.close()


class TestRecords:
    async def test_unknown_jobs_are_missing(self, ledger: Ledger) -> None:
        assert await ledger.record("a") is None
        assert await ledger.records(["a", "b"]) == {}
        assert await ledger.records([]) == {}

    async def test_more_jobs_than_one_statement_takes(self, ledger: Ledger) -> None:
        jobs = [job_row(f"{n:04}") for n in range(1203)]
        await write(ledger, *jobs, *(task_row(job.job_id, "t") for job in jobs))
        records = await ledger.records([job.job_id for job in jobs] + ["unknown"])
        assert len(records) == 1203
        assert all(set(record.tasks) == {"t"} for record in records.values())

    async def test_stamps_by_id(self, ledger: Ledger) -> None:
        other = StampRow.of(stamp_of("server", "a"))
        group = changes()
        group.stamps[other.stamp_id] = other
        await ledger.apply(group, EMPTY, AT_1)
        assert await ledger.stamps([other.stamp_id, STAMP.stamp_id, 5, other.stamp_id]) == {
            other.stamp_id: other,
            STAMP.stamp_id: STAMP,
        }
        assert await ledger.stamps([]) == {}

    async def test_unfinished_jobs_oldest_first(self, ledger: Ledger) -> None:
        states = [*JobState]
        rows = [
            job_row(state, state=state, create_time_us=100 - number, last_sequence=number)
            for number, state in enumerate(states)
        ]
        await write(ledger, *rows)
        assert [tuple(found) for found in await ledger.unfinished()] == [
            (JobState.CANCELLING, 2),
            (JobState.RUNNING, 1),
            (JobState.QUEUED, 0),
        ]
        assert await ledger.count_unfinished() == 3

    async def test_scheduled_tasks_of_unfinished_jobs_that_are_not_frozen(self, ledger: Ledger) -> None:
        wanted = task_row("open", "t")
        await write(
            ledger,
            job_row("open"),
            job_row("over", state=JobState.CANCELLED),
            job_row("frozen", frozen=1),
            wanted,
            task_row("open", "runs", state=TaskState.RUNNING),
            task_row("over", "t"),
            task_row("frozen", "t"),
        )
        assert list(await ledger.scheduled()) == [wanted]

    async def test_task_numbers_tell_unknown_jobs_from_unknown_tasks(self, ledger: Ledger) -> None:
        await write(ledger, job_row("a", state=JobState.FAILED), task_row("a", "t", n=3, state=TaskState.DEAD))
        found = await ledger.task_numbers([("a", "t"), ("a", "never scheduled"), ("unknown", "t")])
        assert {key: tuple(value) for key, value in found.items()} == {
            ("a", "t"): ("FAILED", "DEAD", 3),
            ("a", "never scheduled"): ("FAILED", "", 0),
        }

    async def test_an_asset_and_who_uses_it(self, ledger: Ledger) -> None:
        await write(ledger, asset_row("x"), asset_row("y"), job_row("a", asset_id="x"))
        await write(ledger, job_row("b", asset_id="y", state=JobState.SUCCEEDED))
        assert await ledger.asset("x") == asset_row("x")
        assert await ledger.asset("z") is None
        assert await ledger.asset_in_use("x") == "a"
        assert await ledger.asset_in_use("y") == ""

    async def test_one_artifact(self, ledger: Ledger) -> None:
        await write(ledger, job_row("a"), artifact_row("a", "x"))
        assert await ledger.artifact("x") == artifact_row("a", "x")
        assert await ledger.artifact("y") is None

    async def test_routes_oldest_first_and_of_one_service(self, ledger: Ledger) -> None:
        rows = [RouteRow("worker", n, 10 * n, n, b"pb") for n in (2, 1)]
        group = Changes(routes=[*rows, RouteRow("other", 1, 1, 1, b"")])
        await ledger.apply(group, EMPTY, AT_1)
        assert await ledger.routes("worker") == [rows[1], rows[0]]
        assert await ledger.routes("nobody") == []

    async def test_sources_that_something_needs(self, ledger: Ledger) -> None:
        def created(sha256: str) -> bytes:
            return event_pb2.JobCreated(asset_sha256=sha256).SerializeToString()

        await write(
            ledger,
            asset_row("x", sha256="active"),
            asset_row("y", sha256="deleted", state="DELETED"),
            job_row("a", created_pb=created("of a finished job"), state=JobState.FAILED),
            job_row("b", created_pb=created("of a deleted job"), state=JobState.DELETED),
        )
        assert await ledger.live_sources() == {"active", "of a finished job"}


class TestUnreadEvents:
    ROWS = (
        UnreadRow(5, "event.job.a", 50, 0, "{}", b"five"),
        UnreadRow(3, "event.job.a", 30, 0, "{}", b"three"),
        UnreadRow(4, "event.asset.b", 40, 0, "{}", b"four"),
        UnreadRow(6, "event.release.c", 60, 0, "{}", b"six"),
    )

    async def test_they_come_in_order_and_by_subject(self, ledger: Ledger) -> None:
        await ledger.apply(Changes(unread=list(self.ROWS)), EMPTY, AT_1)
        assert [row.sequence for row in await ledger.unread()] == [3, 4, 5, 6]
        assert await ledger.unread("event.job.a") == [self.ROWS[1], self.ROWS[0]]

    async def test_jobs_and_assets_with_some_are_counted_once(self, ledger: Ledger) -> None:
        await ledger.apply(Changes(unread=list(self.ROWS)), EMPTY, AT_1)
        assert (await ledger.totals(0)).frozen == 2

    async def test_what_is_read_at_last_is_gone(self, ledger: Ledger) -> None:
        await ledger.apply(Changes(unread=list(self.ROWS)), EMPTY, AT_1)
        await ledger.apply(Changes(read_at_last=[3, 5]), AT_1, AT_1)
        assert [row.sequence for row in await ledger.unread()] == [4, 6]
        assert await ledger.cursor() == AT_1

    async def test_they_expire_by_themselves_and_with_their_job(self, ledger: Ledger) -> None:
        group = changes(job_row("a", expire_time_us=100))
        group.unread = [*self.ROWS, UnreadRow(7, "event.job.d", 70, 90, "{}", b"")]
        await ledger.apply(group, EMPTY, AT_1)
        assert await ledger.expire(95) == []
        assert [row.sequence for row in await ledger.unread()] == [3, 4, 5, 6]
        assert await ledger.expire(100) == ["a"]
        assert [row.sequence for row in await ledger.unread()] == [4, 6]


class TestExpiry:
    async def test_what_is_over_goes_with_all_that_is_its_and_stamps_nobody_names(self, ledger: Ledger) -> None:
        only_old, both = StampRow.of(stamp_of("worker", "c")), STAMP
        group = changes(
            job_row("old", expire_time_us=100, stamp_id=only_old.stamp_id),
            task_row("old", "t"),
            attempt_row("old", "t", "1"),
            artifact_row("old", "x"),
            job_row("new", expire_time_us=101),
            task_row("new", "t"),
            attempt_row("new", "t", "2"),
            artifact_row("new", "y"),
            asset_row("old", expire_time_us=100),
            asset_row("new", expire_time_us=101),
        )
        group.stamps[only_old.stamp_id] = only_old
        await ledger.apply(group, EMPTY, AT_1)

        assert await ledger.expire(99) == []
        assert await ledger.expire(100) == ["old"]

        assert await ledger.record("old") is None
        assert await ledger.artifact("x") is None
        assert await ledger.asset("old") is None
        record = await ledger.record("new")
        assert record is not None
        assert (set(record.tasks), set(record.attempts), set(record.artifacts)) == ({"t"}, {"2"}, {"y"})
        assert await ledger.asset("new") is not None
        assert await ledger.stamps([only_old.stamp_id, both.stamp_id]) == {both.stamp_id: both}
        assert await ledger.cursor() == AT_1
        assert await ledger.expire(100) == []

    async def test_an_asset_alone_expires_too(self, ledger: Ledger) -> None:
        await write(ledger, asset_row("old", expire_time_us=100))
        assert await ledger.expire(100) == []
        assert await ledger.asset("old") is None


class TestFinding:
    JOBS = tuple(
        job_row(
            f"job-{n}",
            create_time_us=n // 2,  # two of each
            priority=n,
            state=JobState.RUNNING if n % 3 else JobState.FAILED,
            labels=f'{{"team": "t{n % 2}", "a.b-c_d": "x\\"y"}}' if n else "{}",
        )
        for n in range(8)
    )

    async def find(self, ledger: Ledger, **query: object) -> list[str]:
        await write(ledger, *self.JOBS)
        return [row.job_id for row in await ledger.find(JobRow, Find(**query))]  # type: ignore[arg-type]

    async def test_all_in_the_order_of_their_keys(self, ledger: Ledger) -> None:
        assert await self.find(ledger) == [f"job-{n}" for n in range(8)]

    @pytest.mark.parametrize(
        ("op", "value", "expected"),
        [("=", 3, {3}), ("!=", 3, {0, 1, 2, 4, 5, 6, 7}), ("<", 2, {0, 1}), ("<=", 2, {0, 1, 2}),
         (">", 5, {6, 7}), (">=", 6, {6, 7})],
    )  # fmt: skip
    async def test_by_a_column(self, ledger: Ledger, op: str, value: int, expected: set[int]) -> None:
        assert await self.find(ledger, conditions=[Condition("priority", op, value)]) == [
            f"job-{n}" for n in sorted(expected)
        ]

    async def test_all_conditions_hold(self, ledger: Ledger) -> None:
        conditions = [Condition("state", "=", "FAILED"), Condition("priority", ">", 0)]
        assert await self.find(ledger, conditions=conditions) == ["job-3", "job-6"]

    async def test_by_label_where_a_missing_one_is_empty(self, ledger: Ledger) -> None:
        assert await self.find(ledger, conditions=[Condition("labels", "=", "t1", "team")]) == [
            "job-1", "job-3", "job-5", "job-7"
        ]  # fmt: skip
        assert await self.find(ledger, conditions=[Condition("labels", "=", "", "team")]) == ["job-0"]
        assert await self.find(ledger, conditions=[Condition("labels", "!=", "t1", "team")]) == [
            "job-0", "job-2", "job-4", "job-6"
        ]  # fmt: skip

    async def test_label_keys_and_values_of_any_spelling_mean_themselves(self, ledger: Ledger) -> None:
        assert len(await self.find(ledger, conditions=[Condition("labels", "=", 'x"y', "a.b-c_d")])) == 7
        assert await self.find(ledger, conditions=[Condition("labels", "=", "t1", 'team" OR 1')]) == []
        assert await self.find(ledger, conditions=[Condition("labels", "=", "t1", "te%m")]) == []

    async def test_every_page_follows_the_one_before_though_values_repeat(self, ledger: Ledger) -> None:
        await write(ledger, *self.JOBS)
        for descending in (False, True):
            seen: list[JobRow] = []
            while True:
                after = (seen[-1].create_time_us, seen[-1].job_id) if seen else ()
                query = Find((), "create_time_us", descending, after, 3)
                page = await ledger.find(JobRow, query)
                if not page:
                    break
                seen += page
            expected = sorted(self.JOBS, key=lambda row: (row.create_time_us, row.job_id), reverse=descending)
            assert seen == expected

    async def test_other_tables(self, ledger: Ledger) -> None:
        await write(
            ledger,
            job_row("a"),
            task_row("a", "t", state=TaskState.DEAD),
            task_row("a", "u"),
            attempt_row("a", "t", "1"),
            artifact_row("a", "x", build="b"),
            asset_row("s"),
        )
        assert [t.task_id for t in await ledger.find(TaskRow, Find([Condition("state", "=", "DEAD")]))] == ["t"]
        assert [t.attempt_id for t in await ledger.find(AttemptRow, Find())] == ["1"]
        assert [t.artifact_id for t in await ledger.find(ArtifactRow, Find([Condition("build", "=", "b")]))] == ["x"]
        assert [t.asset_id for t in await ledger.find(AssetRow, Find())] == ["s"]
        assert await ledger.find(TaskRow, Find(after=("a", "t"))) == [task_row("a", "u")]

    @pytest.mark.parametrize(
        "query",
        [
            Find([Condition("no_such_column", "=", 1)]),
            Find([Condition("priority", "LIKE", "x")]),
            Find([Condition("1; --", "=", 1)]),
            Find(order_by="no_such_column"),
        ],
    )
    async def test_unknown_columns_and_operators_are_refused(self, ledger: Ledger, query: Find) -> None:
        with pytest.raises(ValueError, match=r"no condition on|no order by"):
            await ledger.find(JobRow, query)


class TestTotals:
    async def test_they_count_what_status_shows(self, ledger: Ledger) -> None:
        bad = StampRow.of(stamp_of("worker", "c"))
        group = changes(
            job_row("q", state=JobState.QUEUED),
            job_row("r", build="b1"),
            job_row("c", state=JobState.CANCELLING, build="b1"),
            job_row("s", state=JobState.SUCCEEDED, build="b2", end_time_us=200),
            job_row("s-long-ago", state=JobState.SUCCEEDED, end_time_us=50),
            job_row("f", state=JobState.FAILED, end_time_us=200),
            task_row("r", "late", schedule_time_us=20),
            task_row("r", "early", schedule_time_us=10),
            task_row("r", "runs", state=TaskState.RUNNING),
            task_row("s", "over", state=TaskState.SUCCEEDED),
            task_row("s", "of a finished job", schedule_time_us=1),
            task_row("f", "dead", state=TaskState.DEAD),
            attempt_row("r", "t", "ours", fault="OURS", end_time_us=200, stamp_id=bad.stamp_id),
            attempt_row("r", "t", "users", fault="USER", end_time_us=200, stamp_id=bad.stamp_id),
            attempt_row("r", "t", "long ago", fault="OURS", end_time_us=50, stamp_id=bad.stamp_id),
        )
        group.stamps[bad.stamp_id] = bad
        await ledger.apply(group, EMPTY, AT_1)

        totals = await ledger.totals(100)

        assert totals.jobs == {"QUEUED": 1, "RUNNING": 1, "CANCELLING": 1, "SUCCEEDED": 2, "FAILED": 1}
        assert totals.tasks == {"SCHEDULED": 2, "RUNNING": 1, "DEAD": 1}
        assert (totals.oldest_task_time_us, totals.oldest_task_job_id) == (10, "r")
        assert totals.builds == {"b1": 2}
        assert totals.failures == {bad.build: 1}
        assert (totals.succeeded_since, totals.failed_since, totals.frozen) == (1, 1, 0)

    async def test_of_nothing_there_is_nothing(self, ledger: Ledger) -> None:
        totals = await ledger.totals(0)
        assert (totals.jobs, totals.tasks, totals.builds, totals.failures) == ({}, {}, {}, {})
        assert (totals.oldest_task_time_us, totals.oldest_task_job_id) == (0, "")


READER = """
import asyncio, sys
from edgecode.server.ledger.open import ledger_of

async def main():
    ledger = ledger_of(sys.argv[1])
    await ledger.open()
    print("reading", flush=True)
    last = 0
    while last < 200:
        before = await ledger.cursor()
        records = await ledger.records([f"{n:03}" for n in range(1, 201)])
        after = await ledger.cursor()
        # Whole groups only: each group writes one job with its task, and moves the cursor by one.
        assert before.sequence <= len(records) <= after.sequence, (before, len(records), after)
        assert all(len(record.tasks) == 1 for record in records.values())
        last = before.sequence
    print("read it all", flush=True)
    await ledger.close()

asyncio.run(main())
"""


async def test_readers_in_other_processes_see_whole_groups_only_and_hold_up_nobody(
    ledger: Ledger, ledger_url: str, processes: Processes
) -> None:
    readers = [await processes.start("reader", sys.executable, "-c", READER, ledger_url) for _ in range(2)]
    for reader in readers:
        await reader.line(lambda line: line == "reading")
    for number in range(1, 201):
        name = f"{number:03}"
        await write(ledger, job_row(name), task_row(name, "t"))
        await asyncio.sleep(0)
    for reader in readers:
        await reader.line(lambda line: line == "read it all")
        assert await reader.exit() == 0
