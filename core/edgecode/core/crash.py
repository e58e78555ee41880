"""Crash points: named places where a test makes a process die as `kill -9` would."""

import os
import signal

VARIABLE = "EDGECODE_CRASH_AT"


class CrashPoints:
    """Kills the process at the armed point; elsewhere, and when nothing is armed, does nothing.

    Args:
        armed: a point, or several with commas between: they must be passed in this order, and the last one kills.
    """

    def __init__(self, armed: str = "") -> None:
        self._ahead = armed.split(",") if armed else []

    @classmethod
    def from_environment(cls) -> "CrashPoints":
        """Armed by `EDGECODE_CRASH_AT`, read once at the start of a process."""
        return cls(os.environ.get(VARIABLE, ""))

    def at(self, name: str) -> None:
        """A place where the process may die."""
        if not self._ahead or name != self._ahead[0]:
            return
        self._ahead.pop(0)
        if not self._ahead:
            os.kill(os.getpid(), signal.SIGKILL)
