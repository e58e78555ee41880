"""Errors as the server's own map makes them, over a real connection, read back whole."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import grpc
import pytest

from edgecode.cli.api import connect
from edgecode.cli.exits import FAILED, UNREACHABLE
from edgecode.cli.problem import Problem, failure, read_problem, words
from edgecode.cli.reach import Reach
from edgecode.core.errors import EdgecodeError, InvalidRequest, NotFound, Unavailable, Violation
from edgecode.core.stamp import BuildInfo
from edgecode.server.status import DETAILS_METADATA_KEY, code_of, status_of
from edgecode.v1 import job_pb2

BUILD = BuildInfo("0.1.0", "a" * 40, "", "")
STAMP = (("edgecode-version", "0.1.0"), ("edgecode-revision", "b" * 40), ("edgecode-instance", "1f2e3d4c5b6a7988"))
Refuse = Callable[[EdgecodeError], grpc.RpcError]


class Server:
    """Answers GetJob with the errors it is given, one after the other, then with a job."""

    def __init__(self) -> None:
        self.errors: list[EdgecodeError] = []
        self.seen: list[dict[str, str | bytes]] = []
        handler = grpc.method_handlers_generic_handler(
            "edgecode.v1.JobService", {"GetJob": grpc.unary_unary_rpc_method_handler(self._answer)}
        )
        self._server = grpc.server(ThreadPoolExecutor(1), handlers=[handler])
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def _answer(self, _request: bytes, context: grpc.ServicerContext) -> bytes:
        self.seen.append(dict(context.invocation_metadata()))
        # As our server does: an answer has begun, so that the channel itself tries nothing again.
        context.send_initial_metadata(STAMP)
        if self.errors:
            error = self.errors.pop(0)
            context.set_trailing_metadata((*STAMP, (DETAILS_METADATA_KEY, status_of(error).SerializeToString())))
            context.abort(code_of(error), error.message)
        return job_pb2.Job(job_id="j").SerializeToString()

    def close(self) -> None:
        self._server.stop(None).wait()


@pytest.fixture
def server() -> Iterator[Server]:
    with closing(Server()) as started:
        yield started


@pytest.fixture
def refuse(server: Server) -> Refuse:
    """Makes a server refuse; gives what the client gets."""

    def call(what: EdgecodeError) -> grpc.RpcError:
        server.errors = [what]
        with closing(connect(Reach(server.address), "test", BUILD, retry_seconds=0)) as api:
            with pytest.raises(grpc.RpcError) as raised:
                api.jobs.GetJob(job_pb2.GetJobRequest(job_id="j"))
            return raised.value

    return call


def test_every_call_says_who_calls_and_with_which_build(server: Server) -> None:
    with closing(connect(Reach(server.address), "test", BUILD)) as api:
        api.jobs.GetJob(job_pb2.GetJobRequest(job_id="j"))
    assert server.seen[0]["edgecode-caller"] == "test"
    assert server.seen[0]["edgecode-client-version"] == "0.1.0"
    assert server.seen[0]["edgecode-client-revision"] == "a" * 40


def test_a_call_is_tried_again_when_the_server_asks_for_it_and_not_otherwise(server: Server) -> None:
    away = Unavailable("BROKER_UNAVAILABLE", "the broker is away", retry_after_seconds=0.01)
    server.errors = [away, away]
    with closing(connect(Reach(server.address), "test", BUILD)) as api:
        assert api.jobs.GetJob(job_pb2.GetJobRequest(job_id="j")).job_id == "j"
        assert len(server.seen) == 3
        server.errors = [NotFound("JOB_NOT_FOUND", "there is no job j")] * 2
        with pytest.raises(grpc.RpcError):
            api.jobs.GetJob(job_pb2.GetJobRequest(job_id="j"))
        assert len(server.seen) == 4


def test_fields_at_fault_are_named_and_the_answering_build_too(refuse: Refuse) -> None:
    error = InvalidRequest(
        "INVALID_OUTPUTS", "two outputs are wrong",
        violations=[Violation("outputs[0].output_id", "is empty"), Violation("outputs[1]", "has no kind")],
    )  # fmt: skip
    problem = read_problem(refuse(error))
    assert problem.reason == "INVALID_OUTPUTS"
    assert problem.violations == (("outputs[0].output_id", "is empty"), ("outputs[1]", "has no kind"))
    text = words(problem, "here:1")
    assert text.splitlines() == [
        "INVALID_OUTPUTS: two outputs are wrong",
        "  outputs[0].output_id: is empty",
        "  outputs[1]: has no kind",
        "  answered by server 0.1.0+gbbbbbbbbbbbb instance 1f2e3d4c5b6a7988",
    ]


def test_a_single_violation_is_not_said_twice(refuse: Refuse) -> None:
    text = words(read_problem(refuse(InvalidRequest.field("page_size", "is negative"))), "here:1")
    assert text.count("page_size: is negative") == 1


def test_when_to_try_again_is_said_and_a_typed_refusal_is_no_unreachable_server(refuse: Refuse) -> None:
    error = refuse(Unavailable("BROKER_UNAVAILABLE", "the broker is away", retry_after_seconds=1.5))
    problem = read_problem(error)
    assert problem.retry_after_seconds == 1.5
    assert not problem.unreachable
    assert "try again in 1.5 s" in words(problem, "here:1")
    assert failure(error, Reach("here:1")).status == FAILED


def test_what_to_run_next_is_said_where_a_command_helps(refuse: Refuse) -> None:
    error = NotFound("JOB_NOT_FOUND", "there is no job j", metadata={"job_id": "j"})
    problem = read_problem(refuse(error))
    assert problem.metadata == {"job_id": "j"}
    assert "see edgecode job list" in words(problem, "here:1")


@pytest.mark.parametrize(
    ("code", "says"),
    [(grpc.StatusCode.UNAVAILABLE, "cannot be reached"), (grpc.StatusCode.DEADLINE_EXCEEDED, "did not answer in time")],
)
def test_silence_is_told_apart_from_refusal(code: grpc.StatusCode, says: str) -> None:
    problem = Problem(code, "", "core message")
    assert problem.unreachable
    assert says in words(problem, "here:1")
    assert "EDGECODE_SERVER" in words(problem, "here:1")


def test_nobody_at_the_address_is_unreachable() -> None:
    with closing(connect(Reach("127.0.0.1:1"), "", BUILD)) as api:
        with pytest.raises(grpc.RpcError) as raised:
            api.jobs.GetJob(job_pb2.GetJobRequest(job_id="j"))
        assert failure(raised.value, Reach("127.0.0.1:1")).status == UNREACHABLE
