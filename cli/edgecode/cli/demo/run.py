"""The client's part of the demo: an ordinary user of the API."""

import uuid
from pathlib import Path

from edgecode.cli.commands.artifact import find, save_all
from edgecode.cli.commands.asset import send_file
from edgecode.cli.demo.facts import Facts, Saved
from edgecode.cli.finish import watch_to_end
from edgecode.cli.session import Session
from edgecode.cli.transfer.download import STATEMENT_SUFFIX
from edgecode.v1 import asset_pb2, fleet_pb2, incident_pb2, job_pb2


def run_client(session: Session, video: Path, preset: str, output: Path) -> Facts:
    """Uploads, creates, watches, downloads; the job may have failed, its facts say so.

    Raises:
        CommandFailed, grpc.RpcError: the server refused or is gone.
    """
    api = session.api
    session.err.print(f"uploading {video.name}", markup=False)
    asset = send_file(session, video, "", asset_pb2.UploadMetadata(file_name=video.name))
    request = job_pb2.CreateJobRequest(asset_id=asset.asset_id, preset=preset, request_id=str(uuid.uuid4()))
    job_id = api.jobs.CreateJob(request).job_id
    session.err.print(f"job {job_id}, preset {preset}", markup=False)
    job = watch_to_end(session, job_id)
    found = find(session, f'job_id = "{job_id}"', sequence=job.sequence)
    saved = save_all(session, list(found.artifacts), output, statements=True)
    return Facts(
        api.fleet.GetBuildInfo(fleet_pb2.GetBuildInfoRequest()),
        api.fleet.ListInstances(fleet_pb2.ListInstancesRequest()),
        asset,
        job,
        [Saved(path.name, path.name + STATEMENT_SUFFIX, artifact) for path, artifact in saved],
        api.incidents.TraceJob(incident_pb2.TraceJobRequest(job_id=job_id)),
    )
