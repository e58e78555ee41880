"""What every adapter of the ledger must find, count and show to other processes."""

import asyncio
import sys

import pytest

from edgecode.server.ledger.port import OF_KEPT_JOB, Condition, Find, JobRecord, Ledger
from edgecode.server.ledger.ramp_row import RampJobRow
from edgecode.server.ledger.rows import (
    ArtifactRow,
    AssetRow,
    AttemptRow,
    Cursor,
    JobRow,
    JobState,
    StampRow,
    TaskRow,
    TaskState,
)
from tests.harness.builds import stamp_of
from tests.harness.ledger_groups import changes, write
from tests.harness.process import Processes
from tests.harness.rows import STAMP, artifact_row, asset_row, attempt_row, job_row, ramp_job_row, task_row

EMPTY = Cursor(0, "", "")
AT_1 = Cursor(1, "2026-01-01T00:00:00Z", "one")
AT_2 = Cursor(2, "2026-01-01T00:00:00Z", "two")
AT_3 = Cursor(3, "2026-01-01T00:00:00Z", "three")


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

    async def test_what_is_not_of_a_deleted_job(self, ledger: Ledger) -> None:
        await write(
            ledger,
            *(row for job in ("a", "b", "c") for row in (job_row(job), task_row(job, "t", state=TaskState.DEAD))),
            job_row("b", state=JobState.DELETED),
        )
        dead = Condition("state", "=", "DEAD")
        found = await ledger.find(TaskRow, Find([dead, Condition("job_id", OF_KEPT_JOB)], "schedule_time_us"))
        assert [task.job_id for task in found] == ["a", "c"]

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
            job_row("d", state=JobState.DELETED),
            task_row("d", "dead", state=TaskState.DEAD),
            attempt_row("r", "t", "ours", fault="OURS", end_time_us=200, stamp_id=bad.stamp_id),
            attempt_row("r", "t", "users", fault="USER", end_time_us=200, stamp_id=bad.stamp_id),
            attempt_row("r", "t", "long ago", fault="OURS", end_time_us=50, stamp_id=bad.stamp_id),
        )
        group.stamps[bad.stamp_id] = bad
        await ledger.apply(group, EMPTY, AT_1)

        totals = await ledger.totals(100)

        assert totals.jobs == {"QUEUED": 1, "RUNNING": 1, "CANCELLING": 1, "SUCCEEDED": 2, "FAILED": 1, "DELETED": 1}
        assert totals.tasks == {"SCHEDULED": 2, "RUNNING": 1, "DEAD": 1}
        assert (totals.oldest_task_time_us, totals.oldest_task_job_id) == (10, "r")
        assert totals.builds == await ledger.unfinished_of_builds() == {"b1": 2}
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


class TestShadows:
    OF_SHADOW = (
        job_row("s1", shadow_id="sh", create_time_us=1, build="b", asset_id="source"),
        job_row("s2", shadow_id="sh", create_time_us=2, state=JobState.FAILED, end_time_us=200),
        job_row("s3", shadow_id="other"),
        task_row("s1", "t"),
        task_row("s2", "t", state=TaskState.DEAD),
        attempt_row("s2", "t", "a", fault="OURS", end_time_us=200, stamp_id=STAMP.stamp_id),
    )

    async def test_their_jobs_are_found_by_shadow_and_told_from_all_others(self, ledger: Ledger) -> None:
        await write(ledger, job_row("a"), *self.OF_SHADOW)
        for value, found in (("sh", ["s2", "s1"]), ("", ["a"]), ("none", [])):
            query = Find([Condition("shadow_id", "=", value)], "create_time_us", descending=True)
            assert [row.job_id for row in await ledger.find(JobRow, query)] == found

    async def test_nothing_that_is_counted_counts_them(self, ledger: Ledger) -> None:
        users = (job_row("a", build="b"), job_row("d", state=JobState.FAILED, end_time_us=200), task_row("a", "t"))
        await write(ledger, *users)
        before, unfinished = await ledger.totals(100), await ledger.count_unfinished()
        await write(ledger, *self.OF_SHADOW)
        assert await ledger.totals(100) == before
        assert await ledger.unfinished_of_builds() == {"b": 2}, "of what its workers cannot leave yet"
        assert await ledger.count_unfinished() == unfinished == 1
        assert await ledger.recorded(STAMP.build, 100) == (0, 0)
        assert await ledger.asset_in_use("source") == ""
        kept = Find([Condition("job_id", OF_KEPT_JOB)])
        assert [task.job_id for task in await ledger.find(TaskRow, kept)] == ["a"]
        assert {job_id for job_id, _ in await ledger.unfinished()} == {"a", "s1", "s3"}, "the leader looks at them"


class TestRamps:
    async def test_jobs_of_a_ramp_are_found_in_the_order_they_were_given_and_belong_to_their_jobs(
        self, ledger: Ledger
    ) -> None:
        rows = [ramp_job_row(f"job-{n}", given_sequence=n, last_sequence=n, assigned_pb=b"\0\1") for n in (3, 1, 2)]
        await write(ledger, *rows, ramp_job_row("other", ramp_id="q"), job_row("job-2"))
        query = Find([Condition("ramp_id", "=", "r"), Condition("last_sequence", ">", 1)], "last_sequence", limit=10)
        found = await ledger.find(RampJobRow, query)
        assert [row.given_sequence for row in found] == [2, 3]
        assert await ledger.record("job-2") == JobRecord(job_row("job-2"), ramp=rows[2])

    async def test_a_job_of_a_ramp_goes_with_its_job(self, ledger: Ledger) -> None:
        await write(ledger, job_row("a", expire_time_us=1), ramp_job_row("a", expire_time_us=1))
        assert await ledger.expire(2) == ["a"]
        assert await ledger.find(RampJobRow, Find()) == []

    async def test_the_record_of_a_build_counts_each_job_once_and_those_that_failed_by_our_fault(
        self, ledger: Ledger
    ) -> None:
        other = StampRow.of(stamp_of("worker", "c"))
        ends: dict[str, tuple[str, int, int]] = {
            "1": ("OURS", 100, STAMP.stamp_id), "2": ("OURS", 110, STAMP.stamp_id), "3": ("", 120, STAMP.stamp_id),
            "4": ("USER", 130, STAMP.stamp_id), "before": ("OURS", 99, STAMP.stamp_id),
            "running": ("", 0, STAMP.stamp_id), "of another": ("OURS", 140, other.stamp_id),
        }  # fmt: skip
        group = changes(
            *(attempt_row(name if name != "2" else "1", "t", name, fault=fault, end_time_us=end, stamp_id=stamp)
              for name, (fault, end, stamp) in ends.items())
        )  # fmt: skip
        group.stamps[other.stamp_id] = other
        await ledger.apply(group, EMPTY, AT_1)
        assert await ledger.recorded(STAMP.build, 100) == (3, 1)
        assert await ledger.recorded("nobody's", 100) == (0, 0)
