"""Processes that wait for a broker which is not there."""

import pytest

from edgecode.cli.stack.ports import free_port
from edgecode.core.settings import Settings
from tests.harness.process import Processes


@pytest.mark.parametrize("module", ["edgecode.server", "edgecode.workers"])
async def test_a_process_that_waits_for_its_broker_ends_when_asked(
    processes: Processes, settings: Settings, module: str
) -> None:
    process = await processes.launch(
        module, settings.model_copy(update={"nats_url": f"nats://127.0.0.1:{free_port()}"})
    )
    await process.event("bus.error")
    assert await process.terminate(10.0) == 0
    assert process.events[-1]["event"] == "process.stopped"
