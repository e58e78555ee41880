"""What decoding, encoding and measuring cost, against the constants of core/cost.py: the weights of progress and plans.

CPU time and not the clock's: the machine may be busy. The clip of the demo is natural pictures; a constant is good
where another film on another machine is within half and twice of it.
"""

import asyncio
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.outcome import Effort, Goal, Outcome, middle
from bench.transcode import measured
from edgecode.core import cost
from edgecode.v1 import media_pb2
from edgecode.workers.media.tools import find_tools

CLIP = Path(__file__).parents[1] / "cli/edgecode/cli/data/bbb.mp4"
_FRAMES, _WIDTH, _HEIGHT = 132, 1280, 720
_NANO = 1e-9
_WITHIN = Goal(at_least=0.5, at_most=2.0)
# As the workers ask for them at `veryfast`.
CODECS: Mapping[int, tuple[str, ...]] = {
    media_pb2.VIDEO_CODEC_HEVC: ("libx265", "-preset", "veryfast", "-crf", "26", "-x265-params", "log-level=error"),
    media_pb2.VIDEO_CODEC_VP9: ("libvpx-vp9", "-deadline", "good", "-cpu-used", "5", "-crf", "35", "-b:v", "0"),
    media_pb2.VIDEO_CODEC_AV1: ("libsvtav1", "-preset", "10", "-crf", "35"),
}
METRICS: Mapping[int, str] = {media_pb2.QUALITY_METRIC_SSIM: "ssim", media_pb2.QUALITY_METRIC_VMAF: "libvmaf"}
NOWHERE = ("-f", "null", "-")


class Meter:
    """Runs ffmpeg on the clip; nanoseconds of CPU for each pixel of each frame."""

    def __init__(self, ffmpeg: Path, frames: int, rounds: int) -> None:
        self._ffmpeg = ffmpeg
        self._frames = frames
        self._rounds = rounds

    def __call__(self, *arguments: str) -> float:
        """The median of the rounds."""
        return middle([measured(self._work(arguments))[1] for _ in range(self._rounds)]) / self._pixels

    @property
    def _pixels(self) -> float:
        return self._frames * _WIDTH * _HEIGHT * _NANO

    def _work(self, arguments: Sequence[str]) -> Callable[[Path], None]:
        source = ("-v", "error", "-nostdin", "-i", str(CLIP), "-an", "-frames:v", str(self._frames))

        def run(_folder: Path) -> None:
            subprocess.run([self._ffmpeg, *source, *arguments], check=True)

        return run


def _against(what: str, found: float, constant: float) -> Outcome:
    return Outcome(what, found, "ns a pixel", (), "the constant", constant, _WITHIN)


def _measure(frames: int, rounds: int) -> list[Outcome]:
    with tempfile.TemporaryDirectory(prefix="edgecode-bench-") as folder:
        meter = Meter(find_tools(Path(folder)).toolchain.ffmpeg, frames, rounds)
        decode = meter(*NOWHERE)
        encode = cost.ENCODE_NS
        found = [_against("decoding", decode, cost.DECODE_NS)]
        for speed, ratio in cost.SPEED_RATIOS.items():
            spent = meter("-c:v", "libx264", "-preset", speed, "-crf", "23", *NOWHERE) - decode
            found.append(_against(f"H.264, {speed}", spent, encode * ratio))
        for codec, options in CODECS.items():
            name = media_pb2.VideoCodec.Name(codec).removeprefix("VIDEO_CODEC_")
            found.append(_against(name, meter("-c:v", *options, *NOWHERE) - decode, encode * cost.CODEC_RATIOS[codec]))
        for metric, name in METRICS.items():
            spent = meter("-filter_complex", f"[0:v]split[a][b];[a][b]{name}", *NOWHERE) - decode
            found.append(_against(f"measuring by {name}", spent, cost.METRIC_NS[metric]))
        return found


async def run(effort: Effort) -> list[Outcome]:
    # In a thread: each run is waited for.
    return await asyncio.to_thread(_measure, effort.of(_FRAMES), effort.rounds)
