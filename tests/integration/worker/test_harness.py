"""The harness itself."""

from datetime import UTC, datetime

from edgecode.core import streams, subjects
from edgecode.core.bus import Bus, Outgoing
from edgecode.core.settings import Settings
from tests.harness.broker import Broker


async def test_a_killed_broker_comes_back_on_its_port_with_what_it_stored(
    bus: Bus, nats_server: Broker, settings: Settings
) -> None:
    await streams.ensure(bus, settings)
    subject = subjects.job_events("a")
    stored = await bus.store(Outgoing(subject, b"event", msg_id=f"one-{datetime.now(UTC)}"))
    url = nats_server.url
    await nats_server.restart()
    assert nats_server.url == url
    await bus.connected.wait()
    assert (await bus.js.get_last_msg(subjects.EVENTS, subject)).seq == stored.sequence
