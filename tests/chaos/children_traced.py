"""Which files the children of a process open and whom they call, as strace sees it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.strace_log import Call, read_calls
from tests.harness.process import tool

_STARTS = ("clone", "clone3", "fork", "vfork")
_OPENS = ("open", "openat", "openat2", "creat")
_CALLS = ("socket", "connect", "sendto", "sendmsg", "bind")
_PATH = re.compile(r'"(?:[^"\\]|\\.)*"')
_ADDRESS = re.compile(r"\bAF_INET6?\b")
# Numbers of processes differ from run to run.
_NUMBERED = re.compile(r"/\d+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Doings:
    """What children did.

    Attributes:
        opened: paths that they asked for, found or not; relative ones as they said them.
        called: calls of the network, of whatever kind but those among processes of this machine.
        children: how many threads there were.
    """

    opened: frozenset[str]
    called: frozenset[str]
    children: int

    def beside(self, allowed: Iterable[str]) -> set[str]:
        """Paths opened that begin with none of these."""
        places = tuple(allowed)
        return {path for path in self.opened if not path.startswith(places)}


def trace(folder: Path, argv: Sequence[str], cwd: Path) -> Doings:
    """Runs a program to its good end and tells what its children did, and theirs."""
    log = folder / "strace.txt"
    wanted = ",".join((*_STARTS, *_OPENS, *_CALLS))
    # With a filter in the kernel only what is asked for stops a program.
    strace = [tool("strace"), "-f", "--seccomp-bpf", "-qq", "-s", "4096", "-e", f"trace={wanted}", "-e", "signal=none"]
    ended = subprocess.run([*strace, "-o", str(log), *argv], cwd=cwd, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return doings(read_calls(log))


def doings(calls: Sequence[Call]) -> Doings:
    """What all but the first process did."""
    first = calls[0].thread
    own, children = {first}, set[int]()
    for call in calls:
        if call.name in _STARTS and call.result > 0:
            (own if call.thread in own and "CLONE_THREAD" in call.text else children).add(call.result)
    theirs = [call for call in calls if call.thread in children]
    return Doings(
        frozenset(_path(call) for call in theirs if call.name in _OPENS),
        frozenset(call.text for call in theirs if call.name in _CALLS and _ADDRESS.search(call.text)),
        len(children),
    )


def _path(call: Call) -> str:
    found = _PATH.search(call.text)
    assert found is not None, call
    path = ast.literal_eval("b" + found[0]).decode("utf-8", "surrogateescape")
    return _NUMBERED.sub("/N", path) if path.startswith("/proc/") else path


def interpreter() -> set[str]:
    """Folders from which a Python of ours loads what it runs."""
    roots = Path(__file__).parents[2]
    return {f"{place}/" for place in (sys.prefix, sys.base_prefix, roots)}
