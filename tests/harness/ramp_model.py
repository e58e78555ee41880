"""A ramp in small: the log's route and jobs, two servers that lead in turn, operators, and a build that may fail. Pure.

Two servers may both believe that they lead: one that lost the lock goes on with what it folded last. What they decide
is appended to the log on the condition that its subject has not changed since, and the fold has the last word.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from tests.harness.exploration import Step


class Phase(Enum):
    """Where the ramp stands; `ENDING` is there only where its end and the route's are two events."""

    LOW = "the low share"
    HIGH = "the high share"
    HELD = "held"
    PAUSED = "held, all settled, no verdict"
    ENDING = "rolled back, and the route does not say so"
    ROLLED_BACK = "rolled back"
    ABORTED = "aborted"
    PROMOTED = "promoted"


_BY_OPERATORS = {
    Phase.LOW: (Phase.HELD, Phase.ABORTED, Phase.ROLLED_BACK, Phase.PROMOTED),
    Phase.HIGH: (Phase.HELD, Phase.ABORTED, Phase.ROLLED_BACK, Phase.PROMOTED),
    Phase.HELD: (Phase.LOW, Phase.ABORTED, Phase.ROLLED_BACK),
    Phase.PAUSED: (Phase.LOW, Phase.ABORTED, Phase.ROLLED_BACK),
    Phase.PROMOTED: (Phase.ROLLED_BACK,),
}
_GOES_ON = frozenset({Phase.LOW, Phase.HIGH, Phase.HELD, Phase.PAUSED, Phase.PROMOTED})


@dataclass(frozen=True, slots=True)
class Rules:
    """What the protocol rests on; each may be left out to see what it is for."""

    compare_and_set: bool = True
    verdict_from_state: bool = True
    ramp_in_the_route: bool = True
    fold_looks_at_the_route: bool = True
    epochs_fence: bool = True


@dataclass(frozen=True, slots=True)
class Setting:
    """How much may happen. `shares` of each job: the phases in which the ramping build gets it."""

    crashes: int = 0
    lock_losses: int = 0
    orders: int = 0
    failures: int = 1
    failures_of_a_rollback: int = 1
    shares: tuple[frozenset[Phase], ...] = (frozenset({Phase.LOW, Phase.HIGH}),)


class Job(NamedTuple):
    """As folded: `by_ramping` is its build, None until it has one; `made` and `done` are its result's two steps."""

    by_ramping: bool | None = None
    epoch: int = 0
    failed: bool = False
    made: bool = False
    done: bool = False


class Folded(NamedTuple):
    """The log, or what a server folded of it; `revision` is the route's."""

    phase: Phase
    revision: int
    jobs: tuple[Job, ...]

    @property
    def failures(self) -> int:
        return sum(job.failed for job in self.jobs)

    def with_job(self, number: int, job: Job) -> "Folded":
        return self._replace(jobs=(*self.jobs[:number], job, *self.jobs[number + 1 :]))


class Server(NamedTuple):
    """`folded` is None where it does not lead; the others are what it keeps in mind where a rule is left out."""

    folded: Folded | None = None
    noticed_failure: bool = False
    ends_ramp: bool = False


class Attempt(NamedTuple):
    """What a worker is at; each build has one worker, which ends what it began whatever became of the job."""

    job: int
    epoch: int


class State(NamedTuple):
    """All of it; `holder` has the lock, workers are the good build's and the ramping one's, and the rest may yet be."""

    log: Folded
    servers: tuple[Server, Server]
    holder: int | None
    workers: tuple[Attempt | None, Attempt | None]
    crashes: int
    lock_losses: int
    orders: int
    failures: int

    def with_server(self, number: int, server: Server) -> "State":
        return self._replace(servers=(self.servers[0], server) if number else (server, self.servers[1]))

    def with_worker(self, attempt: Attempt | None, *, ramping: bool) -> "State":
        return self._replace(workers=(self.workers[0], attempt) if ramping else (attempt, self.workers[1]))


class RampModel:
    """What may happen in each state."""

    def __init__(self, rules: Rules, setting: Setting) -> None:
        self._rules = rules
        self._setting = setting

    def start(self) -> State:
        """The ramp has begun, its jobs are accepted, and nobody leads."""
        it = self._setting
        log = Folded(Phase.LOW, 0, (Job(),) * len(it.shares))
        return State(log, (Server(), Server()), None, (None, None), it.crashes, it.lock_losses, it.orders, it.failures)

    def steps(self, state: State) -> Iterator[Step[State]]:
        for number in (0, 1):
            yield from self._lead(state, number)
            if state.servers[number].folded is not None:
                yield from self._decide(state, number)
        yield from self._work(state)
        for phase in _BY_OPERATORS.get(state.log.phase, ()) if state.orders else ():
            ordered = state._replace(orders=state.orders - 1)
            yield self._turned(ordered, f"operator: {phase.value}", state.log, phase, fault=True)

    # What must come right --------------------------------------------------------------------------------------------

    def has_nothing_due(self, state: State) -> bool:
        """No hold without end, no verdict that nobody carries out, no ramp that says another thing than the route."""
        due = state.log.phase in _GOES_ON and state.log.failures >= self._setting.failures_of_a_rollback
        return not due and state.log.phase not in {Phase.HELD, Phase.ENDING}

    @staticmethod
    def is_done(state: State) -> bool:
        return all(job.done for job in state.log.jobs)

    # Servers ---------------------------------------------------------------------------------------------------------

    def _lead(self, state: State, number: int) -> Iterator[Step[State]]:
        """They take the lead, fold, lose the lock, find that out, die."""
        server, log = state.servers[number], state.log
        if server.folded is None:
            if state.holder is None:
                yield Step(f"{number} leads", state._replace(holder=number).with_server(number, Server(log)))
            return
        freed = state._replace(holder=None) if state.holder == number else state
        if server.folded != log:
            noticed = not self._rules.verdict_from_state and log.failures > server.folded.failures
            knowing = server._replace(folded=log, noticed_failure=server.noticed_failure or noticed)
            yield Step(f"{number} folds", state.with_server(number, knowing))
        if state.holder != number:
            yield Step(f"{number} resigns", state.with_server(number, Server()))
        elif state.lock_losses:
            yield Step(f"{number} loses the lock", freed._replace(lock_losses=state.lock_losses - 1), fault=True)
        if state.crashes:
            died = freed._replace(crashes=state.crashes - 1).with_server(number, Server())
            yield Step(f"{number} dies", died, fault=True)

    def _decide(self, state: State, number: int) -> Iterator[Step[State]]:
        """What follows from what a server has folded, for the ramp and for each job."""
        server = state.servers[number]
        folded = server.folded
        assert folded is not None
        phase = self._next_phase(server, folded)
        if phase is not None:
            after = state.with_server(number, server._replace(ends_ramp=phase is Phase.ENDING))
            yield self._turned(after, f"{number}: {phase.value}", folded, phase)
        for job_number, seen in enumerate(folded.jobs):
            job = self._next_job(folded, job_number)
            if job is not None and seen == state.log.jobs[job_number]:
                yield self._told(state, f"{number}: job {job_number} {job}", job_number, job)

    def _next_phase(self, server: Server, folded: Folded) -> Phase | None:
        """What the ramp calls for."""
        phase = folded.phase
        failures = folded.failures if self._rules.verdict_from_state or server.noticed_failure else 0
        mine = [job for job in folded.jobs if job.by_ramping and job.epoch == 0]
        if phase is Phase.ENDING:
            return Phase.ROLLED_BACK if server.ends_ramp else None
        if phase in _GOES_ON and failures >= self._setting.failures_of_a_rollback:
            return Phase.ROLLED_BACK if self._rules.ramp_in_the_route else Phase.ENDING
        if phase is Phase.HELD and all(job.done for job in mine):
            return Phase.PAUSED
        if phase in {Phase.LOW, Phase.HIGH}:
            if failures:
                return Phase.HELD
            if not folded.failures and mine and all(job.done for job in mine):
                return Phase.HIGH if phase is Phase.LOW else Phase.PROMOTED
        return None

    def _next_job(self, folded: Folded, number: int) -> Job | None:
        """What a job calls for: a build, another one, its publication."""
        job, phase = folded.jobs[number], folded.phase
        if job.done:
            return None
        if job.by_ramping is None:
            share = phase in self._setting.shares[number] or phase is Phase.PROMOTED
            return job._replace(by_ramping=share)
        if job.by_ramping and phase is Phase.ROLLED_BACK:
            return job._replace(by_ramping=False, epoch=job.epoch + 1, made=False)
        return job._replace(done=True) if job.made else None

    # The log ---------------------------------------------------------------------------------------------------------

    def _turned(self, state: State, name: str, seen: Folded, phase: Phase, *, fault: bool = False) -> Step[State]:
        """A change of the route, decided on what was seen of it."""
        log = state.log
        if seen.revision != log.revision:
            if self._rules.compare_and_set:
                return Step(f"{name}, refused", state)
            if seen.phase is not log.phase:
                return Step(name, state, wrong="a change that somebody made is overwritten")
        turned = log._replace(phase=phase, revision=log.revision + 1)
        return Step(name, state._replace(log=turned), fault=fault)

    def _told(self, state: State, name: str, number: int, job: Job) -> Step[State]:
        """A decision for a job; the route may have changed since, for it stands on another subject."""
        if state.log.phase is Phase.ROLLED_BACK and job.by_ramping:
            if self._rules.fold_looks_at_the_route:
                return Step(f"{name}, refused", state)
            what = "published from" if job.done else "given to"
            return Step(name, state, wrong=f"{what} the bad build after its rollback")
        return Step(name, state._replace(log=state.log.with_job(number, job)))

    # Workers ---------------------------------------------------------------------------------------------------------

    def _work(self, state: State) -> Iterator[Step[State]]:
        for ramping in (False, True):
            attempt = state.workers[ramping]
            who = "the ramping build" if ramping else "the good build"
            # What the bad one does after its rollback is no help that anything may depend on.
            fault = ramping and state.log.phase is Phase.ROLLED_BACK
            if attempt is None:
                for number, job in enumerate(state.log.jobs):
                    if job.by_ramping is ramping and not job.made and not job.done:
                        taken = state.with_worker(Attempt(number, job.epoch), ramping=ramping)
                        yield Step(f"{who} takes job {number}", taken, fault=fault)
                continue
            free = state.with_worker(None, ramping=ramping)
            yield self._ended(free, f"{who} ends job {attempt.job}", attempt, ramping=ramping, fault=fault)
            job = state.log.jobs[attempt.job]
            if ramping and state.failures and job.epoch == attempt.epoch and not job.done:
                failed = free.log.with_job(attempt.job, job._replace(failed=True))
                less = free._replace(log=failed, failures=state.failures - 1)
                yield Step(f"{who} fails job {attempt.job}", less, fault=True)

    def _ended(self, state: State, name: str, attempt: Attempt, *, ramping: bool, fault: bool) -> Step[State]:
        """A result, which may come after its job has moved."""
        job = state.log.jobs[attempt.job]
        if job.done or (self._rules.epochs_fence and job.epoch != attempt.epoch):
            return Step(f"{name}, refused", state, fault=fault)
        if job.by_ramping is not ramping:
            return Step(name, state, wrong="a late result of the bad build is taken for the good one's")
        return Step(name, state._replace(log=state.log.with_job(attempt.job, job._replace(made=True))), fault=fault)
