"""What a killed worker left running: children are recorded by pid and start time, and killed at the next start."""

import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Any

from edgecode.core.process_start import process_start


def record(state_dir: Path, pid: int) -> Path:
    """Writes down a child just started by this process; the file is to be removed when the child is gone."""
    entry = state_dir / f"{pid}.child"
    facts = {"pid": pid, "start": process_start(pid), "owner": os.getpid(), "owner_start": process_start(os.getpid())}
    entry.write_text(json.dumps(facts), encoding="ascii")
    return entry


def reap_leftovers(state_dir: Path) -> list[int]:
    """Kills the process groups that workers no longer alive left behind.

    Children of a living worker that shares the folder are let be; so is a process that merely got an old pid.

    Returns:
        The pids of the children killed.
    """
    killed: list[int] = []
    for entry in sorted(state_dir.glob("*.child")):
        facts = _read(entry)
        if facts is not None:
            if process_start(facts["owner"]) == facts["owner_start"]:
                continue
            if facts["start"] is not None and process_start(facts["pid"]) == facts["start"]:
                # It may end by itself between the look and the kill.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(facts["pid"], signal.SIGKILL)
                    killed.append(facts["pid"])
        entry.unlink(missing_ok=True)
    return killed


def _read(entry: Path) -> dict[str, Any] | None:
    try:
        facts = json.loads(entry.read_text(encoding="ascii"))
    except (OSError, ValueError):
        # Cut short by the kill: the child had hardly begun, and its parent-death signal has ended it.
        return None
    return facts if isinstance(facts, dict) else None
