"""Files that make ffmpeg hang or grow: the user's fault, with what ran out as its reason."""

from collections.abc import Callable
from pathlib import Path

from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import Reason
from edgecode.workers.media.tools import MediaTools
from tests.hostile import films, mkv
from tests.hostile.containers import endless
from tests.hostile.meeting import meet

Limited = Callable[..., MediaTools]
# Zeros that a demuxer looks through one by one: half a second of work or more, and no bytes on a disk.
ENDLESS_BYTES = 60_000_000


async def test_a_file_at_which_ffmpeg_stands_still_is_the_users(limited: Limited, scratch: Path) -> None:
    source = scratch / "source"
    endless(source, ENDLESS_BYTES)
    met = await meet(source, scratch, limited(stall_seconds=0.2))
    assert met.failure is not None
    assert (met.reason, met.failure.fault) == (Reason.STALLED, media_pb2.FAULT_USER), met
    assert met.frames == 0


async def test_a_file_that_makes_ffmpeg_grow_beyond_its_memory_is_the_users(limited: Limited, scratch: Path) -> None:
    """Of packets that tell nothing, many are kept before anything is known of a file."""
    source = scratch / "source"
    source.write_bytes(films.beside(films.TEXT, [mkv.Packet(2, place // 8, b"x") for place in range(300_000)]))
    met = await meet(source, scratch, limited(memory_bytes=100 * 2**20))
    assert met.failure is not None
    assert (met.reason, met.failure.fault) == (Reason.MEMORY_EXCEEDED, media_pb2.FAULT_USER), met
