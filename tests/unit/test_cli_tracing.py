"""The trace that a command's calls carry, whether or not it is exported."""

from collections.abc import Iterator
from contextlib import closing

import grpc
import pytest

from edgecode.cli.api import connect
from edgecode.cli.reach import Reach
from edgecode.cli.tracing import CommandTrace, Exported, PassedOn, open_trace
from edgecode.core.errors import NotFound
from edgecode.v1 import job_pb2
from tests.harness.collector import Collector, collector
from tests.unit.test_cli_problem import BUILD, Server

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
REQUEST = job_pb2.GetJobRequest(job_id="j")


@pytest.fixture
def server() -> Iterator[Server]:
    with closing(Server()) as started:
        yield started


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collector() as kept:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", kept.endpoint)
        yield kept


def call_twice(server: Server, trace: CommandTrace) -> list[str]:
    """One call that is answered and one that is refused; the `traceparent` that the server got with each."""
    with closing(connect(Reach(server.address), "test", BUILD, retry_seconds=0, trace=trace)) as api:
        api.jobs.GetJob(REQUEST)
        server.errors = [NotFound("JOB_NOT_FOUND", "no such job")]
        with pytest.raises(grpc.RpcError):
            api.jobs.GetJob(REQUEST)
    return [str(metadata.get("traceparent", "")) for metadata in server.seen]


def test_a_command_that_exports_nothing_passes_on_the_trace_it_was_called_in(server: Server) -> None:
    trace, problem = open_trace("edgecode test", {"TRACEPARENT": TRACEPARENT})
    assert (type(trace), problem) == (PassedOn, "")
    assert call_twice(server, trace) == [TRACEPARENT] * 2


def test_without_a_trace_to_continue_calls_carry_none(server: Server) -> None:
    trace, _ = open_trace("edgecode test", {})
    assert call_twice(server, trace) == ["", ""]


def test_an_exported_command_is_a_span_with_one_below_it_for_each_call_that_the_server_continues(
    server: Server, kept: Collector
) -> None:
    trace, problem = open_trace("edgecode test", {"OTEL_EXPORTER_OTLP_ENDPOINT": "set", "TRACEPARENT": TRACEPARENT})
    assert (type(trace), problem) == (Exported, "")
    sent = call_twice(server, trace)
    (command,) = (span for span in kept.spans if span.name == "edgecode test")
    calls = [span for span in kept.spans if span.name == "edgecode.v1.JobService/GetJob"]
    assert f"00-{command.trace_id}-{command.parent_id}-01" == TRACEPARENT
    assert {call.parent_id for call in calls} == {command.span_id}
    assert sent == [f"00-{call.trace_id}-{call.span_id}-01" for call in calls]
    assert [call.attributes["rpc.grpc.status_code"] for call in calls] == [0, grpc.StatusCode.NOT_FOUND.value[0]]
    assert command.service == "cli"


def test_what_cannot_be_exported_is_told_and_the_trace_goes_on(server: Server) -> None:
    environ = {"OTEL_TRACES_EXPORTER": "zipkin", "TRACEPARENT": TRACEPARENT}
    trace, problem = open_trace("edgecode test", environ)
    assert "zipkin" in problem
    assert call_twice(server, trace) == [TRACEPARENT] * 2
