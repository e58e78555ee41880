"""A task as it comes from its lane."""

from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from edgecode.core import contract
from edgecode.core.bus import receive
from edgecode.core.headers import Origin
from edgecode.v1 import bus_pb2


class Unreadable(Exception):
    """A stamped task that this build cannot read: it is left to those who can."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One task given to this worker.

    Attributes:
        task: what to do.
        origin: who scheduled it, over which hops, in which trace.
        expire: when the job's events end; nothing is appended past it.
    """

    task: bus_pb2.TaskMessage
    origin: Origin
    expire: datetime

    @property
    def key(self) -> tuple[str, str, int]:
        """What the same task has in common at every delivery: job, task and n."""
        return self.task.job_id, self.task.task_id, self.task.n

    def is_expired(self) -> bool:
        """Whether the job's events have ended."""
        return datetime.now(UTC) >= self.expire


def read_assignment(message: Msg) -> Assignment:
    """Reads a message of a lane.

    Raises:
        UnstampedMessage: it has no whole stamp.
        Unreadable: it is of a contract that this build does not read, or no task at all.
    """
    incoming = receive(message)
    number = incoming.origin.contract
    if not contract.READS_MIN <= number <= contract.READS_MAX:
        raise Unreadable(f"contract {number}; this build reads {contract.READS_MIN} to {contract.READS_MAX}")
    try:
        task = bus_pb2.TaskMessage.FromString(incoming.payload)
    except DecodeError as error:
        raise Unreadable(str(error)) from error
    return Assignment(task, incoming.origin, task.expire_time.ToDatetime(UTC))
