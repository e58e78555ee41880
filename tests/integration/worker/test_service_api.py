"""Who is there: the NATS service API and the fleet's bucket."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from edgecode.core import headers, streams, subjects
from edgecode.core.bus import Bus, Incoming
from edgecode.core.fleet_beat import FleetBeat
from edgecode.core.service_api import VERBS, ServiceApi
from edgecode.core.settings import Settings
from edgecode.core.stamp import stamp_to_proto
from edgecode.v1 import bus_pb2
from tests.harness.broker import round_trip


@pytest.fixture
async def api(bus: Bus) -> AsyncIterator[ServiceApi]:
    service = ServiceApi(bus, "a process of the test")
    await service.start()
    await round_trip(bus.nc)
    yield service
    await service.stop()


@pytest.mark.parametrize("verb", VERBS)
async def test_the_service_api_answers_each_verb_by_all_by_name_and_by_id(bus: Bus, api: ServiceApi, verb: str) -> None:
    for subject in (verb, f"{verb}.test", f"{verb}.test.{bus.stamp.instance}"):
        reply = await bus.nc.request(f"$SRV.{subject}", timeout=5)
        found: dict[str, Any] = json.loads(reply.data)
        assert found["type"] == f"io.nats.micro.v1.{verb.lower()}_response"
        assert (found["name"], found["id"], found["version"]) == ("test", bus.stamp.instance, bus.stamp.build)
        assert found["metadata"]["revision"] == bus.stamp.revision


async def test_a_request_with_a_forged_stamp_gets_no_forged_reply(bus: Bus, api: ServiceApi) -> None:
    forged = headers.stamp_headers(bus.stamp) | {
        headers.SERVICE: "forged",
        headers.VERSION: "9.9.9",
        headers.REVISION: "f" * 40,
        headers.INSTANCE: "forged",
        headers.PATH: f"forged@9.9.9+g{'f' * 12}",
    }
    reply = await bus.nc.request("$SRV.INFO", headers=forged, timeout=5)
    assert headers.read_origin(reply.headers).stamp == bus.stamp
    assert headers.read_origin(reply.headers).path == (headers.hop(bus.stamp),)
    assert b"forged" not in reply.data
    assert b"9.9.9" not in reply.data


async def test_a_process_is_in_the_fleet_from_its_start_to_its_clean_stop(bus: Bus, settings: Settings) -> None:
    await streams.ensure(bus, settings)
    seen: asyncio.Queue[Incoming] = asyncio.Queue()
    await bus.subscribe(subjects.ALL_FLEET, seen.put)
    draining = False
    beat = FleetBeat(bus, lambda: bus_pb2.FleetEntry(stamp=stamp_to_proto(bus.stamp), draining=draining), settings)

    await beat.start()
    first = await asyncio.wait_for(seen.get(), 5)
    assert first.subject == subjects.fleet_key("test", bus.stamp.instance)
    assert first.origin.stamp == bus.stamp
    assert not bus_pb2.FleetEntry.FromString(first.payload).draining

    draining = True
    beat.change()
    changed = await asyncio.wait_for(seen.get(), settings.fleet_beat_seconds)
    assert bus_pb2.FleetEntry.FromString(changed.payload).draining

    await beat.stop()
    gone = await asyncio.wait_for(seen.get(), 5)
    assert (gone.raw.headers or {})["KV-Operation"] == "DEL"
    assert gone.origin.stamp == bus.stamp
    kept = await bus.js.get_last_msg(subjects.FLEET, first.subject)
    assert (kept.headers or {})["KV-Operation"] == "DEL"
