"""Ramps and their jobs, made by hand: what the pure functions of a ramp are tested with."""

from edgecode.server.routes.evidence import recompute
from edgecode.server.routes.ramp import decide, share_percent, started
from edgecode.server.routes.ramp_job import Made, Outcome, RampJob
from edgecode.server.routes.ramp_policy import filled
from edgecode.v1 import ramp_pb2

STATES = ramp_pb2.RampState
TESTS = ramp_pb2.RampTest
RECORD = ramp_pb2.RecordedRate(jobs=5_000, failures=5)
SECOND = 1_000_000
NOW = 1_800_000_000 * SECOND


def ramp(**policy: object) -> ramp_pb2.RampDocument:
    asked = ramp_pb2.RampPolicy(steps_percent=[20, 90], min_jobs=10, min_time_seconds=60)
    asked.MergeFrom(ramp_pb2.RampPolicy(**policy))  # type: ignore[arg-type]
    return started("r", "new", "old", filled(asked), recorded=RECORD, now_us=NOW)


class Jobs:
    """Jobs that were given, begun and ended one after another."""

    def __init__(self) -> None:
        self.jobs: list[RampJob] = []

    def then(
        self, count: int, document: ramp_pb2.RampDocument, outcome: Outcome, *, on_ramp: bool = True, **made: float
    ) -> "Jobs":
        for _ in range(count):
            n = 3 * len(self.jobs) + 1
            open_ = outcome is Outcome.OPEN
            self.jobs.append(
                RampJob(
                    job_id=str(n),
                    key=str(n),
                    on_ramp=on_ramp,
                    share=share_percent(document) / 100,
                    step=document.step,
                    round=document.round,
                    given_sequence=n,
                    begun_sequence=n + 1,
                    begun_us=NOW,
                    ended_sequence=0 if open_ else n + 2,
                    ended_us=0 if open_ else NOW,
                    outcome=outcome,
                    made=Made("s", **made),
                )
            )
        return self

    def good(self, count: int, document: ramp_pb2.RampDocument, *, on_ramp: bool = True, **made: float) -> "Jobs":
        return self.then(count, document, Outcome.SUCCEEDED, on_ramp=on_ramp, **made)

    def bad(self, count: int, document: ramp_pb2.RampDocument, *, on_ramp: bool = True) -> "Jobs":
        return self.then(count, document, Outcome.FAILED, on_ramp=on_ramp)

    def decide(self, document: ramp_pb2.RampDocument, after_seconds: int = 0) -> ramp_pb2.RampDocument | None:
        now_us = NOW + after_seconds * SECOND
        return decide(document, recompute(document, self.jobs, now_us), now_us)


def said(document: ramp_pb2.RampDocument | None) -> tuple[str, str, float]:
    assert document is not None
    return STATES.Name(document.state).removeprefix("RAMP_STATE_"), document.reason, share_percent(document)


def unlike(document: ramp_pb2.RampDocument, **made: float) -> Jobs:
    """Jobs of both builds in turn, those of the ramping one with these measures."""
    jobs = Jobs()
    for _ in range(20):
        jobs.good(1, document, on_ramp=False, seconds=1.0, size_ratio=1.0, frames_ratio=1.0).good(
            1, document, on_ramp=True, **made
        )
    return jobs
