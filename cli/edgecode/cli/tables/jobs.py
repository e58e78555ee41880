"""Assets, jobs, tasks, presets."""

from collections.abc import Mapping

from rich.console import Group, RenderableType

from edgecode.cli import words
from edgecode.cli.tables.plain import facts, rows, state
from edgecode.v1 import asset_pb2, event_pb2, job_pb2


def _labels(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))


def asset(message: asset_pb2.Asset) -> RenderableType:
    """One asset, whole."""
    return facts(
        [
            ("asset", message.asset_id),
            ("file name", repr(message.file_name)),
            ("state", state(words.enum_word(asset_pb2.Asset.State, message.state, "STATE_"))),
            ("bytes", words.size(message.size_bytes)),
            ("sha256", message.sha256),
            ("crc32c", f"{message.crc32c:08x}"),
            ("labels", _labels(message.labels)),
            ("job", message.job_id),
            ("created", words.when(message.create_time)),
            ("expires", words.when(message.expire_time)),
            ("caller", message.caller),
            ("accepted by", words.who(message.created_by)),
        ]
    )


def assets(message: asset_pb2.ListAssetsResponse) -> RenderableType:
    """Assets, one a line."""
    return rows(
        ("asset", "state", "bytes", "created", "file name", "sha256"),
        [
            (
                each.asset_id,
                state(words.enum_word(asset_pb2.Asset.State, each.state, "STATE_")),
                words.size(each.size_bytes),
                words.when(each.create_time),
                each.file_name,
                each.sha256[: words.SHORT],
            )
            for each in message.assets
        ],
        right=("bytes",),
    )


def _override(message: job_pb2.Job) -> str:
    fate = words.enum_word(event_pb2.OverrideFate, message.override_fate, "OVERRIDE_FATE_")
    return f"{message.override_build}: {fate}" if message.override_build else ""


def job(message: job_pb2.Job) -> RenderableType:
    """One job with its outputs."""
    about = facts(
        [
            ("job", message.job_id),
            ("state", state(words.job_state(message.state))),
            ("why", words.failure(message.failure)),
            ("frozen", "yes: an event of it cannot be read by this build yet" if message.frozen else ""),
            ("asset", message.asset_id),
            ("preset", f"{message.preset} revision {message.preset_revision}" if message.preset else ""),
            ("priority", words.enum_word(event_pb2.Priority, message.priority, "PRIORITY_").lower()),
            ("labels", _labels(message.labels)),
            ("output uri", message.output_uri),
            ("webhook", message.webhook.url or message.webhook.webhook_id),
            ("secret", message.webhook.secret),
            ("build", message.build),
            ("asked for", _override(message)),
            ("version key", message.version_key),
            ("epoch", str(message.epoch) if message.epoch else ""),
            ("source", source(message)),
            ("created", words.when(message.create_time)),
            ("ended", words.when(message.end_time)),
            ("expires", words.when(message.expire_time)),
            ("caller", message.caller),
            ("accepted by", words.who(message.created_by)),
        ]
    )
    planned = (plan(message.plan), "") if message.HasField("plan") else ()
    return Group(about, "", *planned, outputs(message), *(("", exports(message)) if message.exports else ()))


def exports(message: job_pb2.Job) -> RenderableType:
    """What is written to the job's `output_uri`."""
    return rows(
        ("export of", "state", "files", "why"),
        [
            (
                ", ".join(each.output_ids),
                state(words.enum_word(job_pb2.Export.State, each.state, "STATE_")),
                "\n".join(file.uri for file in each.files),
                words.failure(each.failure),
            )
            for each in message.exports
        ],
    )


def plan(message: job_pb2.JobPlan) -> RenderableType:
    """What a job that is only proposed would do, and what that would cost."""
    of = "this source" if message.source_known else "each second of a source that every output fits"
    about = facts(
        [
            ("plan of", of),
            ("CPU time", words.seconds(message.cpu_seconds)),
            ("outputs", words.size(message.output_bytes)),
            ("left out", ", ".join(message.skipped_output_ids)),
        ]
    )
    tasks = rows(
        ("task", "CPU time", "outputs", "after"),
        [
            (each.task_id, words.seconds(each.cpu_seconds), ", ".join(each.output_ids), ", ".join(each.after_task_ids))
            for each in message.tasks
        ],
    )
    return Group(about, "", tasks)


def source(message: job_pb2.Job) -> str:
    """What the probe found, in a line; empty before it has."""
    if not message.HasField("source"):
        return ""
    video, audio = message.source.video, message.source.audio
    size = words.pixels(video.display_width_pixels, video.display_height_pixels)
    rate = video.frame_rate_numerator / (video.frame_rate_denominator or 1)
    sound = ", ".join(f"{each.codec} {each.channels} channels" for each in audio) or "no audio"
    length = words.seconds(message.source.duration_seconds)
    return f"{video.codec} {size}, {video.frames} frames, {rate:g} fps, {length}, {sound}"


def outputs(message: job_pb2.Job) -> RenderableType:
    """The outputs of a job."""
    return rows(
        ("output", "state", "asked for", "artifact", "why"),
        [
            (
                each.spec.output_id,
                state(words.output_state(each.state)),
                words.output_spec(each.spec),
                each.artifact_id,
                words.failure(each.failure),
            )
            for each in message.outputs
        ],
    )


def jobs(message: job_pb2.ListJobsResponse) -> RenderableType:
    """Jobs, one a line."""
    return rows(
        ("job", "state", "preset", "created", "ended", "build", "why"),
        [
            (
                each.job_id,
                state(words.job_state(each.state)),
                each.preset,
                words.when(each.create_time),
                words.when(each.end_time),
                each.build,
                each.failure.reason,
            )
            for each in message.jobs
        ],
    )


def tasks(message: job_pb2.ListTasksResponse) -> RenderableType:
    """Tasks, one a line, with how their last attempt ended."""
    return rows(
        ("job", "task", "state", "attempts", "outputs", "why"),
        [
            (
                each.job_id,
                each.task_id,
                state(words.enum_word(job_pb2.Task.State, each.state, "STATE_")),
                f"{each.attempts_spent} of {each.attempt_budget}",
                ", ".join(each.output_ids),
                words.failure(each.failure),
            )
            for each in message.tasks
        ],
    )


def preset(message: job_pb2.Preset) -> RenderableType:
    """One preset with its outputs."""
    about = facts([("preset", message.preset), ("revision", str(message.revision)), ("title", message.title)])
    made = rows(("output", "what"), [(each.output_id, words.output_spec(each)) for each in message.outputs])
    return Group(about, "", made)


def presets(message: job_pb2.ListPresetsResponse) -> RenderableType:
    """Presets, one a line."""
    return rows(
        ("preset", "revision", "title", "outputs"),
        [
            (each.preset, str(each.revision), each.title, ", ".join(spec.output_id for spec in each.outputs))
            for each in message.presets
        ],
    )
