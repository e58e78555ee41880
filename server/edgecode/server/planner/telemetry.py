"""What the leader tells of its work: spans of its decisions, metrics of what was folded, a line when a job ends."""

from collections.abc import Mapping, Sequence

import structlog
from opentelemetry.trace import Span, SpanKind

from edgecode.core.headers import Origin, trace_id_of
from edgecode.core.log import Entry
from edgecode.core.telemetry import Tracer, link_to, produced_by
from edgecode.server.ledger.entries import place_of
from edgecode.server.ledger.port import Changes, JobRecord
from edgecode.server.ledger.rows import JobRow, StampRow
from edgecode.server.metrics import ServerMetrics
from edgecode.v1 import event_pb2

log = structlog.get_logger()


class LeaderTelemetry:
    """Spans are made where they are exported; else nothing is made, and nothing looked at."""

    def __init__(self, tracer: Tracer, metrics: ServerMetrics) -> None:
        self.metrics = metrics
        self._tracer = tracer
        self._causes: dict[str, Origin] = {}

    def committed(
        self, changes: Changes, before: Mapping[str, JobRecord | None], stamps: Mapping[int, StampRow]
    ) -> None:
        """A group of events is in the ledger."""
        for job in self.metrics.folded(changes, before, stamps):
            log.info(
                "job.ended",
                job_id=job.job_id,
                state=job.state,
                its_build=job.build,
                trace_id=trace_id_of(job.traceparent),
            )

    def decides_upon(self, entries: Sequence[Entry]) -> None:
        """The group of events that is decided upon next; the last one of a job is what its decisions answer."""
        if self._tracer.exports:
            self._causes = {name: e.origin for e in entries for root, name in (place_of(e.subject),) if root == "job"}

    def decision(self, job: JobRow, decisions: Sequence[event_pb2.Event]) -> Span | None:
        """A span for decisions about to be appended, to be ended when they are; None when nobody reads it.

        It continues the job's trace, and names who produced what was decided upon.
        """
        if not self._tracer.exports:
            return None
        attributes = {
            "messaging.system": "nats",
            "edgecode.job_id": job.job_id,
            "edgecode.events": [decision.WhichOneof("kind") or "" for decision in decisions],
        }
        cause = self._causes.pop(job.job_id, None)
        if cause is None:  # the clock, or the fleet
            return self._tracer.begin("decide", SpanKind.PRODUCER, job.traceparent, attributes)
        found = {**attributes, **produced_by(cause)}
        return self._tracer.begin("decide", SpanKind.CONSUMER, job.traceparent, found, link_to(cause.traceparent))
