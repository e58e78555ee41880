"""The data folder of one `up`: who owns it, which children it has, where they log.

A lock on `up.lock` lasts as long as its owner lives. Children are recorded by pid and start time in `run/`, so that the
next owner can kill what a killed one left: on Linux the kernel does that too, but may be a moment later than the lock
is free.
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import time
from pathlib import Path
from typing import IO

from edgecode.core.process_start import process_start

LOG_BYTES = 10 << 20
KILL_SECONDS = 10.0


class FolderInUse(Exception):
    """Another `edgecode up` lives on this folder."""


class DataFolder:
    """One data folder, claimed by at most one process at a time.

    Args:
        path: made when absent, readable by its owner only.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.logs = self.path / "logs"
        self._run = self.path / "run"
        self._lock: IO[str] | None = None

    def claim(self) -> list[int]:
        """Takes the folder and kills what an earlier owner left running; returns the pids killed.

        Raises:
            FolderInUse: its owner lives.
        """
        for folder in (self.path, self.logs, self._run):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self.path / "up.lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise FolderInUse(
                f"{self.path} belongs to a running edgecode up (pid {owner}): stop that one, or take another --data-dir"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock
        return self._kill_leftovers()

    def release(self) -> None:
        """Gives the folder free; legal at any time."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def record(self, name: str, pid: int) -> None:
        """Writes down a child of this process."""
        entry = self._run / f"{name}.json"
        temporary = entry.with_suffix(".new")
        temporary.write_text(json.dumps({"pid": pid, "start": process_start(pid)}), encoding="ascii")
        temporary.replace(entry)

    def forget(self, name: str) -> None:
        """Removes the record of a child that has ended."""
        (self._run / f"{name}.json").unlink(missing_ok=True)

    def write_log(self, name: str, data: bytes) -> None:
        """Appends to a child's log; one older generation is kept beyond 10 MiB.

        A full disk loses lines of a log, and ends nothing that runs.
        """
        path = self.logs / f"{name}.log"
        with contextlib.suppress(OSError):
            if path.exists() and path.stat().st_size > LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
            with path.open("ab", buffering=0) as log:
                log.write(data)

    def _kill_leftovers(self) -> list[int]:
        killed = []
        for entry in sorted(self._run.glob("*.json")):
            facts = json.loads(entry.read_text(encoding="ascii"))
            if facts["start"] is not None and process_start(facts["pid"]) == facts["start"]:
                _kill(facts["pid"], facts["start"])
                killed.append(facts["pid"])
            entry.unlink()
        return killed


def _kill(pid: int, start: str) -> None:
    """Kills the group that a child leads and returns when the child is gone."""
    # It may end by itself between the look and the kill.
    with contextlib.suppress(ProcessLookupError):
        ended = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
        os.killpg(pid, signal.SIGKILL)
        if ended is not None:
            select.select([ended], [], [], KILL_SECONDS)
            os.close(ended)
        deadline = time.monotonic() + KILL_SECONDS
        # Where there is no pidfd nothing tells of the end of a process that is no child of ours.
        while process_start(pid) == start:
            if time.monotonic() > deadline:
                raise TimeoutError(f"process {pid}, left by a killed edgecode up, does not end after SIGKILL")
            time.sleep(0.01)
