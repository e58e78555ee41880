"""The ledger knows from which stream it was folded."""

import shutil
from pathlib import Path

import pytest

from edgecode.core import bus as core_bus
from edgecode.core import streams, subjects
from edgecode.core.errors import FailedPrecondition
from edgecode.core.settings import Settings
from edgecode.server.ledger.rebuild import rebuild
from tests.harness.broker import Broker
from tests.harness.builds import stamp_of
from tests.harness.played_server import PlayedServer, a_job
from tests.harness.stores import ledger_url
from tests.integration.protocol.conftest import StartServer, StartWorker

HINT = "stop the servers and run `edgecode ledger rebuild`"


async def refused(server: PlayedServer) -> str:
    """The sentence with which the server refuses to lead."""
    await server.run()
    assert server.leader.failed is not None
    error = await server.leader.failed
    assert isinstance(error, FailedPrecondition)
    assert error.reason == "LEDGER_NOT_OF_THIS_LOG"
    assert error.message.endswith(HINT)
    return error.message


async def goes_on_after_a_rebuild(start_server: StartServer, settings: Settings) -> None:
    """The rebuild does what the sentence says."""
    bus = await core_bus.connect(settings.nats_url, stamp_of("server", "e"))
    await rebuild(bus, ledger_url(Path(settings.data_dir) / "ledger.sqlite"), lambda _, __: None)
    await bus.close()
    server = await start_server()
    await server.lead()
    await server.settle()
    assert await server.ledger.count_unfinished() == 1


@pytest.fixture
async def older(
    start_server: StartServer, start_worker: StartWorker, nats_server: Broker, settings: Settings, tmp_path: Path
) -> str:
    """A broker restored from a copy that is older than the ledger; the id of the job that both know."""
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    known = a_job("known")
    await server.create(known)
    await server.settle()
    await nats_server.stop()
    folder, copy = tmp_path / "nats", tmp_path / "copy"
    shutil.copytree(folder, copy)
    await nats_server.start()
    await server.bus.connected.wait()
    await server.create(a_job("after the copy"))
    await server.settle()
    await server.close()
    await worker.close()
    await nats_server.stop()
    shutil.rmtree(folder)
    copy.rename(folder)
    await nats_server.start()
    return known.job_id


async def test_a_log_restored_from_an_older_copy_is_refused_and_the_rebuild_helps(
    older: str, start_server: StartServer, settings: Settings
) -> None:
    server = await start_server()
    sentence = await refused(server)
    assert "the log is an older copy" in sentence
    await server.close()
    await goes_on_after_a_rebuild(start_server, settings)


async def test_an_older_copy_that_grew_past_the_ledger_is_refused_by_the_message_at_the_cursor(
    older: str, start_server: StartServer, settings: Settings
) -> None:
    server = await start_server()
    stands = (await server.ledger.cursor()).sequence
    while (await server.events.identity()).last_sequence < stands + 5:
        await server.route("0.1.0+gbbbbbbbbbbbb")
    assert "the log went another way" in await refused(server)
    await server.close()
    await goes_on_after_a_rebuild(start_server, settings)


async def test_another_stream_of_the_same_name_is_refused(
    start_server: StartServer, start_worker: StartWorker, settings: Settings
) -> None:
    server = await start_server()
    worker = await start_worker("b", server)
    await server.lead()
    await server.create(a_job("gone with its stream"))
    await server.settle()
    await server.crash()
    await server.bus.js.delete_stream(subjects.EVENTS)
    await streams.ensure(server.bus, settings)
    await server.create(a_job("in the new one"))
    assert "the ledger was folded from a stream of" in await refused(server)
    await server.close()
    await worker.close()
    await goes_on_after_a_rebuild(start_server, settings)
