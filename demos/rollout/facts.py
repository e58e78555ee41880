"""`facts.json` of the rollout: what the API said, word for word."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgecode.cli.output import message_dict
from edgecode.v1 import job_pb2, route_pb2


@dataclass(frozen=True, slots=True)
class Facts:
    """The replies of one rollout."""

    revisions: Sequence[route_pb2.Route]
    route: route_pb2.Route
    ramps: Sequence[route_pb2.Ramp]
    jobs: Sequence[job_pb2.Job]
    seconds_to_first_rerun: float

    def as_dict(self) -> dict[str, Any]:
        """Jobs with the build that made each, every revision of the route, both ramps with the numbers that decided."""
        ends = Counter(job_pb2.Job.State.Name(job.state).removeprefix("STATE_") for job in self.jobs)
        return {
            "jobs_by_end": dict(ends),
            "jobs_by_build": dict(Counter(job.build for job in self.jobs)),
            "jobs_moved": [job.job_id for job in self.jobs if job.epoch],
            "seconds_from_verdict_to_first_rerun": self.seconds_to_first_rerun,
            "jobs": [
                {"job_id": job.job_id, "state": job_pb2.Job.State.Name(job.state), "build": job.build,
                 "epoch": job.epoch, "route_revision": job.route_revision}
                for job in self.jobs
            ],
            "revisions": [message_dict(each) for each in self.revisions],
            "route": message_dict(self.route),
            "ramps": [message_dict(each) for each in self.ramps],
        }  # fmt: skip

    def write(self, path: Path) -> None:
        """Writes them, indented."""
        path.write_text(json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
