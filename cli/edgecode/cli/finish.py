"""What the end of a job means for the command that waited for it."""

from edgecode.cli import words
from edgecode.cli.exits import CommandFailed
from edgecode.cli.session import Session
from edgecode.cli.watching.follow import follow
from edgecode.cli.watching.live import display_for
from edgecode.v1 import job_pb2

FINISHED = {
    job_pb2.Job.STATE_SUCCEEDED,
    job_pb2.Job.STATE_FAILED,
    job_pb2.Job.STATE_CANCELLED,
    job_pb2.Job.STATE_DELETED,
}


def watch_to_end(session: Session, job_id: str, after_sequence: int = 0, *, live: bool = True) -> job_pb2.Job:
    """Follows a job to its last event, shown live if wanted; returns the job as it then is."""
    if live:
        with display_for(session) as display:
            for update in follow(session.api, job_id, after_sequence):
                display.show(update)
    else:
        for _ in follow(session.api, job_id, after_sequence):
            pass
    return session.api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job_id))


def require_success(job: job_pb2.Job) -> None:
    """Ends the command when the job did not succeed.

    Raises:
        CommandFailed: status 1, with the reason and what to look at.
    """
    if job.state == job_pb2.Job.STATE_SUCCEEDED:
        return
    why = words.failure(job.failure)
    state = words.job_state(job.state)
    raise CommandFailed(f"job {job.job_id} is {state}{': ' if why else ''}{why}\n  see edgecode job trace {job.job_id}")
