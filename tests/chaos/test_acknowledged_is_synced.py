"""What must survive: nothing acknowledged is lost, for each acknowledgement follows a sync of its write to disk."""

import re
import signal
import uuid
from pathlib import Path

import pytest

from edgecode.core import subjects
from edgecode.core.bus import Bus, Outgoing, connect
from edgecode.core.log import Log
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp
from edgecode.core.streams import ensure
from edgecode.v1 import event_pb2
from tests.chaos.strace_log import Call, read_calls
from tests.harness.broker import Broker, round_trip
from tests.harness.pids import command, descendants
from tests.harness.process import Processes, tool
from tests.harness.up import Up

EVENTS = 40
WRITES = ("write", "pwrite64", "writev")
SYNCS = ("fsync", "fdatasync")
SENDS = ("sendto", "sendmsg")
# More than what the broker writes or sends at once here.
_STRING_BYTES = 1 << 16


async def traced(processes: Processes, pid: int, bus: Bus, file: Path) -> tuple[list[Call], dict[str, int]]:
    """Appends events one after the other to a broker under strace.

    Returns:
        The broker's system calls, and the sequence that it gave each message id.
    """
    wanted = ",".join((*WRITES, *SYNCS, *SENDS))
    arguments = ("-f", "-y", "-s", str(_STRING_BYTES), "-e", f"trace={wanted}", "-o", str(file), "-p", str(pid))
    tracer = await processes.start("strace", tool("strace"), *arguments)
    await tracer.line(lambda text: f"Process {pid} attached" in text)
    log, stored = Log(bus), {}
    for _ in range(EVENTS):
        message_id = uuid.uuid4().hex
        event = event_pb2.Event(asset_deleted=event_pb2.AssetDeleted()).SerializeToString()
        message = Outgoing(subjects.asset_events(uuid.uuid4().hex), event, msg_id=message_id, ttl_seconds=3600)
        stored[message_id] = (await log.append([message]))[0].sequence
    # The broker's answer after the last acknowledgement: by then strace has seen the call that sent that one end.
    await round_trip(bus.nc)
    tracer.send(signal.SIGINT)
    await tracer.exit()
    return read_calls(file), stored


def is_file_of_events(call: Call) -> bool:
    """Whether a call is on a file that holds messages of EVENTS."""
    return f"/streams/{subjects.EVENTS}/msgs/" in call.target and call.target.endswith(".blk")


def unsynced(found: list[Call], stored: dict[str, int]) -> set[str]:
    """Messages that were acknowledged before their bytes were written and then synced."""
    blocks = [call for call in found if is_file_of_events(call)]
    return {id_ for id_, sequence in stored.items() if not _synced_first(found, blocks, id_, sequence)}


def _synced_first(found: list[Call], blocks: list[Call], message_id: str, sequence: int) -> bool:
    (written,) = (call for call in blocks if call.name in WRITES and message_id in call.text)
    assert written.result > 0, written
    words = re.compile(rf'\\"stream\\":\\"{subjects.EVENTS}\\",[^{{}}]*\\"seq\\":{sequence}[,}}]')
    (acknowledged,) = (call for call in found if not is_file_of_events(call) and words.search(call.text))
    return any(
        call.name in SYNCS
        and call.target == written.target
        and call.result == 0
        and written.ended < call.began
        and call.ended < acknowledged.began
        for call in blocks
    )


@pytest.mark.timeout(120)
async def test_each_acknowledgement_of_the_broker_that_up_started_follows_a_sync_of_its_write(
    processes: Processes, tmp_path: Path, stamp: Stamp
) -> None:
    up = await Up.start(processes, tmp_path)
    (broker,) = (pid for pid in descendants(up.process.pid) if "nats-server" in command(pid).partition(" ")[0])
    bus = await connect(str((await up.process.event("up.ready"))["nats_url"]), stamp)
    found, stored = await traced(processes, broker, bus, tmp_path / "strace.txt")
    await bus.close()
    assert len(stored) == EVENTS
    assert unsynced(found, stored) == set()
    assert await up.process.terminate() == 0


@pytest.mark.timeout(120)
async def test_a_broker_that_syncs_every_two_minutes_is_found_out(
    processes: Processes, tmp_path: Path, stamp: Stamp
) -> None:
    broker = Broker(processes, tmp_path / "nats", sync="2m")
    await broker.start()
    bus = await connect(broker.url, stamp)
    await ensure(bus, Settings())
    found, stored = await traced(processes, broker.process.pid, bus, tmp_path / "strace.txt")
    await bus.close()
    assert unsynced(found, stored) == set(stored)
