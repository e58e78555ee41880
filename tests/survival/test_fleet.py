"""What the fleet's account says of real processes: one is killed, the broker is killed under all of them."""

import asyncio
from pathlib import Path

from edgecode.core import subjects
from edgecode.core.log import Entry
from edgecode.v1 import event_pb2, fleet_pb2
from tests.harness.eventually import eventually
from tests.harness.process import Processes
from tests.harness.system import QUICK, System, instance_of

LOST = event_pb2.InstancesGone.HOW_LOST


def lost(entry: Entry) -> set[str]:
    """Processes that an event calls lost."""
    if entry.event is None or not entry.subject.startswith(subjects.fleet_events("")):
        return set()
    groups = entry.event.fleet_changed.gone
    return {instance for group in groups if group.how == LOST for instance in group.instances}


async def test_a_broker_killed_and_started_again_loses_nobody_and_a_killed_worker_is_recorded_as_lost(
    processes: Processes, tmp_path: Path
) -> None:
    system = await System.start(processes, tmp_path, workers=2, **QUICK)
    try:
        before = set(await system.instances())
        assert len(before) == 3
        await system.broker.kill()
        # As long as silence would have to last to count, and longer.
        await asyncio.sleep(2 * (system.settings.fleet_ttl_seconds + system.settings.fleet_grace_seconds))
        await system.broker.start()

        async def all_back() -> bool:
            return set(await system.instances()) == before

        await eventually(all_back)
        # The first whose absence counts again is the one that is killed now: whoever the outage lost would come before.
        victim = await instance_of(system.workers[0])
        await system.workers[0].kill()
        first = await system.journal.until(lambda entry: bool(lost(entry)))
        assert lost(first) == {victim}
        listed = await system.api.fleet.ListInstances(
            fleet_pb2.ListInstancesRequest(filter="state = LOST", show_gone=True),
            metadata=(("edgecode-sequence", str(first.sequence)),),
        )
        assert [each.stamp.instance for each in listed.instances] == [victim]
        status = await system.api.fleet.GetStatus(fleet_pb2.GetStatusRequest())
        assert status.instances_lost_last_day == 1
        assert "edgecode fleet list --gone" in status.suggestions
        assert any("lost" in problem for problem in status.problems)
    finally:
        await system.close()
