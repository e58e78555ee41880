"""What status says of jobs that the current build cannot read."""

from edgecode.server.fleet.contracts import unread_contracts
from edgecode.v1 import bus_pb2, event_pb2, stamp_pb2
from tests.harness.builds import build_of
from tests.harness.rows import job_row

OLD, NEW = build_of("a"), build_of("b")


def worker(build: str, reads: int) -> bus_pb2.FleetEntry:
    stamp = stamp_pb2.Stamp(service="worker", build=build)
    return bus_pb2.FleetEntry(stamp=stamp, contract_min=1, contract_max=reads)


JOBS = [
    job_row(f"{number}", created_pb=event_pb2.JobCreated(contract=contract).SerializeToString())
    for number, contract in enumerate((1, 2, 2))
]


def test_jobs_of_a_later_contract_are_counted_with_the_builds_that_read_it() -> None:
    said = f"2 queued jobs need message contract 2, which the current build {OLD} does not read; builds that do: "
    assert list(unread_contracts(JOBS, [worker(OLD, 1)], OLD)) == [f"{said}no live worker does"]
    assert list(unread_contracts(JOBS, [worker(OLD, 1), worker(NEW, 2)], OLD)) == [said + NEW]


def test_nothing_is_said_where_the_current_build_reads_them_or_does_not_live() -> None:
    assert list(unread_contracts(JOBS, [worker(OLD, 1), worker(NEW, 2)], NEW)) == []
    assert list(unread_contracts(JOBS, [worker(NEW, 2)], OLD)) == []
    assert list(unread_contracts([], [worker(OLD, 1)], OLD)) == []
