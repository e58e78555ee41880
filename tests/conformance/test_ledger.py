"""What every adapter of the ledger must do."""

from dataclasses import replace

import pytest

from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.port import Changes, CursorMoved, JobRecord, Ledger
from edgecode.server.ledger.rows import (
    Cursor,
    JobState,
    RouteRow,
    StampRow,
    TaskState,
    UnreadRow,
)
from edgecode.v1 import event_pb2
from tests.harness.builds import stamp_of
from tests.harness.ledger_groups import changes, write
from tests.harness.rows import STAMP, artifact_row, asset_row, attempt_row, job_row, task_row

EMPTY = Cursor(0, "", "")
AT_1 = Cursor(1, "2026-01-01T00:00:00Z", "one")
AT_2 = Cursor(2, "2026-01-01T00:00:00Z", "two")
AT_3 = Cursor(3, "2026-01-01T00:00:00Z", "three")


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
