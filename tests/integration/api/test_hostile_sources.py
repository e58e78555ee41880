"""Bad sources through the whole API: a failed job with the user's fault and a reason, tried once, nothing published."""

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import pytest

from edgecode.v1 import fleet_pb2, job_pb2, media_pb2
from tests.harness.api import Api

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
CONCAT = b"ffconcat version 1.0\nfile '/etc/passwd'\nfile 'http://127.0.0.1:9/x.mp4'\n"


def generated(path: Path, *arguments: str) -> bytes:
    """What ffmpeg makes of its own test sources."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


def sound_only(path: Path) -> bytes:
    return generated(path / "a.mp4", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac")


def bomb_8k(path: Path) -> bytes:
    return generated(
        path / "b.mp4", "-f", "lavfi", "-i", "color=size=7680x4320:rate=1:duration=1",
        "-frames:v", "1", "-c:v", "libx264", "-preset", "ultrafast",
    )  # fmt: skip


def half(clip: bytes) -> bytes:
    return clip[: len(clip) // 2]


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("not a video", {"NOT_MEDIA"}),
        ("random bytes", {"NOT_MEDIA"}),
        ("truncated", {"TRUNCATED_INPUT", "CORRUPT_INPUT"}),
        ("audio only", {"NO_VIDEO_STREAM"}),
        ("playlist named .mp4", {"UNSUPPORTED_CONTAINER"}),
        ("concat script named .mp4", {"UNSUPPORTED_CONTAINER", "NOT_MEDIA"}),
        ("an 8K bomb", {"PIXELS_EXCEEDED"}),
    ],
)
async def test_a_bad_source_ends_as_the_users_fault_tried_once_with_nothing_published(
    api: Api, clip: bytes, tmp_path: Path, name: str, reasons: set[str]
) -> None:
    make: dict[str, Callable[[], bytes]] = {
        "not a video": lambda: b"This is a letter, not a film.\n" * 100,
        "random bytes": lambda: random.Random(3).randbytes(200_000),
        "truncated": lambda: half(clip),
        "audio only": lambda: sound_only(tmp_path),
        "playlist named .mp4": lambda: PLAYLIST,
        "concat script named .mp4": lambda: CONCAT,
        "an 8K bomb": lambda: bomb_8k(tmp_path),
    }
    before = await our_failures(api)
    asset = await api.upload(make[name](), file_name="film.mp4", preset="web")
    job = await api.finished(asset.job_id)
    assert (job.state, job.failure.fault) == (job_pb2.Job.STATE_FAILED, media_pb2.FAULT_USER), job.failure
    assert job.failure.reason in reasons, job.failure
    assert await api.artifacts(job.job_id) == []
    tasks = (await api.jobs.ListTasks(job_pb2.ListTasksRequest(filter=f"job_id = {job.job_id}"))).tasks
    attempts = [attempt for task in tasks for attempt in task.attempts]
    failed = [attempt for attempt in attempts if attempt.state == job_pb2.Attempt.STATE_FAILED]
    assert len(failed) == len([task for task in tasks if task.state == job_pb2.Task.STATE_DEAD])
    assert {attempt.failure.fault for attempt in failed} == {media_pb2.FAULT_USER}
    assert await our_failures(api) == before


async def our_failures(api: Api) -> int:
    """Failures counted against any build."""
    listed = await api.fleet.ListBuilds(fleet_pb2.ListBuildsRequest())
    return sum(build.failures_last_day for build in listed.builds)
