"""The folder a demo leaves: results of an earlier one give way, other files are never touched."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from edgecode.cli.exits import CommandFailed
from edgecode.cli.stack.folder import DataFolder

DATA = ".edgecode"
FACTS = "facts.json"


def prepare(output: Path, results: Sequence[str] | None = None) -> DataFolder:
    """Makes the folder, removes what an earlier demo left in it, and claims a fresh data folder inside.

    Args:
        output: where results are left.
        results: names of an earlier demo's results; by default those that its `facts.json` tells.

    Raises:
        FolderInUse: another demo runs here.
        CommandFailed: `facts.json` is not one of ours.
    """
    output.mkdir(parents=True, exist_ok=True)
    names = earlier_results(output) if results is None else results
    former = DataFolder(output / DATA)
    former.claim()
    for name in names:
        (output / name).unlink(missing_ok=True)
    # The lock goes with the folder: nobody else can take this one between.
    for entry in former.path.iterdir():
        if entry.name != "up.lock":
            remove(entry)
    former.release()
    folder = DataFolder(output / DATA)
    folder.claim()
    return folder


def remove(path: Path) -> None:
    """Removes a file or a folder with all it holds."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def earlier_results(output: Path) -> list[str]:
    """Names of the files an earlier demo wrote, its `facts.json` last; bare names only."""
    facts = output / FACTS
    if not facts.exists():
        return []
    try:
        entries = json.loads(facts.read_bytes())["artifacts"]
        names = [entry[key] for entry in entries for key in ("path", "statement_path")]
    except (ValueError, KeyError, TypeError) as error:
        raise CommandFailed(f"{facts} is not the result of a demo: move it away, or take another folder") from error
    return [*(name for name in names if Path(name).name == name), FACTS]
