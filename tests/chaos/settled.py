"""What must be true of jobs once all is over, whoever was killed meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from edgecode.core import subjects
from edgecode.core.statement import read_statement
from edgecode.core.subjects import TaskSubject
from edgecode.v1 import job_pb2, media_pb2
from tests.harness.clips import sha256
from tests.harness.eventually import eventually
from tests.harness.journal import job_of, kind, said
from tests.harness.system import System

FINAL = {"job_succeeded", "job_failed", "job_cancelled"}


async def jobs_of(system: System, job_ids: Iterable[str], seconds: float) -> dict[str, job_pb2.Job]:
    """The jobs, each finished within the time."""
    try:
        jobs = await asyncio.gather(*(system.finished(job_id, seconds) for job_id in job_ids))
    except TimeoutError as error:
        raise TimeoutError(f"{error}\n{await _what_stands(system)}") from error
    return {job.job_id: job for job in jobs}


async def _what_stands(system: System) -> str:
    """What TASKS holds, how far its lanes are, and what the workers said of what it holds: whose fault a stop is."""
    state = (await system.bus.js.stream_info(subjects.TASKS, subjects_filter=subjects.ALL_TASKS)).state
    standing = sorted(state.subjects or {})
    lanes = [
        f"{lane.name}: pending {lane.num_pending}, unacknowledged {lane.num_ack_pending}, {lane.delivered}"
        for lane in await system.bus.js.consumers_info(subjects.TASKS)
    ]
    jobs = {TaskSubject.parse(subject).job_id for subject in standing}
    words = [f"{w.pid}: {line}" for w in system.workers for line in w.lines if any(job in line for job in jobs)]
    return "\n".join(("TASKS holds:", *standing, "its lanes:", *lanes, "the workers said:", *words))


async def finished_once(system: System, job_ids: Iterable[str]) -> None:
    """Each job has one final decision, and nothing was published after it or twice for one output."""
    entries = await system.journal.whole()
    finals = Counter(job_of(entry) for entry in entries if kind(entry) in FINAL)
    assert finals == Counter(job_ids)
    published = Counter((job_of(e), said(e).file.output_id) for e in entries if kind(e) == "artifact_published")
    assert set(published.values()) <= {1}, [key for key, count in published.items() if count > 1]
    ends = {job_of(e): e.sequence for e in entries if kind(e) in FINAL}
    assert all(e.sequence < ends[job_of(e)] for e in entries if kind(e) == "artifact_published")


async def verified_artifacts(
    system: System, job_id: str, output_ids: Sequence[str], store: Path | None = None
) -> list[media_pb2.Artifact]:
    """The job's artifacts: these and no others, each whole in the store with the statement that says what it is.

    `store` is where its folder is to be seen from here, unless that is the usual place.
    """
    found = await system.whole_artifacts(job_id)
    assert [artifact.file.output_id for artifact in found] == sorted(output_ids)
    for artifact in found:
        in_store(store or system.settings.data_dir / "blobs", artifact)
    return found


def in_store(store: Path, artifact: media_pb2.Artifact) -> None:
    """The file has the bytes that were verified, and the statement beside it is about them and this attempt."""
    file = artifact.file
    data = (store / file.blob_key).read_bytes()
    assert (len(data), sha256(data)) == (file.size_bytes, file.sha256)
    facts = read_statement((store / file.statement_blob_key).read_bytes())
    assert (facts.sha256, facts.content_sha256, facts.output_id) == (file.sha256, file.content_sha256, file.output_id)
    assert (facts.job_id, facts.attempt_id) == (artifact.job_id, artifact.attempt_id)
    assert (facts.instance, facts.build) == (artifact.made_by.instance, artifact.made_by.build)


async def lanes_are_empty(system: System) -> None:
    """Returns when TASKS holds nothing more."""

    async def empty() -> bool:
        return (await system.bus.js.stream_info(subjects.TASKS)).state.messages == 0

    await eventually(empty)
