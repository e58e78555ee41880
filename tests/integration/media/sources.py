"""Real sources for media tests, made by the very ffmpeg under test, and the outputs asked of them."""

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

from edgecode.core import ladder
from edgecode.v1 import bus_pb2, media_pb2
from edgecode.workers.media.probe import probe
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.tags import FileTags
from edgecode.workers.media.tools import MediaTools
from edgecode.workers.media.transcode import transcode

CLIP = Path(__file__).parents[3] / "cli/edgecode/cli/data/bbb.mp4"
THUMBNAIL = media_pb2.OutputSpec(output_id="thumbnail", thumbnail=media_pb2.ThumbnailSpec())
PICTURES = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=30:d=3")
SOUND = ("-f", "lavfi", "-i", "sine=d=3:r=48000")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac")
# Long enough that a test always meets it at work; 4 s of CPU on the machines this was written on.
LONG = ("-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=20")


def rung(lines: int) -> media_pb2.OutputSpec:
    return media_pb2.OutputSpec(output_id=f"{lines}p", rendition=media_pb2.RenditionSpec(height_pixels=lines))


WEB = [rung(lines) for lines in (1080, 720, 480, 360)]


def tags_for(tools: MediaTools, source: Path) -> FileTags:
    return FileTags(
        service="worker",
        version="0.1.0",
        revision="9f1c2ab3d4e5f60718293a4b5c6d7e8f90a1b2c3",
        dirty=False,
        toolchain_digest=tools.toolchain.digest,
        source_sha256=hashlib.sha256(source.read_bytes()).hexdigest(),
        job_id="11111111-2222-5333-8444-555555555555",
    )


def ffmpeg(tools: MediaTools, *arguments: str | Path) -> str:
    """Runs ffmpeg outside the sandbox, as the test's own tool."""
    command = [tools.toolchain.ffmpeg, "-v", "error", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


async def run_ladder(
    source: Path,
    scratch: Path,
    tools: MediaTools,
    outputs: Sequence[media_pb2.OutputSpec] = WEB,
    progress: list[list[bus_pb2.OutputProgress]] | None = None,
) -> tuple[media_pb2.MediaInfo, list[Rendered]]:
    """Probe, selection and ladder, as the host does it."""
    seen = progress if progress is not None else []
    info = await probe(source, scratch, tools)
    kept, _ = ladder.select(outputs, info)

    def on_progress(outputs: Sequence[bus_pb2.OutputProgress], *_: object) -> None:
        seen.extend([list(outputs)] if outputs else [])

    made = await transcode(source, info, kept, scratch, tags_for(tools, source), tools, on_progress)
    return info, made
