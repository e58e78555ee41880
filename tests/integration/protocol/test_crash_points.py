"""A server that dies between any two steps leaves a job that its successor completes once.

The death is played in this process: from the crash point on the server neither writes nor publishes. Processes that are
killed for real are in tests/chaos.
"""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from edgecode.server.planner import leader
from edgecode.v1 import event_pb2
from tests.harness.deadly import DeadlyCrashPoints, Killed
from tests.harness.eventually import eventually
from tests.harness.played_server import PlayedServer, a_video
from tests.integration.protocol.conftest import StartServer, StartWorker

POINTS = (
    "leader.before_commit",
    "leader.after_commit",
    "leader.before_decision",
    "leader.after_decision",
    "leader.before_task",
    "leader.after_task",
)
# Passed only where a ramp decides: test_rollback_crashes.py.
RAMP_POINTS = ("leader.before_ramp_change", "leader.after_ramp_change")
# The job passes each point several times: at its start, in its middle, and near its end.
PASSES = dict.fromkeys(POINTS, (1, 2, 4))


@pytest.mark.parametrize(("point", "passes"), [(point, n) for point, some in PASSES.items() for n in some])
async def test_the_job_completes_once_though_the_leader_died(
    start_server: StartServer, start_worker: StartWorker, point: str, passes: int
) -> None:
    crash = DeadlyCrashPoints(point, passes)
    first = await start_server(crash=crash, settings={"sweep_seconds": 0.3})
    crash.server = first
    second = await start_server(letter="d", settings={"sweep_seconds": 0.3})
    worker = await start_worker("b", first, second)
    await worker.work()
    job = a_video()
    await second.create(job)
    await first.run()
    async with asyncio.timeout(20):
        await crash.died.wait()

    # The kernel gives the dead process's lock to whoever waits for it.
    await first.crash()
    await second.run()
    await ends_once(second, job)
    assert worker.taken == 4, "no task was done twice"


async def test_the_job_completes_once_though_the_server_died_after_it_stored_it(
    start_server: StartServer, start_worker: StartWorker
) -> None:
    crash = DeadlyCrashPoints("server.after_create", 1)
    first = await start_server(crash=crash)
    crash.server = first
    second = await start_server(letter="d", settings={"sweep_seconds": 0.3})
    worker = await start_worker("b", second)
    await worker.work()
    job = a_video("asked for again")
    with pytest.raises(Killed):
        await first.create(job)
    await second.create(job)  # the client had no answer
    await second.run()
    await ends_once(second, job)


async def ends_once(server: PlayedServer, job: event_pb2.JobCreated) -> None:
    """One artifact for each output, and each decision once."""

    async def finished() -> bool:
        record = await server.ledger.record(job.job_id)
        return record is not None and record.job.state == "SUCCEEDED"

    await eventually(finished)
    record = await server.record(job.job_id)
    assert Counter(a.output_id for a in record.artifacts.values()) == Counter(["360p", "720p", "manifest", "thumb"])
    reader = server.reader(0)
    head = (await server.events.identity()).last_sequence
    entries = [e async for batch in reader.history(head) for e in batch if e.subject.endswith(job.job_id)]
    await reader.close()
    kinds = Counter(entry.event.WhichOneof("kind") for entry in entries if entry.event is not None)
    for kind, times in {
        "job_created": 1,
        "job_assigned": 1,
        "task_scheduled": 4,
        "attempt_started": 4,
        "attempt_succeeded": 4,
        "artifact_published": 4,
        "job_succeeded": 1,
    }.items():
        assert kinds.pop(kind) == times, kind
    assert not kinds

    async def cleared() -> bool:
        return not await server.standing()

    await eventually(cleared)


def test_every_crash_point_of_the_leader_is_tried() -> None:
    folder = Path(leader.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    named = {part.split('"')[0] for part in text.split('_crash.at("')[1:]}
    assert named == {*POINTS, *RAMP_POINTS}
