"""The workers as a plan sees them: a value, so that planning stays pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PresentWorker:
    """One live worker: its build, the contracts it reads, what it works on and when it said so.

    `beat_time_us` is the earlier of its own clock and ours, so that one clock that is ahead ends no attempt.
    """

    build: str
    contract_min: int
    contract_max: int
    attempt_ids: frozenset[str]
    beat_time_us: int
    draining: bool = False


@dataclass(frozen=True, slots=True)
class Workers:
    """Live workers by instance. Unless `absence_counts` nobody may be called gone: it may be the observer who left."""

    present: Mapping[str, PresentWorker] = field(default_factory=dict)
    absence_counts: bool = False

    def builds(self, contract: int) -> frozenset[str]:
        """Builds with a live worker that reads the contract."""
        return frozenset(w.build for w in self.present.values() if w.contract_min <= contract <= w.contract_max)

    def has_left(self, instance: str) -> bool:
        """Whether the instance is known to be gone."""
        return self.absence_counts and instance not in self.present

    def misreads(self, build: str, contract: int) -> bool:
        """Whether the build has live workers, none of which reads the contract."""
        found = [w for w in self.present.values() if w.build == build]
        return bool(found) and not any(w.contract_min <= contract <= w.contract_max for w in found)

    def lacks(self, build: str, contract: int) -> bool:
        """Whether the build is known to have no worker that reads the contract."""
        if any(worker.build == build for worker in self.present.values()):
            return build not in self.builds(contract)  # seen, and not only absent
        return self.absence_counts

    def dropped(self, instance: str, attempt_id: str, start_time_us: int, margin_us: int) -> bool:
        """Whether the instance is alive and says, well after the attempt's start, that it does not work on it."""
        worker = self.present.get(instance)
        return (
            worker is not None
            and attempt_id not in worker.attempt_ids
            and worker.beat_time_us > start_time_us + margin_us
        )
