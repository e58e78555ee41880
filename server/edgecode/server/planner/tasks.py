"""Which tasks a job has: probe, then makers of outputs beside each other, then packages, then manifest. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edgecode.core import ladder
from edgecode.server.ledger.port import JobRecord
from edgecode.v1 import event_pb2, media_pb2

_CLASS: dict[int, str] = {
    event_pb2.TASK_KIND_PROBE: "light",
    event_pb2.TASK_KIND_TRANSCODE: "encode",
    event_pb2.TASK_KIND_AUDIO: "encode",
    event_pb2.TASK_KIND_THUMBNAIL: "light",
    event_pb2.TASK_KIND_SPRITE: "light",
    event_pb2.TASK_KIND_PACKAGE: "light",
    event_pb2.TASK_KIND_MANIFEST: "light",
    event_pb2.TASK_KIND_EXPORT: "light",
    event_pb2.TASK_KIND_NOOP: "light",
}
# Outputs with a task of their own each, in the order in which their tasks are scheduled: pictures come first, and fail
# alone.
_SINGLE = {
    "thumbnail": event_pb2.TASK_KIND_THUMBNAIL,
    "sprite": event_pb2.TASK_KIND_SPRITE,
    "audio": event_pb2.TASK_KIND_AUDIO,
}


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task, the outputs it makes, and the tasks that must have succeeded before it."""

    task_id: str
    kind: event_pb2.TaskKind
    output_ids: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


PROBE = PlannedTask("probe", event_pb2.TASK_KIND_PROBE)


def task_class(kind: str) -> str:
    """The slots a kind of task takes, `encode` or `light`; `kind` as in the ledger, without prefix."""
    return _CLASS[event_pb2.TaskKind.Value(f"TASK_KIND_{kind}")]


def planned_tasks(record: JobRecord) -> list[PlannedTask]:
    """The tasks known now. Before the probe is done that is the probe: the rungs depend on the source."""
    created = event_pb2.JobCreated.FromString(record.job.created_pb)
    if created.noop_tasks:
        return [PlannedTask(f"noop-{i}", event_pb2.TASK_KIND_NOOP) for i in range(created.noop_tasks)]
    if not record.job.source_pb:
        return [PROBE]
    tasks = tasks_of(created.outputs, media_pb2.MediaInfo.FromString(record.job.source_pb))
    return [*tasks, *exports_of(tasks)] if created.output_uri else tasks


def export_id(task_id: str) -> str:
    """The task that exports what a task made."""
    return f"export-{task_id}"


def exports_of(tasks: Sequence[PlannedTask]) -> list[PlannedTask]:
    """One for each task that makes outputs; that of the manifest after all others: where its file is, all are."""
    *makers, manifest = [task for task in tasks if task.output_ids]
    exports = [PlannedTask(export_id(t.task_id), event_pb2.TASK_KIND_EXPORT, (), (t.task_id,)) for t in makers]
    after = (manifest.task_id, *(task.task_id for task in exports))
    return [*exports, PlannedTask(export_id(manifest.task_id), event_pb2.TASK_KIND_EXPORT, (), after)]


def tasks_of(outputs: Sequence[media_pb2.OutputSpec], source: media_pb2.MediaInfo) -> list[PlannedTask]:
    """All tasks of a job with these outputs of this source, each after those it needs."""
    kept, _ = ladder.select(outputs, source)
    makers = [*_singles(kept), *_transcodes(kept)]
    packages = list(_packages(kept, makers))
    all_made = tuple(task.task_id for task in (*makers, *packages))
    manifest = PlannedTask("manifest", event_pb2.TASK_KIND_MANIFEST, ("manifest",), all_made)
    return [PROBE, *makers, *packages, manifest]


def _singles(outputs: Sequence[media_pb2.OutputSpec]) -> Iterator[PlannedTask]:
    for kind, task_kind in _SINGLE.items():
        for output in outputs:
            if output.HasField(kind):
                yield PlannedTask(f"{kind}-{output.output_id}", task_kind, (output.output_id,), ("probe",))


def _transcodes(outputs: Sequence[media_pb2.OutputSpec]) -> Iterator[PlannedTask]:
    """One for all renditions of the same part of the source: they share one decode."""
    parts: dict[tuple[float, float], list[str]] = {}
    for output in outputs:
        if output.HasField("rendition"):
            trim = output.rendition.trim
            parts.setdefault((trim.start_seconds, trim.end_seconds), []).append(output.output_id)
    for part, output_ids in parts.items():
        task_id = f"transcode-{output_ids[0]}" if any(part) else "transcode"
        yield PlannedTask(task_id, event_pb2.TASK_KIND_TRANSCODE, tuple(output_ids), ("probe",))


def _packages(outputs: Sequence[media_pb2.OutputSpec], makers: Sequence[PlannedTask]) -> Iterator[PlannedTask]:
    for output in outputs:
        if output.HasField("package"):
            wanted = {one.output_id for one in ladder.packaged(output, outputs)}
            after = tuple(task.task_id for task in makers if wanted & set(task.output_ids))
            yield PlannedTask(
                f"package-{output.output_id}", event_pb2.TASK_KIND_PACKAGE, (output.output_id,), after or ("probe",)
            )
