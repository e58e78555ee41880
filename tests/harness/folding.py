"""Folding events of one job by hand, without a broker."""

from typing import Any

from edgecode.core.settings import Settings
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold import fold_job
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import StampRow
from edgecode.server.planner.plan import plan
from edgecode.server.planner.situation import Situation
from edgecode.server.planner.workers import PresentWorker, Workers
from edgecode.server.routes.route import Route
from edgecode.v1 import event_pb2, media_pb2
from tests.harness.builds import build_of, stamp_of

JOB = "00000000-0000-5000-8000-000000000001"
WORKER = StampRow.of(stamp_of("worker", "b"))
LEADER = StampRow.of(stamp_of("server", "a"))
B, C, D = build_of("b"), build_of("c"), build_of("d")
NOW_US = 1_800_000_000_000_000
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US

OURS = media_pb2.Failure(reason="BROKEN", message="it broke", fault=media_pb2.FAULT_OURS)
USERS = media_pb2.Failure(reason="NOT_A_VIDEO", message="no", fault=media_pb2.FAULT_USER)


def event(kind: str, /, **fields: Any) -> event_pb2.Event:
    """An event of a kind, `attempt_started` with its fields."""
    found = event_pb2.Event()
    message = getattr(found, kind)
    message.SetInParent()
    message.MergeFrom(type(message)(**fields))
    return found


def created(
    *, tasks: int = 1, budget: int = 4, outputs: tuple[str, ...] = (), life_us: int = DAY_US
) -> event_pb2.Event:
    """A job of tasks that do nothing, or of renditions and of thumbnails (`t…`)."""
    found = event("job_created", job_id=JOB, caller="test", attempt_budget=budget, contract=1, priority=2)
    found.job_created.noop_tasks = 0 if outputs else tasks
    found.job_created.expire_time.FromMicroseconds(NOW_US + life_us)
    for name in outputs:
        output = found.job_created.outputs.add(output_id=name)
        if name.startswith("t"):
            output.thumbnail.height_pixels = 360
        else:
            output.rendition.height_pixels = 360
    return found


class Story:
    """A job's events, one after another."""

    def __init__(self, first: event_pb2.Event | None = None) -> None:
        self.record: JobRecord | None = None
        self.sequence = 0
        self.now_us = NOW_US
        self.quarantined: frozenset[str] = frozenset()
        if first is not None:
            assert self.then(first)

    @property
    def job(self) -> JobRecord:
        assert self.record is not None
        return self.record

    def then(self, found: event_pb2.Event, stamp: StampRow = WORKER) -> bool:
        """Folds one more event; whether it took effect."""
        self.sequence += 1
        fact = Fact(JOB, self.sequence, self.now_us, stamp, "server@x", "", found, self.quarantined)
        self.record, took_effect = fold_job(self.record, fact)
        return took_effect

    def tell(self, kind: str, /, **fields: Any) -> bool:
        """Folds an event of this kind; whether it took effect."""
        return self.then(event(kind, **fields))

    def decide(self, situation: Situation) -> list[str]:
        """Plans and folds the plan; the kinds of the decisions."""
        decisions = plan(self.job, situation)
        for decision in decisions:
            assert self.then(decision, LEADER), f"the fold refused {decision}"
        return [decision.WhichOneof("kind") or "" for decision in decisions]


def situation(
    *live: str,
    current: str = B,
    quarantined: tuple[str, ...] = (),
    former: tuple[str, ...] = (),
    absence_counts: bool = True,
    now_us: int = NOW_US,
    present: dict[str, PresentWorker] | None = None,
    revision: int = 1,
    ramping: str = "",
    **settings: Any,
) -> Situation:
    """The fleet has one worker of each live build, and the one that `WORKER` is if its build is live."""
    workers = {
        (WORKER.instance if build == B else f"instance-{build}"): PresentWorker(build, 1, 1, frozenset(), 0)
        for build in live
    }
    return Situation(
        Route(revision, 1, current, frozenset(quarantined), former, ramping=ramping),
        Workers(workers | (present or {}), absence_counts),
        {WORKER.stamp_id: WORKER},
        LEADER,
        now_us,
        Settings(backoff_seconds=0.0, **settings),
    )
