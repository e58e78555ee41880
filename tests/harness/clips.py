"""Small sources, made by the ffmpeg that the workers use, once for each test run; and what is asked of them."""

import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from edgecode.v1 import media_pb2

CLIP = Path(__file__).parents[2] / "cli/edgecode/cli/data/bbb.mp4"
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "30")
FASTSTART = ("-movflags", "+faststart")


@cache
def made(name: str, *arguments: str) -> bytes:
    """A file of this name, made by ffmpeg's arguments."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *arguments, path], check=True, capture_output=True
        )
        return path.read_bytes()


def pictures(size: str = "320x240", seconds: float = 2, rate: int = 30) -> tuple[str, ...]:
    """ffmpeg's input of moving test pictures."""
    return ("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}")


def small() -> bytes:
    """Two seconds of 240 lines: an encode of it takes a moment."""
    return made("small.mp4", *pictures(), *H264, *FASTSTART)


def long() -> bytes:
    """Five seconds of 720 lines: the preset `web` takes some six seconds of CPU for it."""
    return made("long.mp4", *pictures("1280x720", 5), *H264, *FASTSTART)


def rendition(lines: int, speed: str = "") -> media_pb2.OutputSpec:
    """An MP4 of so many lines."""
    spec = media_pb2.RenditionSpec(height_pixels=lines, speed=speed)
    return media_pb2.OutputSpec(output_id=f"{lines}p", rendition=spec)


def thumbnail(lines: int = 120) -> media_pb2.OutputSpec:
    """A picture of so many lines."""
    return media_pb2.OutputSpec(output_id="thumbnail", thumbnail=media_pb2.ThumbnailSpec(height_pixels=lines))


def sha256(data: bytes) -> str:
    """Digest, hex."""
    return hashlib.sha256(data).hexdigest()


def ids(outputs: Sequence[media_pb2.OutputSpec]) -> list[str]:
    """Ids of outputs and of the manifest that every job has, sorted."""
    return sorted([output.output_id for output in outputs] + ["manifest"])
