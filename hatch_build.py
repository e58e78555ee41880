"""The build hook: freezes the stamp into every sdist and wheel, and refuses a build without a revision.

A wheel gets its software bill of materials too.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The backend runs with the tree as its working folder, which is not on sys.path under PEP 517.
sys.path.insert(0, str(Path(__file__).resolve().parent))
import build_sbom
import build_version

WHEEL_STAMP = "edgecode/core/_stamp.json"


class StampHook(BuildHookInterface[Any]):
    """Writes `{version, revision, dirty, committed_at, files}` as JSON into what is built, and the wheel's SBOM."""

    PLUGIN_NAME = "custom"
    _made: Path | None = None

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
        self._made = Path(tempfile.mkdtemp(prefix="edgecode-build-"))
        frozen = self._made / "_stamp.json"
        frozen.write_text(json.dumps(stamp, indent=2, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
        inside = source_tree.STAMP_PATH if self.target_name == "sdist" else WHEEL_STAMP
        build_data["force_include"][str(frozen)] = inside
        if self.target_name == "wheel":
            sbom = self._made / build_sbom.FILE_NAME
            sbom.write_bytes(build_sbom.bill(Path(self.root).resolve(), build_version.pep440(), stamp))
            build_data["sbom_files"].append(str(sbom))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the files that were made for it."""
        if self._made is not None:
            shutil.rmtree(self._made)
