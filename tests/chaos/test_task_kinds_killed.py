"""What must survive: a worker killed in the middle of each kind of task that makes or moves files."""

import asyncio
import signal
from pathlib import Path

import pytest
from google.protobuf import text_format

from edgecode.v1 import job_pb2, media_pb2
from tests.chaos.conftest import StartSystem
from tests.chaos.killing import attempts_of
from tests.chaos.settled import lanes_are_empty
from tests.harness import clips
from tests.harness.eventually import eventually
from tests.harness.pids import descendants, gone
from tests.harness.system import QUICK, instance_of

VIDEO = "output_id: 'v' rendition { height_pixels: 240 speed: 'ultrafast' }"
SOUND = "output_id: 'a' audio {}"
# So big that writing it somewhere takes a while: noise, taken over as it is.
COPY = "output_id: 'v' rendition { height_pixels: 720 copy_when_it_fits: true }"


def outputs(*texts: str) -> list[media_pb2.OutputSpec]:
    """Specs from their texts."""
    return [text_format.Parse(text, media_pb2.OutputSpec()) for text in texts]


def noise() -> bytes:
    """Two seconds of 720 lines, tens of megabytes."""
    pictures = ("-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=2,noise=alls=100:allf=t")
    return clips.made("noise.mp4", *pictures, *clips.H264, "-qp", "2", *clips.FASTSTART)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("task_id", "texts"),
    [
        ("sprite-s", ["output_id: 's' sprite { interval_seconds: 0.1 }"]),
        ("audio-a", [SOUND]),
        ("package-p", [VIDEO, SOUND, "output_id: 'p' package {}"]),
        ("thumbnail-t", ["output_id: 't' thumbnail { best_scene: true }"]),
        ("export-transcode", [COPY]),
    ],
)
async def test_kill_9_in_the_middle_of_a_task_costs_one_attempt_and_leaves_nothing_half(
    start: StartSystem, tmp_path: Path, task_id: str, texts: list[str]
) -> None:
    exports = task_id.startswith("export")
    out = tmp_path / "out"
    stores = {"out": {"url": f"file://{out}", "uses": ["export"]}}
    system = await start(workers=1, stores=stores, **QUICK)
    asset_id = await system.upload(noise() if exports else clips.CLIP.read_bytes())
    fields = {"output_uri": f"file://{out}/here"} if exports else {}
    job_id = await system.create(asset_id, outputs(*texts), **fields)

    (victim,) = system.workers
    await system.journal.until_event("attempt_started", job_id, task_id=task_id)
    if not exports:

        async def works() -> bool:
            return bool(descendants(victim.pid))

        await eventually(works)
    victim.freeze()
    assert task_id in {hit.task_id for hit in await attempts_of(system, await instance_of(victim))}
    family = descendants(victim.pid)
    assert await victim.kill() == -signal.SIGKILL
    await asyncio.gather(*(gone(pid, 5.0) for pid in family))

    heir = await system.add_worker()
    await system.succeeded(job_id)
    attempts = (await system.tasks(job_id))[task_id].attempts
    assert [one.state for one in attempts] == [job_pb2.Attempt.STATE_LOST, job_pb2.Attempt.STATE_SUCCEEDED]
    assert attempts[-1].worker.instance == await instance_of(heir)
    kinds = system.journal.kinds(job_id)
    artifacts = {each.file.file_name: each for each in await system.api.artifacts(job_id)}
    assert (kinds["artifact_published"], kinds["job_succeeded"]) == (len(artifacts), 1)
    for artifact in artifacts.values():
        assert clips.sha256(await system.api.download(artifact.artifact_id)) == artifact.file.sha256
    if exports:
        written = {path.name: clips.sha256(path.read_bytes()) for path in out.rglob("*") if path.is_file()}
        assert written == {name: artifact.file.sha256 for name, artifact in artifacts.items()}
    await lanes_are_empty(system)
