"""`edgecode job …`: requests to make outputs from one asset."""

import uuid
from pathlib import Path
from typing import Annotated

import typer

from edgecode.cli import words
from edgecode.cli.commands.asset import DAY_SECONDS, RetentionOption, UploadIdOption, send_file
from edgecode.cli.exits import UNFINISHED, USAGE, CommandFailed
from edgecode.cli.finish import FINISHED, require_success, watch_to_end
from edgecode.cli.labels import LabelOption, read_labels
from edgecode.cli.outputs import inline_outputs, read_outputs
from edgecode.cli.pages import FilterOption, LimitOption, OrderOption, read_pages
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import jobs as tables
from edgecode.cli.tables.trace import trace as trace_table
from edgecode.v1 import asset_pb2, event_pb2, incident_pb2, job_pb2, webhook_pb2

jobs = typer.Typer(help="Requests to make outputs from one asset.", no_args_is_help=True)

JobId = Annotated[str, typer.Argument(metavar="JOB")]
PRIORITIES = {"high": event_pb2.PRIORITY_HIGH, "normal": event_pb2.PRIORITY_NORMAL, "low": event_pb2.PRIORITY_LOW}
LONGEST_WAIT_SECONDS = 3600


@jobs.command("submit")
@remote
def submit(
    session: Session,
    source: Annotated[str, typer.Argument(metavar="FILE|ASSET", help="A file is uploaded first.")],
    *,
    preset: Annotated[str, typer.Option(help="Named outputs, such as web.")] = "",
    rendition: Annotated[
        list[int],
        typer.Option(
            help="An MP4 of at most so many lines; may be repeated.", default_factory=list, show_default=False
        ),
    ],
    thumbnail: Annotated[int | None, typer.Option(help="A JPEG of at most so many lines.")] = None,
    outputs: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help='JSON file, {"outputs": […]} as in the API.')
    ] = None,
    priority: Annotated[str, typer.Option(help="high, normal or low.")] = "normal",
    label: LabelOption,
    request_id: Annotated[str, typer.Option(help="The same id gives the same job; default: a new UUID.")] = "",
    upload_id: UploadIdOption = "",
    retention_days: RetentionOption = 0,
    output_uri: Annotated[str, typer.Option(help="Also write all artifacts below it, in a store for exports.")] = "",
    webhook: Annotated[str, typer.Option(help="Send the job's end to this URL, or to this webhook.")] = "",
    build: Annotated[str, typer.Option(help="Ask for this build of the workers, whatever its share.")] = "",
    version_key: Annotated[str, typer.Option(help="Jobs of one key go to one build while a ramp lasts.")] = "",
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Check everything, create nothing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Follow the job to its end.")] = False,
) -> None:
    """Create a job from a file or an asset.

    Example: edgecode job submit holiday.mp4 --preset web --watch
    """
    if priority not in PRIORITIES:
        raise CommandFailed(f"--priority {priority!r} is none of {', '.join(PRIORITIES)}", USAGE)
    specs = [*inline_outputs(rendition, thumbnail), *(read_outputs(outputs) if outputs else [])]
    request = job_pb2.CreateJobRequest(
        preset=preset or ("" if specs else "web"),
        outputs=specs,
        priority=PRIORITIES[priority],
        labels=read_labels(label),
        request_id=request_id or str(uuid.uuid4()),
        validate_only=validate_only,
        retention_seconds=retention_days * DAY_SECONDS,
        output_uri=output_uri,
        webhook=_webhook(webhook),
    )
    if validate_only and Path(source).is_file():
        raise CommandFailed(
            "--validate-only creates nothing, and a plan needs an asset: run `edgecode asset upload` and give its id",
            USAGE,
        )
    request.asset_id = _asset_id(session, source, upload_id)
    wish = (("edgecode-version-override", f"worker={build}"),) if build else ()
    key = (("edgecode-version-key", version_key),) if version_key else ()
    job = session.api.jobs.CreateJob(request, metadata=(*wish, *key))
    if not watch or validate_only:
        session.show(job, tables.job)
        return
    # For programs one document, at the end.
    job = watch_to_end(session, job.job_id, live=not session.json)
    session.show(job, tables.job)
    require_success(job)


def _webhook(given: str) -> webhook_pb2.JobWebhook | None:
    if not given:
        return None
    is_url = "://" in given
    return webhook_pb2.JobWebhook(url=given if is_url else "", webhook_id="" if is_url else given)


def _asset_id(session: Session, source: str, upload_id: str) -> str:
    file = Path(source)
    if file.is_file():
        metadata = asset_pb2.UploadMetadata(file_name=file.name)
        return send_file(session, file, upload_id, metadata).asset_id
    try:
        return str(uuid.UUID(source))
    except ValueError:
        raise CommandFailed(f"{source!r} is neither a file nor the id of an asset", USAGE) from None


@jobs.command("list")
@remote
def list_(session: Session, filter_: FilterOption = "", order_by: OrderOption = "", limit: LimitOption = 50) -> None:
    """List jobs, newest first.

    Example: edgecode job list --filter 'state = FAILED AND preset = "web"' --limit 0
    """
    request = job_pb2.ListJobsRequest(filter=filter_, order_by=order_by)
    session.show_list(read_pages(session.api.jobs.ListJobs, request, "jobs", limit), tables.jobs)


@jobs.command("show")
@remote
def show(session: Session, job_id: JobId) -> None:
    """Show one job with its outputs.

    Example: edgecode job show 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa
    """
    session.show(session.api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job_id)), tables.job)


@jobs.command("watch")
@remote
def watch(
    session: Session,
    job_id: JobId,
    after_sequence: Annotated[int, typer.Option(min=0, help="Resume after this place in the log.")] = 0,
) -> None:
    """Follow a job to its end: bars on a terminal, lines into a pipe, JSON lines for programs.

    The exit status is 0 only when the job succeeded.

    Example: edgecode job watch 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa
    """
    job = watch_to_end(session, job_id, after_sequence)
    if not session.json:
        session.print(tables.outputs(job))
    require_success(job)


@jobs.command("wait")
@remote
def wait(
    session: Session,
    job_id: JobId,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds; then exit status 4.")] = LONGEST_WAIT_SECONDS,
) -> None:
    """Wait for a job's end, silently. Exit status 0: succeeded; 1: not; 4: not finished within the timeout.

    Example: edgecode job wait 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa --timeout 600
    """
    request = job_pb2.WaitJobRequest(job_id=job_id)
    while True:
        this_time = min(timeout, LONGEST_WAIT_SECONDS)
        request.timeout.FromNanoseconds(round(this_time * 1e9))
        job = session.api.jobs.WaitJob(request, timeout=this_time + 30)
        timeout -= this_time
        if job.state in FINISHED or timeout <= 0:
            break
    session.show(job, tables.job)
    if job.state not in FINISHED:
        raise CommandFailed(f"job {job_id} is still {words.job_state(job.state)}", UNFINISHED)
    require_success(job)


@jobs.command("trace")
@remote
def trace(session: Session, job_id: JobId) -> None:
    """Show a job's every hop: which build did what, when, in which attempt, and how it ended.

    Example: edgecode job trace 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa
    """
    session.show(session.api.incidents.TraceJob(incident_pb2.TraceJobRequest(job_id=job_id)), trace_table)


@jobs.command("cancel")
@remote
def cancel(session: Session, job_id: JobId, reason: Annotated[str, typer.Option(help="Kept in the log.")] = "") -> None:
    """Cancel an unfinished job; what it has published stays.

    Example: edgecode job cancel 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa --reason 'wrong file'
    """
    request = job_pb2.CancelJobRequest(job_id=job_id, reason=reason)
    session.show(session.api.jobs.CancelJob(request), tables.job)


@jobs.command("retry")
@remote
def retry(
    session: Session, job_id: JobId, task: Annotated[str, typer.Option(help="Only this dead task.")] = ""
) -> None:
    """Try again what failed.

    Example: edgecode job retry 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa
    """
    session.show(session.api.jobs.RetryJob(job_pb2.RetryJobRequest(job_id=job_id, task_id=task)), tables.job)


@jobs.command("delete")
@remote
def delete(
    session: Session,
    job_id: JobId,
    allow_missing: Annotated[bool, typer.Option("--allow-missing", help="A missing job is no error.")] = False,
) -> None:
    """Hide a finished job and give up its artifacts.

    Example: edgecode job delete 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa
    """
    request = job_pb2.DeleteJobRequest(job_id=job_id, allow_missing=allow_missing)
    session.show(session.api.jobs.DeleteJob(request), tables.job)
