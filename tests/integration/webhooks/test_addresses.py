"""Where a webhook's name leads is looked at at every try, and again as it is connected to."""

import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp
from edgecode.server.webhooks.sender import Sender
from tests.harness.process import Processes
from tests.harness.receiver import ReceiverProcess


@pytest.fixture
async def receiver(processes: Processes, tmp_path: Any) -> ReceiverProcess:
    """On this machine, which is private."""
    started = ReceiverProcess(processes, tmp_path)
    await started.start()
    return started


@pytest.fixture
async def sender(stamp: Stamp) -> AsyncIterator[Sender]:
    """As by default, but that http:// is no matter here: private addresses are not reached."""
    made = Sender(stamp, Settings(webhook_timeout_seconds=5.0))
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
async def test_a_name_that_leads_to_a_private_address_is_refused_at_every_try(
    receiver: ReceiverProcess, sender: Sender, host: str
) -> None:
    for _ in range(2):
        answer = await sender.send(receiver.url("/ok", host), b"{}", {})
        assert (answer.http_status, answer.reason) == (0, "ADDRESS_REFUSED")
    assert receiver.got() == []


async def test_what_is_connected_to_counts_not_what_the_name_meant_before(
    receiver: ReceiverProcess, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolver is made to say of a private address that it may be reached, as one that is lied to would."""
    connector: Any = sender._session.connector if sender._session else None

    async def resolve(host: str, port: int = 0, family: int = socket.AF_INET) -> list[dict[str, Any]]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    monkeypatch.setattr(connector._resolver, "resolve", resolve)
    answer = await sender.send(f"http://public.example:{receiver.port}/ok", b"{}", {})
    assert answer.reason == "ADDRESS_REFUSED"
    assert receiver.got() == []


async def test_a_network_that_is_allowed_is_reached_and_names_that_lead_nowhere_say_so(
    receiver: ReceiverProcess, stamp: Stamp
) -> None:
    sender = Sender(stamp, Settings(webhook_networks=["127.0.0.0/8"]))
    await sender.start()
    try:
        assert (await sender.send(receiver.url("/ok"), b"{}", {})).http_status == 200
        assert (await sender.send("http://nowhere.invalid/", b"{}", {})).reason == "NAME_UNKNOWN"
        assert (await sender.send("https://127.0.0.1:1/", b"{}", {})).reason == "CONNECT_FAILED"
        assert (await sender.send(f"https://127.0.0.1:{receiver.port}/", b"{}", {})).reason == "TLS_REFUSED"
    finally:
        await sender.stop()
