"""Loudness by EBU R128, in two passes: measured, then corrected by one gain; peaks are held only where they must be."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from edgecode.v1 import media_pb2
from edgecode.workers.media.clock import Clock
from edgecode.workers.media.diagnose import explain
from edgecode.workers.media.faults import Reason, ours
from edgecode.workers.media.ffmpeg_run import run_ffmpeg
from edgecode.workers.media.invocation import compile_command, open_source
from edgecode.workers.media.source_part import Part
from edgecode.workers.media.tools import Work

DEFAULT_LUFS = -16.0
DEFAULT_PEAK_DBTP = -1.5
# What R128 calls silence.
SILENCE_LUFS = -70.0
_INTEGRATED = re.compile(r"I:\s+(-?[\d.]+|-inf|nan) LUFS")
_PEAK = re.compile(r"Peak:\s+(-?[\d.]+|-inf|nan) dBFS")


@dataclass(frozen=True, slots=True)
class Measured:
    """Integrated loudness (LUFS) and true peak (dBTP) of a track."""

    integrated_lufs: float
    true_peak_dbtp: float


@dataclass(frozen=True, slots=True)
class Gain:
    """What brings a track to its target.

    Attributes:
        decibels: the one gain.
        ceiling_dbtp: where peaks are held; None where the gain leaves them below.
    """

    decibels: float
    ceiling_dbtp: float | None = None

    def filters(self) -> list[str]:
        """Ffmpeg's audio filters, in order."""
        found = [f"volume={self.decibels:.2f}dB:precision=double"]
        if self.ceiling_dbtp is not None:
            ceiling = 10 ** (self.ceiling_dbtp / 20)
            # Four times the samples show the peaks between them.
            found += [
                "aresample=192000",
                f"alimiter=limit={ceiling:.6f}:level=0:attack=5:release=50:latency=1",
                "aresample=48000",
            ]
        return found


def gain_for(wanted: media_pb2.Loudness, measured: Measured) -> Gain:
    """The correction of a track; none for silence. Pure."""
    target = wanted.integrated_lufs or DEFAULT_LUFS
    ceiling = wanted.true_peak_dbtp if wanted.HasField("true_peak_dbtp") else DEFAULT_PEAK_DBTP
    if measured.integrated_lufs <= SILENCE_LUFS:
        return Gain(0.0)
    decibels = round(target - measured.integrated_lufs, 2)
    return Gain(decibels, ceiling if measured.true_peak_dbtp + decibels > ceiling else None)


async def measure(work: Work, stream: str, filters: str, part: Part) -> Measured:
    """Measures one track of a source as it will be heard; decodes it once.

    Args:
        work: the source.
        stream: as ffmpeg names it.
        filters: what it goes through before.
        part: of the source's time.

    Raises:
        MediaFailure: as `explain` finds it; VERIFICATION_FAILED where ffmpeg measured nothing.
    """
    node = open_source(work.source, work.tools, strict=not part.start_seconds, **part.seek())
    chain = f"{filters},ebur128=peak=true:framelog=quiet"
    output = ffmpeg.output(node[stream], "-", format="null", **{"filter:a:0": chain})
    command = compile_command(output, work.tools, strict=True, words="info")
    run = await run_ffmpeg(command, work.scratch, work.tools, source_seconds=work.info.duration_seconds, clock=Clock())
    if not run.ok:
        raise await explain(run, work)
    found = read_summary(run.words)
    if found is None:
        raise ours(Reason.VERIFICATION_FAILED, "ffmpeg measured no loudness and said it did well", run.words)
    return found


def read_summary(words: str) -> Measured | None:
    """What ffmpeg's `ebur128` says at its end. Pure."""
    integrated, peak = _INTEGRATED.findall(words), _PEAK.findall(words)
    if not integrated or not peak:
        return None
    return Measured(_number(integrated[-1]), _number(peak[-1]))


def _number(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else SILENCE_LUFS


async def measure_file(path: Path, work: Work) -> Measured:
    """Measures the first track of a file that we made of a source."""
    return await measure(Work(path, work.info, work.scratch, work.tools), "a:0", "anull", Part())


async def note(file: media_pb2.ArtifactFile, path: Path, work: Work) -> None:
    """Writes into a file's description how loud its first track became."""
    heard = await measure_file(path, work)
    file.integrated_lufs, file.true_peak_dbtp = heard.integrated_lufs, heard.true_peak_dbtp
