"""An error of the server, read whole: reason, message, fields at fault, when to try again, and who answered."""

from dataclasses import dataclass, field

import grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]  # they ship no types
from grpc_status import rpc_status

from edgecode.cli.exits import FAILED, UNREACHABLE, CommandFailed
from edgecode.cli.reach import Reach

# What the gRPC core says by itself when nobody, or nobody of ours, answered.
_CORE_CODES = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
_NEXT = {
    "JOB_NOT_FOUND": "edgecode job list",
    "ASSET_NOT_FOUND": "edgecode asset list",
    "ARTIFACT_NOT_FOUND": "edgecode artifact list",
    "TASK_NOT_FOUND": "edgecode dead list",
    "PRESET_NOT_FOUND": "edgecode preset list",
    "RELEASE_NOT_FOUND": "edgecode release list",
    "QUEUE_FULL": "edgecode status",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a failed call says.

    Attributes:
        code: of gRPC.
        reason: UPPER_SNAKE; empty when the gRPC core answered and not the server.
        message: for people.
        violations: field and why, of a bad request.
        metadata: facts for programs.
        retry_after_seconds: set where trying again helps.
        answered_by: build of the server that refused, empty when none answered.
    """

    code: grpc.StatusCode
    reason: str
    message: str
    violations: tuple[tuple[str, str], ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    retry_after_seconds: float | None = None
    answered_by: str = ""

    @property
    def unreachable(self) -> bool:
        """Whether no server of ours answered."""
        return self.code in _CORE_CODES and not self.reason


def read_problem(error: grpc.RpcError) -> Problem:
    """Takes a failed call apart, `google.rpc.Status` details included."""
    assert isinstance(error, grpc.Call)
    info, violations, retry = error_details_pb2.ErrorInfo(), [], None
    status = rpc_status.from_call(error)
    for detail in status.details if status is not None else ():
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            detail.Unpack(info)
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            bad = error_details_pb2.BadRequest()
            detail.Unpack(bad)
            violations += [(each.field, each.description) for each in bad.field_violations]
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            wait = error_details_pb2.RetryInfo()
            detail.Unpack(wait)
            retry = wait.retry_delay.ToNanoseconds() / 1e9
    return Problem(
        error.code(),
        info.reason,
        error.details() or "",
        tuple(violations),
        dict(info.metadata),
        retry,
        _answered_by(error),
    )


def _answered_by(call: grpc.Call) -> str:
    found = {key: value for key, value in call.trailing_metadata() or () if isinstance(value, str)}
    if "edgecode-version" not in found or "edgecode-revision" not in found:
        return ""
    return f"{found['edgecode-version']}+g{found['edgecode-revision'][:12]} instance {found.get('edgecode-instance')}"


def words(problem: Problem, server: str, trouble: str = "") -> str:
    """Everything a person needs, and what to do next; `trouble` is what TLS shows to be wrong."""
    if trouble:
        return f"the server at {server} {trouble}"
    if problem.unreachable:
        late = problem.code is grpc.StatusCode.DEADLINE_EXCEEDED
        what = "did not answer in time" if late else f"cannot be reached ({problem.message})"
        return (
            f"the server at {server} {what}\n"
            "  start one here with `edgecode up`, or say where it is with --server or EDGECODE_SERVER"
        )
    lines = [f"{problem.reason or problem.code.name}: {problem.message}"]
    # The message of a single violation says the same.
    if [f"{name}: {why}" for name, why in problem.violations] != [problem.message]:
        lines += [f"  {name}: {why}" for name, why in problem.violations]
    if problem.retry_after_seconds is not None:
        lines.append(f"  try again in {problem.retry_after_seconds:g} s")
    if problem.reason in _NEXT:
        lines.append(f"  see {_NEXT[problem.reason]}")
    if problem.answered_by:
        lines.append(f"  answered by server {problem.answered_by}")
    return "\n".join(lines)


def failure(error: grpc.RpcError, reach: Reach) -> CommandFailed:
    """The command's end for a failed call."""
    problem = read_problem(error)
    if not problem.unreachable:
        return CommandFailed(words(problem, reach.server), FAILED)
    return CommandFailed(words(problem, reach.server, reach.trouble()), UNREACHABLE)
