"""A gRPC server that does nothing: what the framework alone takes of a machine."""

from typing import Any

import uvloop
from grpc import aio

from edgecode.v1 import job_pb2, job_pb2_grpc


class Echo(job_pb2_grpc.JobServiceServicer):
    async def CreateJob(self, request: job_pb2.CreateJobRequest, context: Any) -> job_pb2.Job:  # noqa: N802 the contract's name
        return job_pb2.Job(job_id=request.request_id, asset_id=request.asset_id)


async def serve() -> None:
    server = aio.server()
    job_pb2_grpc.add_JobServiceServicer_to_server(Echo(), server)  # type: ignore[abstract] # nobody calls the others
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(serve())
