"""The stream of a job's events, continued after a broken connection where it stopped."""

from collections.abc import Iterator

import grpc

from edgecode.cli.api import Api
from edgecode.cli.transfer.resume import Patience
from edgecode.v1 import job_pb2


def follow(api: Api, job_id: str, after_sequence: int = 0) -> Iterator[job_pb2.WatchJobResponse]:
    """Events in the log's order, each once, progress between them; ends with the job's last event.

    Raises:
        grpc.RpcError: the server refused, or stayed away for 30 s.
    """
    patience = Patience(api)
    while True:
        request = job_pb2.WatchJobRequest(job_id=job_id, after_sequence=after_sequence)
        try:
            for update in api.jobs.WatchJob(request):
                patience.progress()
                if update.HasField("event"):
                    after_sequence = update.event.sequence
                yield update
        except grpc.RpcError as error:
            patience.wait(error)
        else:
            return
