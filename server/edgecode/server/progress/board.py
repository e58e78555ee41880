"""What this server last heard of each job that is worked on, for those who watch it and those who only ask."""

from collections import OrderedDict

from edgecode.core.log import Entry
from edgecode.server.ledger.port import JobRecord, Ledger
from edgecode.server.progress.job_meter import JobMeter
from edgecode.v1 import bus_pb2

_JOBS = 10_000
_JOB_TOKEN = 2


class ProgressBoard:
    """One meter for each of the jobs heard of lately; bounded, and lost with the process: progress is no fact."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._meters: OrderedDict[str, JobMeter] = OrderedDict()
        self._newest: dict[str, int] = {}

    def take(self, progress: bus_pb2.Progress) -> None:
        """A report of a worker."""
        self._meter(progress.job_id).take(progress)

    def see(self, entry: Entry) -> None:
        """An event of a job: what the ledger says of it is read again before it is next shown."""
        job_id = entry.subject.split(".")[_JOB_TOKEN]
        if job_id in self._meters:
            self._newest[job_id] = max(self._newest.get(job_id, 0), entry.sequence)

    async def shown(self, progress: bus_pb2.Progress) -> bus_pb2.Progress:
        """A report as watchers see it, the whole job beside it."""
        meter = self._meter(progress.job_id)
        await self._plan(progress.job_id, meter)
        return meter.shown(progress)

    async def last(self, job_id: str) -> list[bus_pb2.Progress]:
        """The last report of each task of a job that is under way."""
        meter = self._meters.get(job_id)
        if meter is None:
            return []
        await self._plan(job_id, meter)
        return meter.last()

    def job(self, record: JobRecord) -> bus_pb2.JobProgress | None:
        """Where a job stands; None when nothing was heard of it."""
        meter = self._meters.get(record.job.job_id)
        if meter is None:
            return None
        meter.plan(record)
        return meter.job()

    async def _plan(self, job_id: str, meter: JobMeter) -> None:
        # The ledger may be behind the log for a moment: then what it has must do, and it is read again.
        if not meter.sequence or meter.sequence < self._newest.get(job_id, 0):
            record = await self._ledger.record(job_id)
            if record is not None:
                meter.plan(record)

    def _meter(self, job_id: str) -> JobMeter:
        meter = self._meters.setdefault(job_id, JobMeter())
        self._meters.move_to_end(job_id)
        while len(self._meters) > _JOBS:
            forgotten, _ = self._meters.popitem(last=False)
            self._newest.pop(forgotten, None)
        return meter
