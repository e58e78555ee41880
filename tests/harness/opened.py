"""Which files Python processes open: an audit hook (PEP 578) in a process and in all it starts, written to one file."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

# Runs as each interpreter starts, wherever the sandbox lets PYTHONPATH through.
_HOOK = """
import json, os, sys

_file = os.open({file!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

def _hook(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)) and {below!r} in os.fsdecode(args[0]):
        entry = {{"pid": os.getpid(), "path": os.fsdecode(args[0]), "mode": args[1] or "", "flags": args[2]}}
        os.write(_file, (json.dumps(entry) + "\\n").encode())

sys.addaudithook(_hook)
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """One file opened; `reads` says that what it held could be read."""

    pid: int
    path: str
    reads: bool


class OpenedFiles:
    """Files below a folder that processes open which are started with this environment."""

    def __init__(self, folder: Path, below: Path) -> None:
        self._file = folder / "opened.jsonl"
        (folder / "hook").mkdir()
        (folder / "hook/sitecustomize.py").write_text(_HOOK.format(file=str(self._file), below=str(below)))
        path = os.pathsep.join(filter(None, (str(folder / "hook"), os.environ.get("PYTHONPATH", ""))))
        self.environment: dict[str, str] = {"PYTHONPATH": path}

    def read(self) -> list[Opened]:
        """All so far, in order."""
        entries = map(json.loads, self._file.read_text().splitlines())
        return [Opened(e["pid"], e["path"], (e["flags"] & os.O_ACCMODE) != os.O_WRONLY) for e in entries]
