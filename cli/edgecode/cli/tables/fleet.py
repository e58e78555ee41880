"""What runs, and how the whole stands: worst first."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.text import Text

from edgecode.cli import words
from edgecode.cli.tables.changes import brief
from edgecode.cli.tables.plain import BAD, GOOD, facts, printable, rows, state
from edgecode.v1 import fleet_pb2

_MOST_CHANGES = 8


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
        builds(message.builds, message.ramping_build if message.ramp_state != "WATCHING" else ""),
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
                ("ramp", _ramp(message)),
                ("leader", message.leader_instance),
                ("answered by", words.who(message.answered_by)),
            ]
        ),
    ]
    return Group(*parts, *_changed(message))


def _changed(message: fleet_pb2.Status) -> Iterator[RenderableType]:
    """What changed in the last day."""
    if message.changes:
        yield ""
        yield Text(f"changed in the last day: {message.change_count}")
    now = datetime.now(UTC)
    for change in message.changes[:_MOST_CHANGES]:
        yield Text(printable(f"  {words.age(change.change_time, now)} ago: {brief(change)}"))
    if message.change_count > _MOST_CHANGES:
        yield Text("  all of them: edgecode release changes")


def _ramp(message: fleet_pb2.Status) -> str:
    if not message.ramping_build:
        return ""
    return f"{message.ramping_build}: {message.ramp_state}, {message.ramp_percent:g} % of new jobs"


def _role(build: fleet_pb2.Build, ramping: str) -> str:
    ramps = build.service == "worker" and build.build == ramping
    roles = (("current", build.current), ("ramping", ramps), ("quarantined", build.quarantined))
    return " ".join(word for word, has in roles if has)


def builds(found: Sequence[fleet_pb2.Build], ramping: str = "") -> RenderableType:
    """Builds, those that fail most first; `ramping` is the one of the workers' that has a share."""
    worst_first = sorted(found, key=lambda build: (-build.failures_last_day, build.service, build.build))
    return rows(
        ("service", "build", "role", "instances", "where", "unfinished jobs", "failures in a day", "not to be trusted"),
        [
            (
                each.service,
                each.build,
                _role(each, ramping),
                str(each.instances),
                ", ".join(place.environment for place in each.presence if place.instances),
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
        (
            "service",
            "instance",
            "build",
            "environment",
            "host",
            "pid",
            "state",
            "up",
            "beat",
            "reads",
            "slots",
            "works on",
            "toolchain",
            "config",
            "",
            "not to be trusted",
        ),
        [_instance(each, now) for each in message.instances],
        right=("pid", "up", "beat"),
    )


def _instance(each: fleet_pb2.Instance, now: datetime) -> tuple[str | Text, ...]:
    return (
        each.stamp.service,
        each.stamp.instance,
        each.stamp.build,
        each.stamp.environment,
        each.host,
        str(each.pid or ""),
        state(words.enum_word(fleet_pb2.Instance.State, each.state, "STATE_")),
        words.seconds(each.uptime_seconds),
        words.age(each.gone_time if each.gone_time.seconds else each.seen_time, now),
        f"{each.contract_min}-{each.contract_max}" if each.contract_max else "",
        ", ".join(f"{kind} {count}" for kind, count in sorted(each.slots.items())),
        _works_on(each),
        each.digests.toolchain_digest[:8],
        each.digests.config_digest[:8],
        " ".join(filter(None, ("leader" if each.leader else "", each.idle_reason))),
        Text(", ".join(_doubt(doubt) for doubt in each.label_warnings), style=BAD),
    )


def _doubt(doubt: fleet_pb2.BuildWarning) -> str:
    """In a word or two: `tag mismatch`; the builds' own table says it in a sentence."""
    return words.enum_word(fleet_pb2.BuildWarning.Kind, doubt.kind, "KIND_").lower().replace("_", " ")


def _works_on(each: fleet_pb2.Instance) -> str:
    if len(each.working_on) == 1:
        return f"{each.working_on[0].task_id} of {each.working_on[0].job_id}"
    return str(len(each.attempt_ids)) if each.slots else ""
