"""What runs, and how the whole stands: worst first."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.text import Text

from edgecode.cli import words
from edgecode.cli.tables.plain import BAD, GOOD, facts, rows
from edgecode.v1 import fleet_pb2


def status(message: fleet_pb2.Status) -> RenderableType:
    """Problems and what to run next first, then what runs and what waits; what is not known is left out."""
    lag = message.log_sequence - message.ledger_sequence
    parts: list[RenderableType] = [Text(f"✗ {each}", style=BAD) for each in message.problems]
    parts = parts or [Text("✓ no problem known", style=GOOD)]
    parts += [Text(f"→ {each}") for each in message.suggestions]
    oldest = ""
    if message.HasField("oldest_task_age_seconds"):
        oldest = f"{words.seconds(message.oldest_task_age_seconds)}, of job {message.oldest_task_job_id}"
    parts += [
        "",
        builds(message.builds),
        "",
        facts(
            [
                ("instances", str(message.instances)),
                ("jobs", f"{message.jobs_queued} queued, {message.jobs_running} running"),
                (
                    "tasks",
                    f"{message.tasks_scheduled} waiting, {message.tasks_running} running, {message.tasks_dead} dead",
                ),
                ("oldest waiting task", oldest),
                ("last day", f"{message.jobs_succeeded_last_day} succeeded, {message.jobs_failed_last_day} failed"),
                ("frozen", f"{message.frozen} jobs or assets, by events not readable yet" if message.frozen else ""),
                ("log", f"{message.log_sequence}" + (f", ledger {lag} behind" if lag > 0 else "")),
                (
                    "route",
                    f"{message.current_build}, revision {message.route_revision}" if message.current_build else "",
                ),
                ("leader", message.leader_instance),
                ("answered by", words.who(message.answered_by)),
            ]
        ),
    ]
    return Group(*parts)


def builds(found: Sequence[fleet_pb2.Build]) -> RenderableType:
    """Builds, those that fail most first."""
    worst_first = sorted(found, key=lambda build: (-build.failures_last_day, build.service, build.build))
    return rows(
        ("service", "build", "role", "instances", "unfinished jobs", "failures in a day", "not to be trusted"),
        [
            (
                each.service,
                each.build,
                " ".join(word for word, set_ in (("current", each.current), ("quarantined", each.quarantined)) if set_),
                str(each.instances),
                str(each.jobs_unfinished) if each.service == "worker" else "",
                str(each.failures_last_day) if each.service == "worker" else "",
                "; ".join(each.warnings),
            )
            for each in worst_first
        ],
        right=("instances", "unfinished jobs", "failures in a day"),
    )


def build_list(message: fleet_pb2.ListBuildsResponse) -> RenderableType:
    """The reply of ListBuilds."""
    return builds(message.builds)


def instances(message: fleet_pb2.ListInstancesResponse) -> RenderableType:
    """Processes, one a line."""
    now = datetime.now(UTC)
    return rows(
        ("service", "instance", "build", "host", "pid", "up", "beat", "slots", "works on", "toolchain", "config", ""),
        [
            (
                each.stamp.service,
                each.stamp.instance,
                each.stamp.build,
                each.host,
                str(each.pid),
                words.age(each.start_time, now),
                words.age(each.beat_time, now),
                ", ".join(f"{kind} {count}" for kind, count in sorted(each.slots.items())),
                str(len(each.attempt_ids)) if each.slots else "",
                each.digests.toolchain_digest[:8],
                each.digests.config_digest[:8],
                " ".join(word for word, set_ in (("leader", each.leader), ("draining", each.draining)) if set_),
            )
            for each in message.instances
        ],
        right=("pid", "up", "beat"),
    )
