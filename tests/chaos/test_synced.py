"""Acknowledged means on disk: each acknowledgement of the broker follows an fsync of the write it speaks of.

A `kill -9` cannot show it: what was written and not synced survives the process in the page cache.
"""

import asyncio
import re
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edgecode.core import subjects
from tests.chaos.conftest import StartSystem
from tests.harness import clips
from tests.harness.process import Processes
from tests.harness.syscalls import Began, Call, Ended, read_calls, traced
from tests.harness.system import QUICK, System

CALLS = ("write", "writev", "pwrite64", "pwritev", "fsync", "fdatasync")
SYNCS = ("fsync", "fdatasync")
STREAMS = (subjects.EVENTS, subjects.TASKS)
_ACK = re.compile(rb'\{"stream":"(\w+)",\s*"seq":(\d+)(?:[^}]*"count":(\d+))?[^}]*\}')
# Of a record in the broker's files: length (its highest bit says that there are headers) and sequence.
_RECORD = struct.Struct("<IQ")
_LENGTH = 0x7FFF_FFFF
# Marks of what was erased, above any sequence.
_SEQUENCE = (1 << 62) - 1
JOBS_ONE_BY_ONE, JOBS_AT_ONCE = 10, 60


@dataclass
class Disk:
    """What the trace says of one stream's messages: those written to a file, and those surely on disk."""

    written: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    synced: set[int] = field(default_factory=set)


@dataclass
class Verdict:
    """Acknowledged messages by stream, and those of them that were not on disk yet."""

    acknowledged: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    too_early: list[tuple[str, int]] = field(default_factory=list)


def stream_of(call: Call) -> str:
    """The stream whose messages the file holds, empty for other files and sockets."""
    found = re.search(r"/streams/(\w+)/msgs/\d+\.blk$", call.place)
    return found[1] if found else ""


def records(data: bytes) -> Iterator[int]:
    """Sequences of the records in what was written to a stream's file."""
    place = 0
    while place + _RECORD.size <= len(data):
        length, sequence = _RECORD.unpack_from(data, place)
        yield sequence & _SEQUENCE
        place += length & _LENGTH
    assert place == len(data), "a record was written in pieces"


def judge(file: Path) -> Verdict:
    """Reads a trace: which message was acknowledged, and whether it was synced before."""
    disks: dict[str, Disk] = defaultdict(Disk)
    syncing: dict[int, set[int]] = {}
    verdict = Verdict()
    for step in read_calls(file):
        call, stream = step.call, stream_of(step.call)
        if isinstance(step, Began) and call.place.startswith("TCP"):
            _check_acks(call.data, disks, verdict)
        elif not stream:
            continue
        elif isinstance(step, Ended) and call.name not in SYNCS:
            assert step.result == len(call.data), call.name
            disks[stream].written[call.place].update(records(call.data))
        elif isinstance(step, Began) and call.name in SYNCS:
            syncing[call.thread] = set(disks[stream].written[call.place])
        elif isinstance(step, Ended) and call.name in SYNCS:
            assert step.result == 0, call.name
            disks[stream].synced |= syncing.pop(call.thread)
    return verdict


def _check_acks(data: bytes, disks: dict[str, Disk], verdict: Verdict) -> None:
    for name, last, count in _ACK.findall(data):
        stream = name.decode()
        if stream in STREAMS:
            for sequence in range(int(last) - int(count or 1) + 1, int(last) + 1):
                verdict.acknowledged[stream].add(sequence)
                if sequence not in disks[stream].synced:
                    verdict.too_early.append((stream, sequence))


async def judged_load(system: System, processes: Processes, file: Path) -> tuple[Verdict, int, int]:
    """Jobs one by one, then many at once, to their end, under strace; the sequences they lie between."""
    asset_id = await system.upload(clips.small())
    await system.journal.whole()
    before = system.journal.entries[-1].sequence
    async with traced(processes, system.broker.process.pid, file, CALLS):
        job_ids = [await system.create(asset_id, [clips.thumbnail()]) for _ in range(JOBS_ONE_BY_ONE)]
        more = (system.create(asset_id, [clips.thumbnail()]) for _ in range(JOBS_AT_ONCE))
        job_ids += await asyncio.gather(*more)
        for job_id in job_ids:
            await system.succeeded(job_id, seconds=200)
        after = (await system.journal.whole())[-1].sequence
    return judge(file), before, after


@pytest.mark.timeout(400)
async def test_each_acknowledgement_of_the_broker_follows_an_fsync_of_its_write(
    start: StartSystem, processes: Processes, tmp_path: Path
) -> None:
    system = await start(workers=1, **QUICK, light_slots=8)
    verdict, before, after = await judged_load(system, processes, tmp_path / "calls")
    assert verdict.too_early == []
    assert verdict.acknowledged[subjects.EVENTS] == set(range(before + 1, after + 1))
    assert len(verdict.acknowledged[subjects.TASKS]) >= 3 * (JOBS_ONE_BY_ONE + JOBS_AT_ONCE)


@pytest.mark.timeout(400)
async def test_the_trace_shows_it_where_a_broker_acknowledges_before_it_syncs(
    start: StartSystem, processes: Processes, tmp_path: Path
) -> None:
    system = await start(workers=1, sync="2m", **QUICK, light_slots=8)
    verdict, before, after = await judged_load(system, processes, tmp_path / "calls")
    assert {(subjects.EVENTS, sequence) for sequence in range(before + 1, after + 1)} <= set(verdict.too_early)
