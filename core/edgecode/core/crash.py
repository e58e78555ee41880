"""Crash points: named places where a test makes a process die as `kill -9` would."""

import os
import signal

VARIABLE = "EDGECODE_CRASH_AT"


class CrashPoints:
    """Kills the process at the armed point; elsewhere, and when nothing is armed, does nothing."""

    def __init__(self, armed: str = "") -> None:
        self._armed = armed

    @classmethod
    def from_environment(cls) -> "CrashPoints":
        """Armed by `EDGECODE_CRASH_AT`, read once at the start of a process."""
        return cls(os.environ.get(VARIABLE, ""))

    def at(self, name: str) -> None:
        """A place where the process may die."""
        if name == self._armed:
            os.kill(os.getpid(), signal.SIGKILL)
