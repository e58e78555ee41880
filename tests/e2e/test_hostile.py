"""Hostile sources and names through the whole system: one worker meets them all, opens none itself, and goes on."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edgecode.core import subjects
from edgecode.core.blobs import Blobs
from edgecode.v1 import fleet_pb2, job_pb2, media_pb2
from tests.harness import clips
from tests.harness.eventually import eventually
from tests.harness.opened import OpenedFiles
from tests.harness.process import Process, Processes, environment
from tests.harness.system import QUICK, System, instance_of

OUTPUTS = [clips.rendition(120), clips.thumbnail()]
NAMES = ("../../../etc/cron.d/x.mp4", "-i", "--help", "x" * 255, "a b;$(touch x)|&'\".mp4", "film.mp4/..", ".")


def sources() -> dict[str, tuple[bytes, set[str]]]:
    """What comes in, and the reasons with which it may be refused."""
    whole = clips.made("whole.mp4", *clips.pictures(), "-f", "lavfi", "-i", "sine=d=2", *clips.H264, *clips.FASTSTART)
    bomb = clips.made("bomb.mp4", "-f", "lavfi", "-i", "color=s=7680x4320:r=1:d=1", "-frames:v", "1", *clips.H264)
    return {
        "not a video": (b"This is a letter, not a film.\n" * 100, {"NOT_MEDIA"}),
        "random bytes": (random.Random(5).randbytes(100_000), {"NOT_MEDIA"}),
        "truncated": (whole[: len(whole) // 2], {"TRUNCATED_INPUT"}),
        "audio only": (clips.made("sound.m4a", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac"), {"NO_VIDEO_STREAM"}),
        "playlist": (b"#EXTM3U\n#EXTINF:3,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", {"UNSUPPORTED_CONTAINER"}),
        "concat script": (b"ffconcat version 1.0\nfile '/etc/passwd'\n", {"UNSUPPORTED_CONTAINER"}),
        "8K bomb": (bomb, {"PIXELS_EXCEEDED"}),
    }


@dataclass(frozen=True, slots=True)
class Watched:
    """A system whose worker's opened files are known."""

    system: System
    worker: Process
    opened: OpenedFiles


@pytest.fixture
async def watched(processes: Processes, tmp_path: Path) -> AsyncIterator[Watched]:
    system = await System.start(processes, tmp_path, workers=0, **QUICK)
    opened = OpenedFiles(tmp_path, system.settings.data_dir)
    env = environment(system.settings) | opened.environment
    worker = await processes.start("edgecode.workers", sys.executable, "-m", "edgecode.workers", env=env)
    await worker.ready()
    yield Watched(system, worker, opened)
    await system.close()


async def check_refused(system: System, job_id: str, reasons: set[str]) -> None:
    """The user's fault, tried once, with nothing published."""
    job = await system.finished(job_id)
    assert (job.state, job.failure.fault) == (job_pb2.Job.STATE_FAILED, media_pb2.FAULT_USER), job.failure
    assert job.failure.reason in reasons, job.failure
    tasks = await system.tasks(job_id)
    assert {name: len(task.attempts) for name, task in tasks.items()} == {"probe": 1}
    assert await system.api.artifacts(job_id) == []
    assert await Blobs(system.settings.blobs).entries(f"artifacts/{job_id}/") == []


def media_libraries(pid: int) -> set[str]:
    """Libraries that decode media in a process's memory."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {line for line in maps if any(name in line for name in ("libav", "libswscale", "/av/", "libx264"))}


async def is_idle(system: System) -> bool:
    """Whether no task stands in its lane and no job runs."""
    status = await system.api.fleet.GetStatus(fleet_pb2.GetStatusRequest())
    left = (await system.bus.js.stream_info(subjects.TASKS)).state.messages
    return (left, status.jobs_queued, status.jobs_running) == (0, 0, 0)


async def test_bad_sources_end_as_the_users_fault_and_the_worker_process_opens_no_media_itself(
    watched: Watched,
) -> None:
    system, worker = watched.system, watched.worker
    jobs = {}
    for name, (data, _) in sources().items():
        asset_id = await system.upload(data, file_name="film.mp4")
        jobs[name] = await system.create(asset_id, OUTPUTS)
    good = await system.create(await system.upload(clips.small()), OUTPUTS)
    await asyncio.gather(*(check_refused(system, jobs[name], reasons) for name, (_, reasons) in sources().items()))
    await system.succeeded(good)
    assert [artifact.file.output_id for artifact in await system.whole_artifacts(good)] == clips.ids(OUTPUTS)

    # The worker writes a source once, for its children, and never reads one; the probe, its child, does.
    opened = [one for one in watched.opened.read() if one.path.endswith("/source")]
    by_worker = [one for one in opened if one.pid == worker.pid]
    assert len(by_worker) >= len(jobs) + 1
    assert [one for one in by_worker if one.reads] == []
    assert {one.path for one in opened if one.pid != worker.pid and one.reads} <= {one.path for one in by_worker}
    assert len({one.pid for one in opened if one.reads}) >= len(jobs) + 1
    assert media_libraries(worker.pid) == set()

    # Nothing counts against the build, nothing is left, and the process is the one that began.
    builds = (await system.api.fleet.ListBuilds(fleet_pb2.ListBuildsRequest())).builds
    assert [build.failures_last_day for build in builds] == [0] * len(builds)
    await eventually(lambda: is_idle(system))
    own = system.settings.scratch / await instance_of(worker)
    assert list(own.iterdir()) == []
    assert not [event for event in worker.events if event["event"] in {"host.attempt_broke", "background.failed"}]
    assert await worker.terminate() == 0


async def test_hostile_file_names_are_names_only(watched: Watched) -> None:
    system = watched.system
    folder = system.settings.data_dir
    before = {path.name for place in (folder, folder.parent) for path in place.iterdir()}
    jobs = {}
    for name in NAMES:
        asset = await system.api.upload(clips.small(), file_name=name, preset="thumbnail")
        assert asset.file_name == name
        jobs[name] = asset.job_id
    for job_id in jobs.values():
        await system.succeeded(job_id)
        names = [artifact.file.file_name for artifact in await system.whole_artifacts(job_id)]
        assert names == ["manifest.json", "thumbnail.jpg"]
    assert {path.name for place in (folder, folder.parent) for path in place.iterdir()} == before
    kinds = {key.partition("/")[0] for key, _ in await Blobs(system.settings.blobs).entries("")}
    assert kinds == {"sources", "artifacts"}
