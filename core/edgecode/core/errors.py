"""The one error tree. It knows nothing of gRPC: `edgecode.server.status` turns it into status codes.

`reason` is what a program switches on (AIP-193, `google.rpc.ErrorInfo.reason`), `message` what a person acts on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DOMAIN = "edgecode.dev"


@dataclass(frozen=True, slots=True)
class Violation:
    """One field of a request that is at fault: its path, as in `outputs[2].rendition.crf`, and why."""

    field: str
    description: str


class EdgecodeError(Exception):
    """Base of all errors a caller can get.

    Args:
        reason: UPPER_SNAKE, from the documented list in docs/errors.md.
        message: what was wrong, what was expected, what to do.
        metadata: facts a program may want, all strings.
        violations: fields at fault, for bad requests.
        retry_after_seconds: set where trying again helps.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[Violation] = (),
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.metadata = dict(metadata or {})
        self.violations = tuple(violations)
        self.retry_after_seconds = retry_after_seconds


class InvalidRequest(EdgecodeError):
    """The request can never succeed as it is."""

    @classmethod
    def field(cls, field: str, description: str, reason: str = "INVALID_FIELD") -> "InvalidRequest":
        """A request with one field at fault."""
        return cls(reason, f"{field}: {description}", violations=[Violation(field, description)])


class NotFound(EdgecodeError):
    """What the request names does not exist, or is of another kind."""


class AlreadyExists(EdgecodeError):
    """The id is taken by something else."""


class FailedPrecondition(EdgecodeError):
    """The resource is in a state that does not allow this."""


class Conflict(EdgecodeError):
    """Somebody changed the resource first (etag, compare-and-set)."""


class Exhausted(EdgecodeError):
    """A limit is reached: queue, size, disk."""


class Unavailable(EdgecodeError):
    """A part we need does not answer now; trying again helps."""


class DataLoss(EdgecodeError):
    """Bytes did not arrive as they were sent."""


class Internal(EdgecodeError):
    """A defect of ours."""


class OutOfRange(EdgecodeError):
    """A place in a file or list that is not where things stand."""


class Unimplemented(EdgecodeError):
    """No such method here, in this build."""


class DeadlineExceeded(EdgecodeError):
    """The call took longer than it may."""
