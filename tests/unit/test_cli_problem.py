"""Errors as the server's own map makes them, over a real connection, read back whole."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import grpc
import pytest

from edgecode.cli.api import connect
from edgecode.cli.exits import FAILED, UNREACHABLE
from edgecode.cli.problem import Problem, failure, read_problem, words
from edgecode.core.errors import EdgecodeError, InvalidRequest, NotFound, Unavailable, Violation
from edgecode.core.stamp import BuildInfo
from edgecode.server.status import DETAILS_METADATA_KEY, code_of, status_of
from edgecode.v1 import job_pb2

BUILD = BuildInfo("0.1.0", "a" * 40, "", "")
STAMP = (("edgecode-version", "0.1.0"), ("edgecode-revision", "b" * 40), ("edgecode-instance", "1f2e3d4c5b6a7988"))
Refuse = Callable[[EdgecodeError], grpc.RpcError]


@pytest.fixture
def refuse() -> Iterator[Refuse]:
    """Makes a server answer GetJob with an error; gives what the client gets."""
    error: list[EdgecodeError] = []
    seen: list[dict[str, str | bytes]] = []

    def answer(_request: bytes, context: grpc.ServicerContext) -> bytes:
        seen.append(dict(context.invocation_metadata()))
        details = (DETAILS_METADATA_KEY, status_of(error[0]).SerializeToString())
        context.set_trailing_metadata((*STAMP, details))
        context.abort(code_of(error[0]), error[0].message)

    handler = grpc.method_handlers_generic_handler(
        "edgecode.v1.JobService", {"GetJob": grpc.unary_unary_rpc_method_handler(answer)}
    )
    server = grpc.server(ThreadPoolExecutor(1), handlers=[handler])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    def call(what: EdgecodeError) -> grpc.RpcError:
        error[:] = [what]
        with closing(connect(f"127.0.0.1:{port}", "test", BUILD)) as api:
            with pytest.raises(grpc.RpcError) as raised:
                api.jobs.GetJob(job_pb2.GetJobRequest(job_id="j"))
            assert seen[-1]["edgecode-caller"] == "test"
            assert seen[-1]["edgecode-client-version"] == "0.1.0"
            assert seen[-1]["edgecode-client-revision"] == "a" * 40
            return raised.value

    yield call
    server.stop(None).wait()


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
    assert failure(error, "here:1").status == FAILED


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
    with closing(connect("127.0.0.1:1", "", BUILD)) as api:
        with pytest.raises(grpc.RpcError) as raised:
            api.jobs.GetJob(job_pb2.GetJobRequest(job_id="j"))
        assert failure(raised.value, "127.0.0.1:1").status == UNREACHABLE
