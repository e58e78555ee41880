"""A flow of jobs through a ramp, simulated: two lanes with their queues, and the ramp's own functions deciding.

Nothing of the product is stood in for: evidence and decisions are the ones the leader uses, fed with what jobs log.
"""

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from edgecode.server.routes.evidence import Evidence
from edgecode.server.routes.ramp import GOING, decide, share_percent, started
from edgecode.server.routes.ramp_job import Made, Moment, Outcome, RampJob
from edgecode.server.routes.ramp_policy import filled
from edgecode.v1 import ramp_pb2

_SECOND_US = 1_000_000
_START_US = 1_800_000_000 * _SECOND_US
# The leader looks at least so often; it looks at each failure anyway.
_LOOK_EVERY = 50
_WORKERS = 8


@dataclass(frozen=True, slots=True)
class Flow:
    """One ramp under a steady flow of a job a second.

    Attributes:
        steps: in percent.
        step_jobs: of the ramping build, resolved, in each step; 0 never leaves the first.
        jobs: given to both builds together.
        current_fails: chance that a job of the current build fails.
        ramping_fails: the same of the ramping build.
        behind: jobs that wait in the current build's lane when the ramp begins.
        incident: failures of both are so many times as frequent while it lasts.
        incident_jobs: the first of the jobs that it hits, and the first after it, as parts of all.
        instant: each job is settled before the next is given.
        failing_seconds: how long a failing attempt takes, to a good one's; failures come faster below 1.
        key_share: of one key's jobs among all, and how often those fail on either build.
        slower: the ramping build's attempts take so many times as long.
        distorted: the same of 1 - SSIM.
        record: jobs and failures of the day before; None for 5,000 at `current_fails`.
        watched: goes on after the promotion, when all jobs are the new build's.
    """

    steps: tuple[float, ...] = (20.0,)
    step_jobs: int = 0
    jobs: int = 2_000
    current_fails: float = 0.01
    ramping_fails: float = 0.01
    behind: int = 0
    incident: float = 1.0
    incident_jobs: tuple[float, float] = (0.5, 1.0)
    instant: bool = False
    failing_seconds: float = 1.0
    key_share: float = 0.0
    key_fails: float = 0.0
    slower: float = 1.0
    distorted: float = 1.0
    record: tuple[int, int] | None = None
    watched: bool = False
    policy: ramp_pb2.RampPolicy = field(default_factory=ramp_pb2.RampPolicy)


@dataclass(frozen=True, slots=True)
class Within:
    """A bad build, and after how many jobs given to it the ramp must be held or rolled back."""

    flow: Flow
    rolled_back_after: int
    held_after: int


_STEPS = (5.0, 20.0, 50.0, 90.0)
# As a ramp goes where its policy says nothing.
_USUAL = Flow(steps=(5.0, 25.0, 50.0, 90.0), step_jobs=50, jobs=4_000, watched=True)
HEALTHY = {
    "equal lanes, 1 % fail": Flow(),
    "equal lanes, 5 % fail": Flow(current_fails=0.05, ramping_fails=0.05),
    "the old lane 500 jobs behind, 5 % fail": Flow(behind=500, current_fails=0.05, ramping_fails=0.05),
    "the old lane 2,000 jobs behind, 5 % fail": Flow(behind=2_000, current_fails=0.05, ramping_fails=0.05),
    "shares 5, 20, 50, 90 %": Flow(steps=_STEPS, step_jobs=60, jobs=2_500),
    "an incident half-way: both fail 3 times as often": Flow(incident=3.0),
    "shares 5, 20, 50, 90 % and such an incident, 10 times": Flow(
        steps=_STEPS, step_jobs=60, jobs=2_500, incident=10.0
    ),
    "share 90 % from the first step and such an incident, 10 times": Flow(steps=(90.0,), incident=10.0),
    "share 50 % and such an incident, 10 times, for 200 jobs": Flow(
        steps=(50.0,), incident=10.0, incident_jobs=(0.5, 0.6)
    ),
    "failures 20 times as fast as successes, 5 %": Flow(failing_seconds=0.05, current_fails=0.05, ramping_fails=0.05),
    "one key has 20 % of the jobs and fails 30 %": Flow(key_share=0.2, key_fails=0.3),
    "the usual steps and the watch": _USUAL,
}
DETECTED = {
    "1 % to 10 % at 5 %": Within(Flow(steps=(5.0,), ramping_fails=0.1, jobs=10_000), 500, 500),
    "1 % to 10 % at 20 %": Within(Flow(ramping_fails=0.1, jobs=2_500), 500, 500),
    "1 % to 10 % at 50 %": Within(Flow(steps=(50.0,), ramping_fails=0.1, jobs=1_500), 500, 500),
    "1 % to 10 % at 90 %": Within(Flow(steps=(90.0,), ramping_fails=0.1, jobs=3_000), 500, 500),
    "1 % to 10 %, the usual steps and the watch": Within(replace(_USUAL, ramping_fails=0.1), 500, 500),
    "all fail at 5 %": Within(Flow(steps=(5.0,), ramping_fails=1.0, current_fails=0.002, instant=True), 5, 10),
    "all fail at 25 %": Within(Flow(steps=(25.0,), ramping_fails=1.0, current_fails=0.002, instant=True), 5, 10),
    "all fail at 50 %": Within(Flow(steps=(50.0,), ramping_fails=1.0, current_fails=0.002, instant=True), 10, 10),
    "all fail at 90 %": Within(Flow(steps=(90.0,), ramping_fails=1.0, current_fails=0.002, instant=True), 10, 10),
    "all fail at 90 %, no record": Within(
        Flow(steps=(90.0,), ramping_fails=1.0, current_fails=0.002, instant=True, record=(0, 0)), 10, 10
    ),
}


@dataclass(slots=True)
class Ride:
    """What became of one simulated ramp.

    Attributes:
        held_after: jobs given to the ramping build when it was held first; None if it never was.
        ended_after: the same when it was rolled back.
    """

    document: ramp_pb2.RampDocument
    evidence: Evidence
    jobs: list[RampJob]
    held_after: int | None = None
    ended_after: int | None = None
    verdicts: list[ramp_pb2.RampDocument] = field(default_factory=list)

    @property
    def rolled_back(self) -> bool:
        return self.document.state == ramp_pb2.RAMP_STATE_ROLLED_BACK


class _Lane:
    """A queue before some workers: when the next job begins."""

    def __init__(self, seconds: float, behind: int) -> None:
        self._free = [behind * seconds / _WORKERS] * _WORKERS

    def begin(self, given: float) -> float:
        return max(given, self._free[0])

    def work(self, begun: float, seconds: float) -> None:
        heapq.heapreplace(self._free, begun + seconds)


def _with(job: RampJob, given: int, begun: tuple[int, int], ended: tuple[int, int]) -> RampJob:
    """A copy; `dataclasses.replace` would cost half of a simulation."""
    return RampJob(
        job.job_id, job.key, job.on_ramp, job.share, job.step, job.round, given, *begun, *ended, job.outcome, job.made
    )


class Simulation:
    """One ramp. The same seed gives the same ride.

    With `in_completion_order` jobs are told of when they end: what the product must not do.
    """

    def __init__(self, flow: Flow, seed: int, *, in_completion_order: bool = False) -> None:
        self._flow = flow
        self._late = in_completion_order
        self._random = random.Random(seed)
        # Either lane is busy for two thirds of the time at the share that asks most of it.
        most = {True: max(flow.steps) / 100, False: 1 - min(flow.steps) / 100}
        self._seconds = {side: 0.66 * _WORKERS / share for side, share in most.items()}
        if flow.instant:
            self._seconds = dict.fromkeys((True, False), 1e-4)
        self._lanes = {True: _Lane(self._seconds[True], 0), False: _Lane(self._seconds[False], flow.behind)}
        self._salt = self._random.random()
        self._sequence = 0
        self._later: list[tuple[float, int, Moment, int]] = []
        self._document = self._start()
        self.ride = Ride(self._document, Evidence(self._document), [])

    def _start(self) -> ramp_pb2.RampDocument:
        flow = self._flow
        policy = ramp_pb2.RampPolicy()
        policy.CopyFrom(flow.policy)
        policy.steps_percent[:] = flow.steps
        policy.min_jobs = flow.step_jobs or 1_000_000_000
        policy.min_time_seconds = 0.001
        jobs, failures = flow.record or self._record()
        return started(
            "ramp",
            "new",
            "old",
            filled(policy),
            recorded=ramp_pb2.RecordedRate(jobs=jobs, failures=failures),
            now_us=_START_US,
        )

    def _record(self) -> tuple[int, int]:
        rate = self._flow.current_fails * (1 - self._flow.key_share) + self._flow.key_fails * self._flow.key_share
        return 5_000, sum(self._random.random() < rate for _ in range(5_000))

    def run(self, until: Callable[[Ride], bool] = lambda ride: False) -> Ride:
        """Until all jobs were given and settled, the ramp is over, or `until` holds."""
        for number in range(self._flow.jobs):
            self._catch_up(float(number))
            if self._is_over() or until(self.ride):
                return self.ride
            self._give(number)
            if number % _LOOK_EVERY == 0:
                self._look(float(number))
        while self._later and not self._is_over() and not until(self.ride):
            self._catch_up(self._later[0][0])
        self._look(float(self._flow.jobs * 100))
        return self.ride

    def _is_over(self) -> bool:
        state = self._document.state
        return state not in GOING or (state == ramp_pb2.RAMP_STATE_WATCHING and not self._flow.watched)

    def _catch_up(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            at, _, moment, number = heapq.heappop(self._later)
            self._log(at, moment, number)
            if self._is_over():
                return

    def _give(self, number: int) -> None:
        chance, flow = self._random.random, self._flow
        keyed = chance() < flow.key_share
        # A key's place, like a job's, is one throw of the salt.
        place = self._salt if keyed else chance()
        share = share_percent(self._document) / 100
        on_ramp = place < share
        fails = flow.key_fails if keyed else flow.ramping_fails if on_ramp else flow.current_fails
        begins, ends = flow.incident_jobs
        if flow.incident > 1 and begins <= number / flow.jobs < ends:
            fails = min(0.95, fails * flow.incident)
        failed = chance() < fails
        begun = self._lanes[on_ramp].begin(float(number))
        noise = math.exp(self._random.gauss(0.0, 0.4))
        seconds = self._seconds[on_ramp] * noise * (flow.failing_seconds if failed else 1.0)
        self._lanes[on_ramp].work(begun, seconds)
        seconds_shown = 40.0 * noise * (flow.slower if on_ramp else 1.0)
        distortion = 0.02 * math.exp(self._random.gauss(0.0, 0.5)) * (flow.distorted if on_ramp else 1.0)
        made = Made("web", seconds_shown, math.exp(self._random.gauss(0.0, 0.5)), 1.0, distortion)
        job = RampJob(
            job_id=str(number),
            key="customer" if keyed else str(number),
            on_ramp=on_ramp,
            share=share,
            step=self._document.step,
            round=self._document.round,
            given_sequence=self._next(),
            outcome=Outcome.FAILED if failed else Outcome.SUCCEEDED,
            made=made,
        )
        self.ride.jobs.append(job)
        if not self._late:
            self.ride.evidence.take(Moment.GIVEN, job)
        heapq.heappush(self._later, (begun, self._next(), Moment.BEGUN, number))
        heapq.heappush(self._later, (begun + seconds, self._next(), Moment.ENDED, number))

    def _log(self, at: float, moment: Moment, number: int) -> None:
        job, time_us = self.ride.jobs[number], _START_US + int(at * _SECOND_US)
        if moment is Moment.BEGUN:
            job = _with(job, job.given_sequence, (self._next(), time_us), (0, 0))
        else:
            given = self._next() if self._late else job.given_sequence
            job = _with(job, given, (job.begun_sequence, job.begun_us), (self._next(), time_us))
            if self._late:
                self.ride.evidence.take(Moment.GIVEN, job)
        self.ride.jobs[number] = job
        self.ride.evidence.take(moment, job)
        if moment is Moment.ENDED and job.outcome is Outcome.FAILED:
            self._look(at)

    def _look(self, at: float) -> None:
        ride = self.ride
        now_us = _START_US + int(at * _SECOND_US)
        while (after := decide(self._document, ride.evidence, now_us)) is not None:
            given = ride.evidence.ramping.assigned
            if after.held and ride.held_after is None:
                ride.held_after = given
            self._document = ride.document = after
            if after.state == ramp_pb2.RAMP_STATE_ROLLED_BACK:
                ride.ended_after = given
            if after.HasField("verdict"):
                ride.verdicts.append(after)

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence
