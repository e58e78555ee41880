"""The build hook: freezes the stamp into every sdist and wheel, and refuses a build without a revision."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The backend runs with the tree as its working folder, which is not on sys.path under PEP 517.
sys.path.insert(0, str(Path(__file__).resolve().parent))
import build_version

WHEEL_STAMP = "edgecode/core/_stamp.json"


class StampHook(BuildHookInterface[Any]):
    """Writes `{version, revision, dirty, committed_at, files}` as JSON into what is built."""

    PLUGIN_NAME = "custom"
    _stamp_file: str | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Freeze the stamp; an editable install gets none, because it asks the tree live."""
        source_tree = build_version.load_core("source_tree")
        tree = source_tree.read_tree(Path(self.root).resolve())
        if version == "editable":
            return
        stamp = {
            "version": build_version.semver(),
            "revision": tree.revision,
            "dirty": tree.dirty,
            "committed_at": tree.committed_at,
            "files": tree.files,
        }
        descriptor, self._stamp_file = tempfile.mkstemp(suffix=".json")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(stamp, indent=2, sort_keys=True) + "\n")
        inside = source_tree.STAMP_PATH if self.target_name == "sdist" else WHEEL_STAMP
        build_data["force_include"][self._stamp_file] = inside

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the file the stamp came from."""
        if self._stamp_file is not None:
            Path(self._stamp_file).unlink()
