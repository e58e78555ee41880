"""Exports: what a worker that dies in the middle leaves, and what the next one makes of it."""

import hashlib
import signal
from pathlib import Path

from edgecode.core.blobs import Blobs
from edgecode.core.named_stores import NamedStore
from edgecode.core.settings import Settings
from edgecode.v1 import event_pb2, media_pb2
from tests.harness.process import Processes
from tests.harness.stand_in import StandIn

EXPORT = event_pb2.TASK_KIND_EXPORT
DATA = b"what was published" * 1000


async def published(settings: Settings, data: bytes = DATA) -> media_pb2.Artifact:
    """An artifact in the store, whose digest is that of `DATA`."""
    await Blobs(settings.blobs).put("artifacts/j/t/a/film.mp4", data)
    file = media_pb2.ArtifactFile(
        output_id="film",
        blob_key="artifacts/j/t/a/film.mp4",
        file_name="film.mp4",
        size_bytes=len(DATA),
        sha256=hashlib.sha256(DATA).hexdigest(),
    )
    return media_pb2.Artifact(artifact_id="an-artifact", file=file)


def exporting(settings: Settings, folder: Path) -> Settings:
    stores = {"out": NamedStore(url=f"file://{folder}", uses=("export",))}
    return settings.model_copy(update={"stores": stores})


async def test_an_export_that_a_death_cut_short_is_written_again_with_the_same_bytes(
    lead: StandIn, processes: Processes, settings: Settings, tmp_path: Path
) -> None:
    own = exporting(settings, tmp_path / "out")
    task = lead.task(EXPORT, artifacts=[await published(settings)])
    task.output_uri = f"file://{tmp_path}/out/films"
    worker = await processes.worker(own, crash_at="worker.before_outcome")
    await lead.give(task)
    assert await worker.exit() == -signal.SIGKILL
    there = tmp_path / "out/films/film.mp4"
    assert there.read_bytes() == DATA
    await processes.worker(own)
    task.n = 2
    await lead.give(task)
    last = (await lead.until_event(task.job_id, "attempt_succeeded"))[-1].event
    assert last is not None
    (file,) = last.attempt_succeeded.exports
    assert (file.uri, file.size_bytes, file.artifact_id) == (f"file://{there}", len(DATA), "an-artifact")
    assert [path.name for path in there.parent.iterdir()] == ["film.mp4"]
    assert there.read_bytes() == DATA


async def test_bytes_that_are_not_those_of_the_artifact_are_never_written(
    lead: StandIn, processes: Processes, settings: Settings, tmp_path: Path
) -> None:
    await processes.worker(exporting(settings, tmp_path / "out"))
    damaged = lead.task(EXPORT, artifacts=[await published(settings, b"damaged")])
    damaged.output_uri = f"file://{tmp_path}/out/films"
    await lead.give(damaged)
    failed = (await lead.until_event(damaged.job_id, "attempt_failed"))[-1].event
    assert failed is not None
    assert failed.attempt_failed.failure.reason == "SOURCE_DAMAGED"
    assert not (tmp_path / "out/films").exists()


async def test_a_worker_without_the_store_says_so(
    lead: StandIn, processes: Processes, settings: Settings, tmp_path: Path
) -> None:
    await processes.worker(settings)
    task = lead.task(EXPORT, artifacts=[await published(settings)])
    task.output_uri = f"file://{tmp_path}/out/films"
    await lead.give(task)
    failed = (await lead.until_event(task.job_id, "attempt_failed"))[-1].event
    assert failed is not None
    assert failed.attempt_failed.failure.reason == "EXPORT_STORE_UNKNOWN"
