"""A rebuild gives identical tables, decides nothing and publishes nothing."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from edgecode.core import bus as core_bus
from edgecode.core import subjects
from edgecode.core.errors import FailedPrecondition
from edgecode.core.settings import Settings
from edgecode.server.ledger.fold_release import release_key
from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.port import Find
from edgecode.server.ledger.rebuild import fold_all, rebuild
from edgecode.server.ledger.rows import PresetRow
from edgecode.v1 import event_pb2, media_pb2
from tests.harness.broker import round_trip
from tests.harness.builds import stamp_of
from tests.harness.eventually import eventually
from tests.harness.played_server import PlayedServer, a_job, a_video
from tests.harness.played_worker import PlayedWorker
from tests.harness.recorder import Recorder
from tests.harness.release_requests import commits, revision_of
from tests.harness.tables import tables
from tests.integration.protocol.conftest import StartServer, StartWorker


async def a_full_life(server: PlayedServer, bad: PlayedWorker, doomed: PlayedWorker, good: PlayedWorker) -> None:
    """Jobs of every fate: done, moved, lost, failed by the user, tried again, cancelled, frozen, unfinished."""
    done, lost, fails, again, cancelled = a_video("done"), a_job("lost"), a_video("fails"), a_job("again"), a_job("off")
    await server.route(bad.bus.stamp.build)
    await server.lead()
    for job in (lost, fails, again, cancelled):
        await server.create(job)
        await server.settle()
        taken = await (doomed if job is lost else bad).must_take()
        await taken.start()
        if job is fails:
            await taken.fail(media_pb2.FAULT_USER, "NOT_A_VIDEO")
        elif job is again:
            await taken.fail()
        elif job is lost:
            await server.fold()
            server.silence(doomed.instance)
            await server.settle()
            await (await bad.must_take()).finish()
        else:
            request = event_pb2.JobCancelRequested(reason="no more")
            await server.append(subjects.job_events(job.job_id), event_pb2.Event(job_cancel_requested=request))
        await taken.ack()
        await server.settle()
    await server.create(done)
    await server.settle()
    await (await bad.must_take()).finish()
    await server.route(good.bus.stamp.build, (bad.bus.stamp.build,))
    await server.settle()
    while taken_again := await good.take():
        await taken_again.finish()
        await server.settle()
    await server.append(
        subjects.job_events(cancelled.job_id), event_pb2.Event(job_deleted=event_pb2.JobDeleted(caller="test"))
    )
    asset = event_pb2.AssetCreated(asset_id="an-asset", file_name="a.mp4", size_bytes=1, sha256="5" * 64)
    asset.expire_time.CopyFrom(done.expire_time)
    await server.append(subjects.asset_events("an-asset"), event_pb2.Event(asset_created=asset))
    await server.append(subjects.asset_events("an-asset"), event_pb2.Event(asset_deleted=event_pb2.AssetDeleted()))
    for revision in (1, 2, 2):
        made = event_pb2.PresetCreated(preset="own", revision=revision, title=f"revision {revision}")
        await server.append(subjects.preset_events("own"), event_pb2.Event(preset_created=made))
    for subject, event in [*registered("1.0.0", 1), *registered("1.0.0", 2), *registered("1.0.1", 3, known=False)]:
        await server.append(subject, event)
    for subject, event in [*registered("1.0.1", 3), deployed("STATE_STARTED"), deployed("STATE_SUCCEEDED")]:
        await server.append(subject, event)
    await server.create(a_job("unfinished"))
    frozen = a_job("frozen")
    await server.create(frozen)
    await server.append(subjects.job_events(frozen.job_id), event_pb2.Event())
    await server.settle()
    assert [row.revision for row in await server.ledger.find(PresetRow, Find())] == [1, 2], "each revision once"
    states = {name: (await server.record(a_job(name).job_id)).job.state for name in
              ("done", "lost", "fails", "again", "off", "unfinished")}  # fmt: skip
    assert states == {
        "done": "SUCCEEDED",
        "lost": "SUCCEEDED",
        "fails": "FAILED",
        "again": "SUCCEEDED",
        "off": "DELETED",
        "unfinished": "RUNNING",
    }


def registered(version: str, number: int, *, known: bool = True) -> list[tuple[str, event_pb2.Event]]:
    """The events of a registration with two commits, or with none known."""
    subject, digest = subjects.release_events(release_key(version)), revision_of(version, number, known)
    event = event_pb2.ReleaseRegistered(
        version=version, revision=revision_of(version, number), commits_known=known, commit_count=2 * known,
        content_sha256=digest,
    )  # fmt: skip
    events = [(subject, event_pb2.Event(release_registered=event))]
    for place, commit in enumerate(commits(number, 2)) if known else ():
        piece = event_pb2.ReleaseCommits(content_sha256=digest, first_position=place, commits=[commit])
        events.append((subject, event_pb2.Event(release_commits=piece)))
    return events


def deployed(state: str) -> tuple[str, event_pb2.Event]:
    """A declared deployment in a state."""
    event = event_pb2.DeploymentRecorded(deployment_id="d", service="worker", version="1.0.0", state=state)
    return subjects.deployment_events("worker"), event_pb2.Event(deployment_recorded=event)


async def test_a_rebuild_gives_the_same_tables_and_publishes_nothing(
    start_server: StartServer, start_worker: StartWorker, settings: Settings, tmp_path: Path
) -> None:
    # The whole story is longer than a worker may be silent.
    server = await start_server(settings={"fleet_ttl_seconds": 60.0})
    workers = [await start_worker(letter, server) for letter in "bbc"]
    await a_full_life(server, *workers)
    before = await tables(server.ledger)
    assert all(before[name] for name in ("job", "task", "attempt", "artifact", "asset", "route", "stamp", "deployment"))
    assert [(row[0], row[4]) for row in before["release"]] == [("1.0.0", 1), ("1.0.1", 1)]
    assert len(before["release_commit"]) == 4, "of the first registration of a version, and of what completed it"
    assert len(before["event_unread"]) == 1
    head = (await server.events.identity()).last_sequence
    await server.close()
    for worker in workers:
        await worker.close()

    # By another build: the fold, not who folds, makes the tables.
    bus = await core_bus.connect(settings.nats_url, stamp_of("server", "e"))
    recorder = await Recorder.listen(settings.nats_url)
    url = server.settings.ledger
    seen: list[tuple[int, int]] = []
    assert await rebuild(bus, url, lambda *progress: seen.append(progress)) == head

    await round_trip(bus.nc)
    assert await recorder.heard() == []
    await recorder.close()
    assert seen[-1] == (head, head)
    assert (await bus.js.stream_info(subjects.EVENTS)).state.last_seq == head
    await bus.close()
    rebuilt = ledger_of(url)
    await rebuilt.open()
    assert await tables(rebuilt) == before
    await rebuilt.close()


async def test_a_rebuild_after_events_expired_gives_the_same_tables_too(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    kept, short = a_video("kept"), a_video("short", life=timedelta(seconds=9))
    for job in (kept, short):
        await server.create(job)
        await server.settle()
        while taken := await worker.take():
            await taken.finish()
            await server.settle()
    frozen = a_job("frozen", life=timedelta(seconds=9))
    await server.create(frozen)
    message_of_later_build = event_pb2.Event()
    subject = subjects.job_events(frozen.job_id)
    await server.append(subject, message_of_later_build, ttl_seconds=9)
    await server.settle()
    assert (await server.record(short.job_id)).job.state == "SUCCEEDED"
    assert (await server.ledger.totals(0)).frozen == 1

    async def expired() -> bool:
        ids = (short.job_id, frozen.job_id)
        return not any([await server.events.last_sequence(subjects.job_events(job_id)) for job_id in ids])

    await eventually(expired, 40)
    await server.sweep()

    before = await tables(server.ledger)
    assert [row[0] for row in before["job"]] == [kept.job_id]
    assert before["event_unread"] == []
    again = await server.ledger.beside()
    await fold_all(server.bus, server.events, again, lambda _, __: None)
    after = await tables(again)
    await again.close()
    # The message at the cursor is gone with its job, and so is its id.
    assert [row[:3] for row in after.pop("cursor")] == [row[:3] for row in before.pop("cursor")]
    assert after == before


async def test_a_leader_whose_logs_last_events_have_expired_goes_on(
    start_server: StartServer, start_worker: StartWorker, settings: Settings
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    await server.create(a_job("kept"))
    await server.settle()
    await server.crash()
    gone = a_job("gone")
    await server.create(gone)
    await server.bus.js.purge_stream(subjects.EVENTS, subject=subjects.job_events(gone.job_id))
    head = (await server.events.identity()).last_sequence

    await server.run()

    async with asyncio.timeout(10):
        await server.reads.reached(head)
    assert (await server.ledger.cursor()).sequence == head
    (subject,) = await server.standing()
    assert a_job("kept").job_id in subject
    await worker.close()


async def test_a_ledger_in_use_is_not_rebuilt(start_server: StartServer, start_worker: StartWorker) -> None:
    server = await start_server()
    await start_worker("b", server)
    await server.run()

    async def leads() -> bool:
        return server.leader.leading

    await eventually(leads)
    with pytest.raises(FailedPrecondition) as refused:
        await rebuild(server.bus, server.settings.ledger, lambda _, __: None)
    assert refused.value.reason == "LEDGER_IN_USE"
