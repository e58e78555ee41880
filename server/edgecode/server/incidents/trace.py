"""A job's every hop, read from the log: who wrote each event, how long attempts took, what went wrong."""

from collections.abc import Iterable

from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.log import Entry
from edgecode.core.log_reader import LogReader
from edgecode.core.stamp import stamp_to_proto
from edgecode.server import convert
from edgecode.server.incidents.sentences import sentence
from edgecode.server.jobs.queries import JobQueries
from edgecode.server.ledger.port import JobRecord, Ledger
from edgecode.v1 import incident_pb2, media_pb2, stamp_pb2


class Traces:
    """Traces of jobs."""

    def __init__(self, bus: Bus, ledger: Ledger, queries: JobQueries) -> None:
        self._bus = bus
        self._ledger = ledger
        self._queries = queries

    async def job(self, job_id: str) -> incident_pb2.Trace:
        """The whole trace.

        Raises:
            NotFound: `JOB_NOT_FOUND`.
            Unavailable: `LEDGER_BEHIND`.
        """
        record = await self._queries.record(job_id)
        entries = await self._entries(record)
        stamps = await self._ledger.stamps(convert.stamp_ids([record]))
        return incident_pb2.Trace(
            job=convert.job_message(record, stamps),
            hops=hops(entries),
            artifacts=[convert.artifact_message(row, stamps) for row in record.artifacts.values()],
            tasks=[convert.task_message(row, record, stamps) for row in record.tasks.values()],
        )

    async def _entries(self, record: JobRecord) -> list[Entry]:
        reader = LogReader(self._bus, record.job.first_sequence - 1, (subjects.job_events(record.job.job_id),))
        try:
            return [entry async for entries in reader.history(record.job.last_sequence) for entry in entries]
        finally:
            await reader.close()


def hops(entries: Iterable[Entry]) -> list[incident_pb2.Hop]:
    """One hop per event, in the log's order; an attempt's end carries how long it took."""
    started: dict[str, Entry] = {}
    return [_hop(entry, started) for entry in entries]


def _hop(entry: Entry, started: dict[str, Entry]) -> incident_pb2.Hop:
    hop = incident_pb2.Hop(
        sequence=entry.sequence,
        event="unread",
        stamp=stamp_to_proto(entry.origin.stamp),
        path=entry.origin.path,
        trace_id=entry.origin.trace_id,
        detail=entry.event,
        summary=f"an event of contract {entry.origin.contract}, which this build cannot read",
    )
    hop.hop_time.FromDatetime(entry.time)
    if entry.event is None:
        return hop
    kind = entry.event.WhichOneof("kind") or ""
    said = getattr(entry.event, kind)
    hop.event = kind.replace("_", ".", 1)
    hop.task_id = getattr(said, "task_id", "")
    hop.attempt_id = getattr(said, "attempt_id", "")
    _add(hop, getattr(said, "digests", None), getattr(said, "failure", None))
    if kind == "attempt_started":
        started[hop.attempt_id] = entry
    elif kind.startswith("attempt_") and (start := started.pop(hop.attempt_id, None)) is not None:
        hop.duration_seconds = (entry.time - start.time).total_seconds()
        assert start.event is not None
        _add(hop, start.event.attempt_started.digests, None)
    hop.summary = sentence(kind, said, entry.origin.stamp, hop.duration_seconds)
    return hop


def _add(hop: incident_pb2.Hop, digests: stamp_pb2.Digests | None, failure: media_pb2.Failure | None) -> None:
    if digests is not None and digests.ByteSize():
        hop.digests.CopyFrom(digests)
    if failure is not None and failure.ByteSize():
        hop.failure.CopyFrom(failure)
