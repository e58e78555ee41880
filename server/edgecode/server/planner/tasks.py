"""Which tasks a job consists of: probe, then {transcode, thumbnails}, then manifest. Pure."""

from dataclasses import dataclass

from edgecode.core import ladder
from edgecode.server.ledger.port import JobRecord
from edgecode.v1 import event_pb2, media_pb2

_CLASS: dict[int, str] = {
    event_pb2.TASK_KIND_PROBE: "light",
    event_pb2.TASK_KIND_TRANSCODE: "encode",
    event_pb2.TASK_KIND_THUMBNAIL: "light",
    event_pb2.TASK_KIND_MANIFEST: "light",
    event_pb2.TASK_KIND_NOOP: "light",
}


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task, the outputs it makes, and the tasks that must have succeeded before it."""

    task_id: str
    kind: event_pb2.TaskKind
    output_ids: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def task_class(kind: str) -> str:
    """The slots a kind of task takes, `encode` or `light`; `kind` as in the ledger, without prefix."""
    return _CLASS[event_pb2.TaskKind.Value(f"TASK_KIND_{kind}")]


def planned_tasks(record: JobRecord) -> list[PlannedTask]:
    """The tasks known now. Before the probe is done that is the probe: the rungs depend on the source."""
    created = event_pb2.JobCreated.FromString(record.job.created_pb)
    if created.noop_tasks:
        return [PlannedTask(f"noop-{i}", event_pb2.TASK_KIND_NOOP) for i in range(created.noop_tasks)]
    probe = PlannedTask("probe", event_pb2.TASK_KIND_PROBE)
    if not record.job.source_pb:
        return [probe]
    kept, _ = ladder.select(created.outputs, media_pb2.MediaInfo.FromString(record.job.source_pb))
    thumbnails = [
        PlannedTask(f"thumbnail-{o.output_id}", event_pb2.TASK_KIND_THUMBNAIL, (o.output_id,), ("probe",))
        for o in kept
        if o.HasField("thumbnail")
    ]
    rungs = tuple(o.output_id for o in kept if o.HasField("rendition"))
    encodes = [PlannedTask("transcode", event_pb2.TASK_KIND_TRANSCODE, rungs, ("probe",))] if rungs else []
    makers = thumbnails + encodes
    manifest = PlannedTask(
        "manifest", event_pb2.TASK_KIND_MANIFEST, ("manifest",), tuple(task.task_id for task in makers)
    )
    return [probe, *makers, manifest]
