"""`facts.json`: what the API said of one demo, word for word."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgecode.cli.output import message_dict
from edgecode.v1 import asset_pb2, fleet_pb2, incident_pb2, job_pb2, media_pb2


@dataclass(frozen=True, slots=True)
class Saved:
    """One artifact and the names of its files in the demo's folder."""

    path: str
    statement_path: str
    artifact: media_pb2.Artifact


@dataclass(frozen=True, slots=True)
class Facts:
    """The replies of one demo."""

    build_info: fleet_pb2.BuildInfo
    instances: fleet_pb2.ListInstancesResponse
    asset: asset_pb2.Asset
    job: job_pb2.Job
    saved: Sequence[Saved]
    trace: incident_pb2.Trace

    def as_dict(self) -> dict[str, Any]:
        """Only replies, and the names their bytes were saved under."""
        return {
            "build_info": message_dict(self.build_info),
            "instances": message_dict(self.instances).get("instances", []),
            "asset": message_dict(self.asset),
            "job": message_dict(self.job),
            "artifacts": [
                {"path": each.path, "statement_path": each.statement_path, **message_dict(each.artifact)}
                for each in self.saved
            ],
            "trace": message_dict(self.trace)["hops"],
        }

    def write(self, path: Path) -> None:
        """Writes them, indented."""
        path.write_text(json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
