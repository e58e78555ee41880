"""Media to work on: the real clip, and what is asked of it."""

from pathlib import Path

from edgecode.v1 import media_pb2
from tests.harness.stand_in import PROBE, StandIn

# 720p, 132 frames, 25 fps, 5.1 audio.
CLIP = Path(__file__).parents[3] / "cli/edgecode/cli/data/bbb.mp4"
CLIP_FRAMES = 132


async def probed(lead: StandIn, sha256: str) -> media_pb2.MediaInfo:
    """What a worker's probe says of a source."""
    task = await lead.give(lead.task(PROBE, sha256=sha256))
    entry = (await lead.until_event(task.job_id, "attempt_succeeded"))[-1]
    assert entry.event is not None
    return entry.event.attempt_succeeded.source


def rendition(lines: int, speed: str = "ultrafast") -> media_pb2.OutputSpec:
    """An MP4 of so many lines."""
    spec = media_pb2.RenditionSpec(height_pixels=lines, speed=speed)
    return media_pb2.OutputSpec(output_id=f"v{lines}", rendition=spec)


# Keeps a worker busy for longer than any test that uses it needs: half a minute on two cores.
SLOW = [rendition(lines, "veryslow") for lines in (720, 480, 360)]
