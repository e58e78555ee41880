"""Every subject, stream and bucket name, in one place."""

from dataclasses import dataclass

EVENTS = "EVENTS"
TASKS = "TASKS"
FLEET_BUCKET = "FLEET"
FLEET = "KV_FLEET"

ALL_EVENTS = "event.>"
ALL_TASKS = "task.>"
ALL_FLEET = f"$KV.{FLEET_BUCKET}.>"
ALL_PROGRESS = "progress.>"

CLASSES = ("encode", "light")
PRIORITIES = ("high", "normal", "low")


def job_events(job_id: str) -> str:
    """Events of one job."""
    return f"event.job.{job_id}"


def asset_events(asset_id: str) -> str:
    """Events of one asset."""
    return f"event.asset.{asset_id}"


def route_events(service: str) -> str:
    """A service's route: its last message is the route."""
    return f"event.route.{service}"


def preset_events(preset: str) -> str:
    """Revisions of one preset."""
    return f"event.preset.{preset}"


def fleet_events(service: str) -> str:
    """What the leader saw of a service's processes."""
    return f"event.fleet.{service}"


def webhook_events(webhook_id: str) -> str:
    """Events of one webhook."""
    return f"event.webhook.{webhook_id}"


def delivery_events(webhook_id: str, job_id: str) -> str:
    """What became of one job's events on their way to one webhook."""
    return f"event.delivery.{webhook_id}.{job_id}"


def release_events(key: str) -> str:
    """A release with its commits; `key` is its version with `_` for each dot."""
    return f"event.release.{key}"


def deployment_events(service: str) -> str:
    """Deployments of one service, as they are declared."""
    return f"event.deployment.{service}"


def progress(job_id: str, task_id: str) -> str:
    """Where the attempts of a task stand; core NATS."""
    return f"progress.{job_id}.{task_id}"


def control(instance: str) -> str:
    """Orders to one process; core NATS."""
    return f"control.{instance}"


def wake(task_class: str, build_key: str) -> str:
    """Says that a lane of the build got work. Sent after the broker stored it, so that a pull finds it."""
    return f"wake.{task_class}.{build_key}"


def fleet_key(service: str, instance: str) -> str:
    """The entry of one process."""
    return f"$KV.{FLEET_BUCKET}.{service}.{instance}"


def lane_consumer(build_key: str, task_class: str, priority: str) -> str:
    """Durable consumer of one lane."""
    return f"lane-{build_key}-{task_class}-{priority}"


def lane_filter(build_key: str, task_class: str, priority: str) -> str:
    """The tasks of one lane."""
    return f"task.{task_class}.{priority}.{build_key}.>"


def build_filter(build_key: str) -> str:
    """The tasks of all lanes of a build."""
    return f"task.*.*.{build_key}.>"


@dataclass(frozen=True, slots=True)
class TaskSubject:
    """`task.<class>.<priority>.<build_key>.<kind>.<job>.<task>.<n>`; `n` is never used twice for a task."""

    task_class: str
    priority: str
    build_key: str
    kind: str
    job_id: str
    task_id: str
    n: int

    def __str__(self) -> str:
        return (
            f"task.{self.task_class}.{self.priority}.{self.build_key}.{self.kind}.{self.job_id}.{self.task_id}.{self.n}"
        )

    @classmethod
    def parse(cls, subject: str) -> "TaskSubject":
        """Reads a subject of the stream TASKS.

        Raises:
            ValueError: it is none.
        """
        root, *tokens = subject.split(".")
        if root != "task" or len(tokens) != 7:
            raise ValueError(f"not a task subject: {subject!r}")
        task_class, priority, key, kind, job_id, task_id, n = tokens
        return cls(task_class, priority, key, kind, job_id, task_id, int(n))
