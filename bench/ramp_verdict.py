"""Verdicts of ramps on simulated jobs: how often a healthy build is rolled back, how soon a bad one is."""

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from bench.outcome import Effort, Goal, Outcome, percentile
from tests.harness.ramp_flow import DETECTED, HEALTHY, Flow, Ride, Simulation, Within

# With five rounds 2,000 of each healthy flow.
_RIDES = 400


def _ride(flow: Flow, effort: Effort) -> Iterator[Ride]:
    for seed in range(effort.of(_RIDES) * effort.rounds):
        yield Simulation(flow, seed).run()


def _healthy(name: str, flow: Flow, effort: Effort) -> list[Outcome]:
    rides = rolled_back = held = 0
    began = time.monotonic()
    for ride in _ride(flow, effort):
        rides += 1
        rolled_back += ride.rolled_back
        held += ride.held_after is not None
    took = f"{rides} runs, seeds 0 to {rides - 1}, {time.monotonic() - began:.0f} s"
    return [
        Outcome(f"healthy, {name}: rolled back ({took})", 100 * rolled_back / rides, "%", goal=Goal(at_most=1.5)),
        Outcome(f"healthy, {name}: held", 100 * held / rides, "%", goal=Goal(at_most=5.0)),
    ]


def _detected(name: str, within: Within, effort: Effort) -> list[Outcome]:
    rides = in_time = held_in_time = 0
    after: list[float] = []
    for ride in _ride(within.flow, Effort(effort.rounds, effort.scale / 4)):
        rides += 1
        if ride.ended_after is not None:
            after.append(ride.ended_after)
            in_time += ride.ended_after <= within.rolled_back_after
        stopped = ride.ended_after if ride.held_after is None else ride.held_after
        held_in_time += stopped is not None and stopped <= within.held_after
    line = f"bad, {name}: rolled back within {within.rolled_back_after} ramped jobs ({rides} runs)"
    held = f"bad, {name}: held or rolled back within {within.held_after}"
    return [
        Outcome(line, 100 * in_time / rides, "%", goal=Goal(at_least=99.0)),
        Outcome(held, 100 * held_in_time / rides, "%", goal=Goal(at_least=99.0)),
        Outcome(f"bad, {name}: ramped jobs until then, median", percentile(after or [0.0], 50), "jobs"),
    ]


def _all(effort: Effort) -> list[Outcome]:
    """Each flow is the work of a process; what it found is said at once, since all take the better part of an hour."""
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        flows = [pool.submit(_healthy, name, flow, effort) for name, flow in HEALTHY.items()]
        flows += [pool.submit(_detected, name, within, effort) for name, within in DETECTED.items()]
        for done in as_completed(flows):
            for outcome in done.result():
                sys.stderr.write(f"  {outcome.figure:.3g} {outcome.unit}: {outcome.what}\n")
        return [outcome for flow in flows for outcome in flow.result()]


async def run(effort: Effort) -> list[Outcome]:
    return await asyncio.to_thread(_all, effort)
