"""Processes as the system sees them: who started whom, and when they are gone."""

import asyncio
import os
from pathlib import Path


def parents() -> dict[int, tuple[int, str]]:
    """Every process that runs: pid to its parent and its state (`R`, `S`, `T`, `Z`, …)."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue  # gone meanwhile
            found[int(entry.name)] = (int(fields[1]), fields[0])
    return found


def descendants(pid: int) -> set[int]:
    """Children of a process, their children and so on, without those that have ended and wait to be read."""
    known = parents()
    found: set[int] = set()
    front = {pid}
    while front:
        front = {child for child, (parent, state) in known.items() if parent in front and state != "Z"} - found
        found |= front
    return found


def command(pid: int) -> str:
    """Command line, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


async def gone(pid: int, seconds: float) -> None:
    """Returns when a process, whoever started it, has ended; TimeoutError when it lives on."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(handle, ended.set)
    try:
        async with asyncio.timeout(seconds):
            await ended.wait()
    except TimeoutError as error:
        raise TimeoutError(f"process {pid} still lives after {seconds} s: {command(pid)}") from error
    finally:
        loop.remove_reader(handle)
        os.close(handle)
