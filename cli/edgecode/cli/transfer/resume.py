"""Trying again after a broken connection, for as long as it makes sense."""

import grpc

from edgecode.cli.api import Api
from edgecode.cli.problem import read_problem

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 5.0
# A server that restarts needs seconds; a person in front of a prompt has no minutes.
PATIENCE_SECONDS = 30.0

# A stream that a stopping server or a broken connection ended.
_BROKEN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED}


class Patience:
    """Waits between tries; progress restores it.

    Args:
        api: its `stopping` ends the waiting.
        seconds: of waiting in all without progress.
    """

    def __init__(self, api: Api, seconds: float = PATIENCE_SECONDS) -> None:
        self._api = api
        self._seconds = seconds
        self.progress()

    def progress(self) -> None:
        """Something got through: the next failure is a new one."""
        self._left = self._seconds
        self._wait = FIRST_WAIT_SECONDS

    def wait(self, error: grpc.RpcError) -> None:
        """Waits before the next try.

        Raises:
            grpc.RpcError: the error given, when it is none of a broken connection, or one that waiting cannot mend,
                or patience is at its end.
            Abandoned: the client was told to stop.
        """
        problem = read_problem(error)
        # What a server of ours gives a reason for it means, unless it is only away.
        meant = problem.reason and problem.code is not grpc.StatusCode.UNAVAILABLE
        if problem.code not in _BROKEN or meant or self._left <= 0:
            raise error
        if problem.unreachable and self._api.reach.trouble():
            raise error
        self._api.stopping.pause(self._wait)
        self._left -= self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT_SECONDS)
