"""Of the ten violations the protocol's model found, those of tasks and builds, as the interleavings the model printed.

Each test fails when the rule it names is taken out.
"""

from datetime import timedelta

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.v1 import event_pb2
from tests.harness.builds import build_of
from tests.harness.played_server import NoLock, a_job, a_video
from tests.harness.steps import events_of, finish_what_there_is, fold_without_deciding, ledger_state, purge_tasks
from tests.integration.protocol.conftest import StartServer, StartWorker

BAD, GOOD = build_of("b"), build_of("c")


async def test_v1_a_task_scheduled_again_before_its_worker_acks_is_not_lost(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    first = await worker.must_take()
    await first.start()
    await first.fail()

    await server.catch_up()  # and schedules and publishes again, while the old message still stands
    await first.ack()

    # R2: under a number of its own, so not even one sweep late.
    again = await worker.must_take()
    assert (first.task.n, again.task.n) == (1, 2)
    await again.finish()
    await server.settle()
    assert (await server.record(job.job_id)).job.state == "SUCCEEDED"


async def test_v1_a_task_whose_message_is_gone_is_given_again_by_the_next_sweep(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    lost = await worker.must_take()
    await lost.ack()  # whatever the reason: the ledger still says scheduled
    assert await server.standing() == []

    await finish_what_there_is(server, worker)

    assert (await server.record(job.job_id)).job.state == "SUCCEEDED"


async def test_v2_the_late_ack_of_a_thawed_worker_takes_no_later_task_with_it(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    frozen, other = await start_worker("b", server), await start_worker("b", server)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    old = await frozen.must_take()
    await old.start()
    await server.fold()
    server.silence(frozen.instance)
    await other.beat()

    await server.sweep()  # logs the loss and schedules again
    await server.catch_up()
    await old.fail()  # thawed: refused, since the attempt is closed
    await old.ack()
    await finish_what_there_is(server, other)

    record = await server.record(job.job_id)
    assert record.job.state == "SUCCEEDED"
    assert record.attempts[old.attempt_id].state == "LOST"
    assert record.tasks["noop-0"].spent == 1


async def test_v3_an_old_epochs_message_in_the_same_lane_hides_no_task(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.route(BAD)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    assert await server.standing()

    # To c, which has no worker, so back to b; and the message of epoch 0 was never purged.
    move = event_pb2.JobReassigned(build=GOOD, route_revision=1, epoch=1)
    await server.append(subjects.job_events(job.job_id), event_pb2.Event(job_reassigned=move))
    await server.catch_up()
    assert (await server.record(job.job_id)).job.epoch == 2
    old = await worker.must_take()
    assert old.task.epoch == 0
    await old.start()
    await old.succeed()
    await old.ack()
    await server.fold()
    assert (await server.record(job.job_id)).attempts == {}

    new = await worker.must_take()  # without a sweep: it stood beside the old one
    assert new.task.epoch == 2
    await new.finish()
    await server.settle()
    assert (await server.record(job.job_id)).job.state == "SUCCEEDED"


async def test_v4_the_same_task_published_twice_within_the_duplicate_window_is_stored_twice(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    await start_worker("b", server)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    first = await server.standing()
    await purge_tasks(server)
    assert await server.standing() == []

    await server.sweep()

    assert await server.standing() == first


async def test_v5a_the_next_leader_moves_jobs_off_a_build_whose_quarantine_another_has_folded(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    await start_worker("b", server)
    good = await start_worker("c", server)
    await server.route(BAD)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    assert await ledger_state(server, job.job_id) == ("RUNNING", 0, BAD)

    # The leader commits the quarantine and dies before it decides anything upon it.
    await server.crash()
    await server.route(GOOD, (BAD,))
    other = await start_server(letter="d")
    await other.sees(good.instance)
    await fold_without_deciding(other, (await other.events.identity()).last_sequence)
    assert await ledger_state(other, job.job_id) == ("RUNNING", 0, BAD)

    await other.lead()
    await finish_what_there_is(other, good)
    assert await ledger_state(other, job.job_id) == ("SUCCEEDED", 1, GOOD)


async def test_v5c_a_job_tried_again_after_the_rollback_leaves_the_quarantined_build(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    bad, good = await start_worker("b", server), await start_worker("c", server)
    await server.route(BAD)
    await server.lead()
    job = a_job(budget=1)
    await server.create(job)
    await server.settle()
    taken = await bad.must_take()
    await taken.start()
    await taken.fail()
    await taken.ack()
    await server.settle()
    assert await ledger_state(server, job.job_id) == ("FAILED", 0, BAD)

    await server.route(GOOD, (BAD,))
    await server.settle()
    assert await ledger_state(server, job.job_id) == ("FAILED", 0, BAD)
    retry = event_pb2.JobRetryRequested(caller="test")
    await server.append(subjects.job_events(job.job_id), event_pb2.Event(job_retry_requested=retry))
    await finish_what_there_is(server, good)

    assert await ledger_state(server, job.job_id) == ("SUCCEEDED", 1, GOOD)


async def test_v6_a_zombie_that_missed_the_rollback_assigns_nothing_to_the_bad_build(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server, zombie = await start_server(), await start_server("other.sqlite", "d", lock=NoLock())
    bad, good = await start_worker("b", server, zombie), await start_worker("c", server, zombie)
    await server.route(BAD)
    job = a_job()
    sequence = await server.create(job)
    await server.route(GOOD, (BAD,))

    await zombie.lead()
    await zombie.fold(until=sequence)  # it has the job, and the route of before
    await zombie.look(job.job_id)
    decisions = [e.WhichOneof("kind") for e in await events_of(server, job.job_id)]
    assert decisions[:2] == ["job_created", "job_assigned"], "the zombie must have written, else nothing is shown"

    await server.lead()
    await finish_what_there_is(server, good)
    assert await ledger_state(server, job.job_id) == ("SUCCEEDED", 0, GOOD)
    assert await bad.take() is None


async def test_v6_a_zombie_that_missed_the_rollback_publishes_nothing_of_the_bad_build(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server, zombie = await start_server(), await start_server("other.sqlite", "d", lock=NoLock())
    bad, good = await start_worker("b", server, zombie), await start_worker("c", server, zombie)
    await server.route(BAD)
    await server.lead()
    job = a_video()
    await server.create(job)
    await server.settle()
    await (await bad.must_take()).finish()
    await server.settle()
    await zombie.lead()
    await zombie.fold()
    made = await bad.must_take()
    await made.start()
    sequence = (await made.succeed()).sequence
    await made.ack()
    await server.route(GOOD, (BAD,))

    await zombie.fold(until=sequence)  # the result, not the route
    kinds = [e.WhichOneof("kind") for e in await events_of(server, job.job_id)]
    assert "artifact_published" in kinds, "the zombie must have written, else nothing is shown"
    await finish_what_there_is(server, good)

    record = await server.record(job.job_id)
    assert record.job.state == "SUCCEEDED"
    assert {a.build for a in record.artifacts.values()} == {GOOD}
    assert len(record.artifacts) == 4


async def test_v7_a_cancelled_jobs_lane_is_cleared_though_no_worker_is_left(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    assert await server.standing()
    await worker.close()
    cancel = event_pb2.JobCancelRequested(reason="changed my mind")
    await server.append(subjects.job_events(job.job_id), event_pb2.Event(job_cancel_requested=cancel))

    await server.settle()

    assert (await server.record(job.job_id)).job.state == "CANCELLED"
    assert await server.standing() == []


async def test_v7_the_bad_builds_lane_is_cleared_by_the_sweep_where_the_purge_was_lost(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    bad = await start_worker("b", server)
    await start_worker("c", server)
    await server.route(BAD)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    (old,) = await server.standing()
    await bad.close()
    await server.route(GOOD, (BAD,))

    await server.settle()

    (new,) = await server.standing()
    assert subjects.TaskSubject.parse(old).build_key != subjects.TaskSubject.parse(new).build_key
    assert subjects.TaskSubject.parse(new).n == 2


async def test_v7_an_expired_jobs_lane_is_cleared(start_server: StartServer, start_worker: StartWorker) -> None:
    server = await start_server()
    await start_worker("b", server)
    await server.lead()
    job = a_job(life=timedelta(seconds=60))
    await server.create(job)
    await server.settle()
    assert await server.standing()

    await server.leader._projector.expire((await server.record(job.job_id)).job.expire_time_us)
    await server.sweep()

    assert await server.standing() == []


async def test_v7_a_message_above_the_ledgers_number_is_never_cleared(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    await start_worker("b", server)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    (subject,) = await server.standing()
    above = f"{subject.rpartition('.')[0]}.2"  # another leader's, who has folded further
    await server.bus.store(Outgoing(above, b""))

    await server.sweep()

    assert await server.standing() == [subject, above]


async def test_v8_a_stale_purge_before_the_readmission_loses_no_task(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.route(BAD)
    await server.lead()
    job = a_job()
    await server.create(job)
    await server.settle()
    assert await server.standing()

    # Rolled back, purged, readmitted before any leader has moved the job: it stays where it is.
    await server.route(GOOD, (BAD,))
    await purge_tasks(server, f"task.*.*.{worker.bus.stamp.build_key}.>")
    await server.route(BAD)
    await finish_what_there_is(server, worker)

    assert await ledger_state(server, job.job_id) == ("SUCCEEDED", 0, BAD)
