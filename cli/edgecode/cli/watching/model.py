"""How a job looks from outside, folded from its events and progress. Pure.

It is for the eye only: what is true at the end is asked of the server.
"""

from dataclasses import dataclass, field

from edgecode.v1 import bus_pb2, event_pb2, job_pb2, media_pb2

PENDING, RUNNING, DONE, FAILED, SKIPPED = "waiting", "running", "done", "failed", "skipped"


@dataclass(slots=True)
class OutputView:
    """One output: its state, how far it is, 0 to 1, and how often an attempt at it began again."""

    kind: str
    state: str = PENDING
    fraction: float = 0.0
    frames_done: int = 0
    frames_total: int = 0
    restarts: int = 0


@dataclass(slots=True)
class JobView:
    """A job that is being watched.

    Attributes:
        state: in a word.
        build: that has it.
        outputs: by id, in the order asked for.
        fraction: of the whole, 0 to 1, never falling.
        remaining_seconds: until its end; None while nobody knows.
        speed_ratio: of the encoder against the clock of the source, 0 while nothing is encoded.
    """

    state: str = "queued"
    build: str = ""
    outputs: dict[str, OutputView] = field(default_factory=dict)
    fraction: float = 0.0
    remaining_seconds: float | None = None
    speed_ratio: float = 0.0
    _task_outputs: dict[str, list[str]] = field(default_factory=dict)

    def apply(self, update: job_pb2.WatchJobResponse) -> None:
        """Takes one update in."""
        if update.HasField("progress"):
            self._progress(update.progress)
        elif update.HasField("event"):
            self._event(update.event.event)

    def _progress(self, progress: bus_pb2.Progress) -> None:
        job = progress.job
        # A server that was started meanwhile has not heard how far an earlier attempt came.
        self.fraction = max(self.fraction, min(job.fraction, 1.0))
        self.remaining_seconds = job.remaining_seconds if job.HasField("remaining_seconds") else None
        self.speed_ratio = job.speed_ratio
        for each in progress.outputs:
            view = self.outputs.get(each.output_id)
            if view is not None and view.state in {PENDING, RUNNING}:
                view.state = RUNNING
                view.fraction = max(view.fraction, min(each.fraction, 1.0))
                view.frames_done, view.frames_total = each.frames_done, each.frames_total
                view.restarts = each.restarts

    def _event(self, event: event_pb2.Event) -> None:
        kind = event.WhichOneof("kind")
        handler = getattr(self, f"_on_{kind}", None) if kind else None
        if handler is not None:
            handler(getattr(event, kind or ""))

    def _on_job_created(self, event: event_pb2.JobCreated) -> None:
        for spec in event.outputs:
            self.outputs[spec.output_id] = OutputView(spec.WhichOneof("kind") or "output")

    def _on_job_assigned(self, event: event_pb2.JobAssigned) -> None:
        self.state, self.build = "running", event.build

    def _on_job_reassigned(self, event: event_pb2.JobReassigned) -> None:
        self.build = event.build

    def _on_job_cancel_requested(self, _event: event_pb2.JobCancelRequested) -> None:
        self.state = "cancelling"

    def _on_task_scheduled(self, event: event_pb2.TaskScheduled) -> None:
        if event.output_ids:
            self._task_outputs[event.task_id] = list(event.output_ids)
        if event.kind == event_pb2.TASK_KIND_TRANSCODE:
            # The tasks of a job are scheduled together, and each names its rungs; one that none names is not made.
            for output_id, view in self.outputs.items():
                if view.kind == "rendition" and view.state in {PENDING, SKIPPED}:
                    named = any(output_id in outputs for outputs in self._task_outputs.values())
                    view.state = PENDING if named else SKIPPED

    def _on_attempt_started(self, event: event_pb2.AttemptStarted) -> None:
        self._set(event.task_id, RUNNING)

    def _on_attempt_succeeded(self, event: event_pb2.AttemptSucceeded) -> None:
        for each in event.failed:
            if each.output_id in self.outputs:
                self.outputs[each.output_id].state = FAILED

    def _on_attempt_failed(self, event: event_pb2.AttemptFailed) -> None:
        self._again(event.task_id)

    def _on_attempt_lost(self, event: event_pb2.AttemptLost) -> None:
        self._again(event.task_id)

    def _on_attempt_released(self, event: event_pb2.AttemptReleased) -> None:
        self._again(event.task_id)

    def _on_task_dead(self, event: event_pb2.TaskDead) -> None:
        self._set(event.task_id, FAILED)

    def _on_artifact_published(self, event: event_pb2.ArtifactPublished) -> None:
        view = self.outputs.get(event.file.output_id)
        if view is not None:
            view.state, view.fraction, view.frames_done = DONE, 1.0, event.file.frames
            view.frames_total = event.file.frames

    def _on_job_succeeded(self, _event: event_pb2.JobSucceeded) -> None:
        self.state, self.fraction, self.remaining_seconds = "succeeded", 1.0, 0.0

    def _on_job_failed(self, _event: event_pb2.JobFailed) -> None:
        self.state = "failed"

    def _on_job_cancelled(self, _event: event_pb2.JobCancelled) -> None:
        self.state = "cancelled"

    def _again(self, task_id: str) -> None:
        """Whoever takes it next begins at the beginning; what is shown stays until that has passed it."""
        for view in self._views(task_id):
            if view.state == RUNNING:
                view.state, view.frames_done = PENDING, 0

    def _set(self, task_id: str, state: str) -> None:
        for view in self._views(task_id):
            if view.state != DONE:
                view.state = state

    def _views(self, task_id: str) -> list[OutputView]:
        return [self.outputs[each] for each in self._task_outputs.get(task_id, []) if each in self.outputs]


def sentence(event: event_pb2.Event) -> str:
    """One event in a few words: its dotted name, and what is worth saying of it."""
    kind = event.WhichOneof("kind")
    if kind is None:
        return "an event this build does not know"
    value = getattr(event, kind)
    words = [kind.replace("_", ".", 1).replace("_", "-")]
    words += [str(getattr(value, name)) for name in ("task_id", "build") if name in value.DESCRIPTOR.fields_by_name]
    if kind == "artifact_published":
        words += [value.file.output_id, value.file.file_name, f"{value.file.size_bytes:,} bytes"]
    words += list(getattr(value, "output_ids", []))
    words += [
        f"{each.output_id} {each.failure.reason}: {each.failure.message}" for each in getattr(value, "failed", [])
    ]
    failure: media_pb2.Failure | None = getattr(value, "failure", None)
    if failure is not None and failure.reason:
        words.append(f"{failure.reason}: {failure.message}")
    return " ".join(word for word in words if word)
