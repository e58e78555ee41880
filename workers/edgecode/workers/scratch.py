"""Folders for media work: one for each attempt, in one for this process, which the next start finds if it is killed."""

import json
import os
import shutil
from pathlib import Path

import structlog

from edgecode.core.process_start import process_start

log = structlog.get_logger()

_CHILDREN = "children"
_OWNER_SUFFIX = ".owner"


class Scratch:
    """The scratch folder of one worker process. Workers of one machine may share `root`."""

    def __init__(self, root: Path, instance: str) -> None:
        self._root = root
        self._own = root / instance
        self._owner = root / f"{instance}{_OWNER_SUFFIX}"

    @property
    def children(self) -> Path:
        """Where running media children are recorded, by all workers that share the root."""
        return self._root / _CHILDREN

    def open(self) -> list[str]:
        """Makes this process's folder, removes those of processes that are gone, and returns their names."""
        self.children.mkdir(parents=True, exist_ok=True)
        removed = [entry.stem for entry in self._root.glob(f"*{_OWNER_SUFFIX}") if self._remove_if_dead(entry)]
        # The owner is known before there is anything to own.
        facts = {"pid": os.getpid(), "start": process_start(os.getpid())}
        self._owner.write_text(json.dumps(facts), encoding="ascii")
        self._own.mkdir()
        return removed

    def _remove_if_dead(self, entry: Path) -> bool:
        try:
            facts = json.loads(entry.read_text(encoding="ascii"))
            alive = process_start(facts["pid"]) == facts["start"]
        except FileNotFoundError:
            return False  # another worker, starting at the same time, removed it
        except ValueError:
            alive = False  # cut short by a kill
        if alive:
            return False
        shutil.rmtree(entry.with_suffix(""), ignore_errors=True)
        entry.unlink(missing_ok=True)
        return True

    def folder(self, attempt_id: str) -> Path:
        """Where one attempt may make its folder."""
        return self._own / attempt_id

    def close(self) -> None:
        """Removes this process's folder; twice is legal."""
        shutil.rmtree(self._own, ignore_errors=True)
        self._owner.unlink(missing_ok=True)
