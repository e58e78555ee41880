"""`edgecode dead …`: tasks that used up their attempts."""

from typing import Annotated

import typer

from edgecode.cli.exits import USAGE, CommandFailed
from edgecode.cli.output import message_dict, write_json
from edgecode.cli.pages import LimitOption, read_pages
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import jobs as tables
from edgecode.v1 import job_pb2

dead = typer.Typer(help="Tasks that used up their attempts.", no_args_is_help=True)


@dead.command("list")
@remote
def list_(
    session: Session, job: Annotated[str, typer.Option("--job", help="Only of this job.")] = "", limit: LimitOption = 50
) -> None:
    """List dead tasks and why they died.

    Example: edgecode dead list
    """
    session.show_list(_find(session, job, limit), tables.tasks)


@dead.command("requeue")
@remote
def requeue(
    session: Session,
    job: Annotated[str, typer.Argument(metavar="[JOB]")] = "",
    task: Annotated[str, typer.Option(help="Only this task of the job.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Of all jobs.")] = False,
) -> None:
    """Give dead tasks a new budget of attempts; of all jobs, those that have failed: others are left as they are.

    Example: edgecode dead requeue 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa
    """
    if bool(job) == everything:
        raise CommandFailed("name a job, or all of them with --all", USAGE)
    wanted = [job] if job else _failed(session)
    found = [session.api.jobs.RetryJob(job_pb2.RetryJobRequest(job_id=each, task_id=task)) for each in wanted]
    if session.json:
        write_json([message_dict(each) for each in found])
    else:
        session.print(tables.jobs(job_pb2.ListJobsResponse(jobs=found)))


def _failed(session: Session) -> list[str]:
    """Jobs that can be tried again; a dead task may be one of a job that still runs, or was cancelled or deleted."""
    request = job_pb2.ListJobsRequest(filter="state = FAILED")
    failed = {each.job_id for each in read_pages(session.api.jobs.ListJobs, request, "jobs", 0).jobs}
    return sorted(failed & {each.job_id for each in _find(session, "", 0).tasks})


def _find(session: Session, job: str, limit: int) -> job_pb2.ListTasksResponse:
    condition = "state = DEAD" + (f' AND job_id = "{job}"' if job else "")
    return read_pages(session.api.jobs.ListTasks, job_pb2.ListTasksRequest(filter=condition), "tasks", limit)
