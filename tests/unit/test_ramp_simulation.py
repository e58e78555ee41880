"""What was promised of verdicts, on simulated flows of jobs; `python -m bench ramp-verdict` does the same at length."""

from collections.abc import Iterator

import pytest

from edgecode.server.routes.ramp_waits import waits_for
from edgecode.v1 import ramp_pb2
from tests.harness.ramp_flow import DETECTED, HEALTHY, Flow, Ride, Simulation

RIDES = 8


def rides(flow: Flow, count: int = RIDES) -> Iterator[tuple[int, Ride]]:
    for seed in range(count):
        yield seed, Simulation(flow, seed).run()


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_ramp_is_not_rolled_back(name: str) -> None:
    rolled_back, flow = [], HEALTHY[name]
    for seed, ride in rides(flow):
        if ride.rolled_back:
            rolled_back.append(seed)
        if ride.document.held:
            assert waits_for(ride.document, ride.evidence, 0)[0].startswith("held: "), f"seed {seed}"
        elif flow.step_jobs and not ride.rolled_back:
            promoted = ramp_pb2.RAMP_STATE_PROMOTED if flow.watched else ramp_pb2.RAMP_STATE_WATCHING
            assert ride.document.state == promoted, f"seed {seed}"
    # One in eight is within what alpha allows by chance; two are not.
    assert len(rolled_back) <= 1, f"seeds {rolled_back}"


@pytest.mark.parametrize("name", DETECTED)
def test_a_bad_ramp_is_rolled_back_in_time(name: str) -> None:
    within = DETECTED[name]
    for seed, ride in rides(within.flow):
        assert ride.rolled_back, f"seed {seed}"
        assert ride.ended_after is not None
        assert ride.ended_after <= within.rolled_back_after, f"seed {seed}"
        assert ride.held_after is None or ride.held_after <= within.held_after, f"seed {seed}"


def test_in_the_order_in_which_jobs_end_a_healthy_ramp_beside_a_busy_lane_would_be_rolled_back() -> None:
    """The trap that the order of assignment avoids: the simulation shows it, so it can show the rest."""
    flow = HEALTHY["the old lane 2,000 jobs behind, 5 % fail"]
    assert sum(Simulation(flow, seed, in_completion_order=True).run().rolled_back for seed in range(5)) >= 3


def test_a_build_three_times_slower_is_held_within_a_hundred_of_its_jobs() -> None:
    for seed, ride in rides(Flow(slower=3.0, jobs=900), 5):
        assert ride.held_after is not None, f"seed {seed}"
        assert ride.held_after <= 100, f"seed {seed}"
        assert ride.document.reason in {"SLOWER", "HELD_WITHOUT_VERDICT"}
