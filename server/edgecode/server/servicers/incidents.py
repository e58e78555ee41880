"""IncidentService: transport only."""

from typing import Any

from edgecode.server.incidents.trace import Traces
from edgecode.v1 import incident_pb2, incident_pb2_grpc


class IncidentServicer(incident_pb2_grpc.IncidentServiceServicer):
    """Hands each call to the domain."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces

    async def TraceJob(self, request: incident_pb2.TraceJobRequest, context: Any) -> incident_pb2.Trace:
        """See the contract."""
        return await self._traces.job(request.job_id)
