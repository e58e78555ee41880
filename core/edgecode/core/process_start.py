"""Tells a process from a later one that got the same pid."""

import subprocess
import sys
from pathlib import Path


def process_start(pid: int) -> str | None:
    """A token that is different for every process that ever has this pid; None when there is none now.

    A zombie counts as none: it runs nothing and cannot be killed again.
    """
    if sys.platform == "linux":
        try:
            # Fields after the command's name, which may hold anything; the 22nd of all is the start in clock ticks.
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None
