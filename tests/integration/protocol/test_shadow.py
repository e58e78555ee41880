"""A shadow as the leader runs it: played workers, real log and ledger. Nothing it does touches a job of a user."""

import asyncio
import uuid
from collections.abc import Sequence

import pytest

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.lifecycle import end
from edgecode.server.ledger.port import Condition, Find
from edgecode.server.ledger.rows import DeliveryRow, JobRow
from edgecode.server.routes.overview import RouteOverview
from edgecode.server.routes.revisions import Revising
from edgecode.server.routes.route import Change
from edgecode.server.routes.shadow import started
from edgecode.server.routes.shadow_job import shadow_job_id
from edgecode.server.routes.shadow_pairs import Report, pairs
from edgecode.server.routes.shadows import Shadows
from edgecode.server.routes.write import RouteWriter
from edgecode.v1 import event_pb2, media_pb2, route_pb2
from tests.harness.builds import build_of
from tests.harness.eventually import eventually
from tests.harness.played_server import NoLock, PlayedServer, a_job, a_video
from tests.harness.played_worker import PlayedWorker
from tests.integration.protocol.conftest import PATIENT, StartServer, StartWorker

OLD, NEW = build_of("b"), build_of("c")


async def begun(
    server: PlayedServer, start_worker: StartWorker, percent: float = 100.0
) -> tuple[PlayedWorker, PlayedWorker]:
    """OLD is current, NEW is its shadow; both have a worker, and the leader leads."""
    old, new = await start_worker("b", server), await start_worker("c", server)
    await server.route(OLD)
    await server.lead()
    await server.settle()
    route = server.leader._projector.route
    shadow = started("sh", NEW, percent, against=OLD, revision=2, actor="ann", comment="look", now_us=1)
    await change(server, Revising(route, frozenset({OLD, NEW}), Change("S", "ann", 1)).start_shadow(shadow))
    return old, new


async def change(server: PlayedServer, document: event_pb2.RouteChanged) -> None:
    message = Outgoing(
        subjects.route_events("worker"),
        event_pb2.Event(route_changed=document).SerializeToString(),
        msg_id=uuid.uuid4().hex,
        expected_last=server.leader._projector.route.sequence,
    )
    await server.events.append([message])
    await server.fold()


async def look(server: PlayedServer) -> None:
    """The leader's looks at the shadow and at all jobs, until nothing more happens."""
    await server.settle()
    server.leader._shadows._looked = 0.0
    await server.leader._shadows.look()
    await server.settle()


async def work(server: PlayedServer, *workers: PlayedWorker, failing: str = "") -> None:
    """All there is to do, each worker in turn; those of the failing build fail at it."""
    await server.settle()
    while True:
        found = [(worker, taken) for worker in workers if (taken := await worker.take()) is not None]
        if not found:
            return
        for worker, taken in found:
            await taken.start()
            await (taken.fail() if worker.bus.stamp.build == failing else taken.succeed())
            await taken.ack()
        await server.settle()


async def shadows(server: PlayedServer) -> Sequence[JobRow]:
    return await server.ledger.find(JobRow, Find([Condition("shadow_id", "=", "sh")], "create_time_us"))


async def report(server: PlayedServer) -> route_pb2.Shadow:
    found, message = Report(), route_pb2.Shadow()
    async for _, pair in pairs(server.ledger, "sh"):
        found.take(pair)
    found.write_into(message)
    return message


async def test_a_job_that_has_ended_is_repeated_at_the_lowest_priority_and_stays_as_it_is_though_its_shadow_fails(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    old, new = await begun(server, start_worker)
    job = a_video("one")
    await server.create(job)
    await look(server)
    assert not await shadows(server), "there is nothing yet to compare with"
    await work(server, old)
    await look(server)
    [row] = await shadows(server)
    assert (row.job_id, row.build, row.priority) == (shadow_job_id(job.job_id, "sh"), NEW, event_pb2.PRIORITY_LOW)
    assert [s for s in await server.standing() if row.job_id in s] == [
        s for s in await server.standing() if s.startswith("task.light.low.")
    ]
    await work(server, new, failing=NEW)
    assert (await server.record(row.job_id)).job.state == "FAILED"
    original = (await server.record(job.job_id)).job
    assert (original.state, original.build, original.epoch) == ("SUCCEEDED", OLD, 0)
    found = await report(server)
    assert (found.jobs_shadowed, found.jobs_failed, found.jobs_compared) == (1, 1, 0)
    assert [each.shadow_failure.reason for each in found.differences] == ["BROKEN"]
    assert len(await shadows(server)) == 1, "a shadow is not shadowed"


async def test_its_tasks_name_what_was_served_of_their_outputs(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    old, new = await begun(server, start_worker)
    job = a_video("one")
    await server.create(job)
    await work(server, old)
    await look(server)
    named = {}
    while taken := await new.take():
        named[taken.task.kind] = [(file.output_id, file.sha256) for file in taken.task.served_files]
        await taken.finish()
        await server.settle()
    assert named.pop(event_pb2.TASK_KIND_TRANSCODE) == [(n, f"{n}-{job.job_id}") for n in ("360p", "720p")]
    assert named
    assert not any(named.values()), "of the outputs of each task"


async def test_a_second_leader_repeats_nothing_twice_and_finds_what_ended_while_nobody_led(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    old, new = await begun(server, start_worker)
    await look(server)
    jobs = [a_job(name) for name in ("one", "two", "three")]
    for job in jobs:
        await server.create(job)
    await work(server, old)  # chosen
    server.leader._shadows._wanted = {jobs[0].job_id: None}
    await look(server)  # one of them repeated
    other = await start_server("other.sqlite", letter="d", lock=NoLock(), settings=PATIENT)
    await other.sees(old.instance, new.instance)
    await other.lead()
    folded = asyncio.Event()

    async def caught_up() -> bool:
        await other.catch_up()
        other.leader._shadows._wanted.clear()  # as one that looked at nothing of what was before it led
        folded.set()
        return True

    async def all_repeated() -> bool:
        await other.catch_up()
        return {row.job_id for row in await shadows(other)} == {shadow_job_id(job.job_id, "sh") for job in jobs}

    runs = asyncio.create_task(other.leader._shadows.run(caught_up))
    await asyncio.wait_for(folded.wait(), 10)
    await eventually(all_repeated)
    await end([runs])
    log_before = (await other.events.identity()).last_sequence
    # The first does not know that it lost its place, nor what the other did.
    server.leader._shadows._wanted = {job.job_id: None for job in jobs}
    await server.leader._shadows.look()
    assert (await other.events.identity()).last_sequence == log_before
    assert not server.leader._shadows._wanted, "it tries no more"


async def test_a_cancelled_job_is_not_repeated_and_the_shadow_of_a_deleted_one_is_cancelled(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    old, _ = await begun(server, start_worker)
    cancelled, gone, kept = [a_job(name) for name in ("cancelled", "gone", "kept")]
    for job in (cancelled, gone, kept):
        await server.create(job)
    cancel = event_pb2.Event(job_cancel_requested=event_pb2.JobCancelRequested(reason="no", caller="ann"))
    await server.append(subjects.job_events(cancelled.job_id), cancel)
    await look(server)
    await work(server, old)
    await look(server)
    await server.append(
        subjects.job_events(gone.job_id), event_pb2.Event(job_deleted=event_pb2.JobDeleted(caller="ann"))
    )
    await look(server)
    states = {row.job_id: row.state for row in await shadows(server)}
    assert states == {shadow_job_id(gone.job_id, "sh"): "CANCELLED", shadow_job_id(kept.job_id, "sh"): "RUNNING"}
    assert (await report(server)).jobs_dropped == 1


async def test_when_it_is_stopped_its_unfinished_jobs_are_cancelled_and_no_more_are_made(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    old, new = await begun(server, start_worker)
    await server.create(a_job("one"))
    await work(server, old)
    await look(server)
    taken = await new.must_take()
    await taken.start()
    await server.fold()
    route = server.leader._projector.route
    await change(server, Revising(route, frozenset({OLD, NEW}), Change("S", "ann", 2)).stop_shadow(""))
    await server.create(a_job("two"))
    await work(server, old)
    await look(server)
    [row] = await shadows(server)
    assert (row.state, row.failure_reason) == ("CANCELLED", "SHADOW_STOPPED")
    assert not [subject for subject in await server.standing() if row.job_id in subject]
    assert {(await server.record(a_job(name).job_id)).job.state for name in ("one", "two")} == {"SUCCEEDED"}


async def test_no_webhook_hears_of_a_shadow_and_no_count_does(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    old, new = await begun(server, start_worker)
    await server.append(
        subjects.webhook_events("w"),
        event_pb2.Event(
            webhook_created=event_pb2.WebhookCreated(
                webhook_id="w", url="https://hooks.example.com", event_types=["job.succeeded"], retry_seconds=60
            )
        ),
    )
    await server.create(a_job("one"))
    await work(server, old)
    await look(server)
    totals = await server.ledger.totals(0)
    assert (dict(totals.jobs), dict(totals.builds)) == ({"SUCCEEDED": 1}, {})
    assert await server.ledger.count_unfinished() == 0
    await work(server, new)
    assert {row.state for row in await shadows(server)} == {"SUCCEEDED"}
    found = await server.ledger.find(DeliveryRow, Find())
    assert [row.job_id for row in found] == [a_job("one").job_id]
    assert (await server.ledger.totals(1)).succeeded_since == 1


async def test_a_job_that_its_build_cannot_read_is_not_repeated_and_keeps_no_place(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    old, _ = await begun(server, start_worker)
    await old.beat(contract=2)
    later, plain = a_video("later"), a_job("plain")
    later.outputs[0].rendition.video_codec = media_pb2.VIDEO_CODEC_HEVC
    later.contract = 2
    for job in (later, plain):
        await server.create(job)
    await work(server, old)
    await look(server)
    assert {(await server.record(job.job_id)).job.state for job in (later, plain)} == {"SUCCEEDED"}
    assert [row.job_id for row in await shadows(server)] == [shadow_job_id(plain.job_id, "sh")]
    assert not server.leader._shadows._wanted


async def test_of_many_pairs_the_newest_are_counted_and_all_are_listed(
    start_server: StartServer, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await start_server(settings=PATIENT)
    workers = await begun(server, start_worker)
    for number in range(5):
        await server.create(a_job(str(number), budget=1))
    await work(server, *workers)
    await look(server)
    await work(server, *workers, failing=NEW)
    writer = RouteWriter(server.events, server.ledger, server.reads, server.fleet)
    api = Shadows(server.ledger, server.reads, writer, server.fleet)
    whole = await api.get("sh")
    assert (whole.jobs_shadowed, whole.newest_only) == (5, False)
    monkeypatch.setattr("edgecode.server.routes.shadows.MOST_COMPARED", 2)
    some = await api.get("sh")
    assert (some.jobs_shadowed, some.newest_only) == (2, True)
    assert list(some.differences) == list(whole.differences)[:2]
    request = route_pb2.ListShadowDifferencesRequest(page_size=100)
    pages = [await api.differences(request)]
    while pages[-1].next_page_token:
        request.page_token = pages[-1].next_page_token
        pages.append(await api.differences(request))
    assert [len(page.differences) for page in pages] == [2, 2, 1]
    assert [each for page in pages for each in page.differences] == list(whole.differences)


async def test_a_pair_that_appears_between_two_pages_moves_no_difference_of_the_others(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT)
    workers = await begun(server, start_worker)
    writer = RouteWriter(server.events, server.ledger, server.reads, server.fleet)
    api = Shadows(server.ledger, server.reads, writer, server.fleet)

    async def repeat(name: str) -> None:
        await server.create(a_video(name))
        await work(server, *workers)
        await look(server)
        await work(server, *workers)

    await repeat("one")
    await repeat("two")
    before = list((await api.differences(route_pb2.ListShadowDifferencesRequest(page_size=100))).differences)
    assert len(before) == 6, "the first pair has more than a page"
    request = route_pb2.ListShadowDifferencesRequest(page_size=1)
    pages = [await api.differences(request)]
    await repeat("three")
    while pages[-1].next_page_token:
        request.page_token = pages[-1].next_page_token
        pages.append(await api.differences(request))
    assert [each for page in pages for each in page.differences] == before


async def test_a_build_is_not_drained_while_a_job_of_its_shadow_waits_for_its_next_attempt(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server(settings=PATIENT | {"backoff_seconds": 60.0})
    old, new = await begun(server, start_worker)
    await server.create(a_job("one"))
    await work(server, old)
    await look(server)
    taken = await new.must_take()
    await taken.start()
    await taken.fail()
    await taken.ack()
    await server.fold()
    overview = RouteOverview(server.bus, server.ledger, server.fleet)
    rows = list(await server.ledger.routes("worker"))
    shown = await overview.add_builds(route_pb2.Route(), rows)
    [build] = [each for each in shown.builds if each.build == NEW]
    assert (build.tasks_pending, build.tasks_unacknowledged) == (0, 0), "its lanes are empty"
    assert (build.state, build.jobs_unfinished) == (route_pb2.RoutedBuild.STATE_DRAINING, 1)
