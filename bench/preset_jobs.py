"""Each built-in preset as a job, from `CreateJob` to its end, against one ffmpeg command written by hand.

The job's CPU is that of server, broker, worker and all its children; its memory is that of the worker's children, which
is what its slots hold. The source is the demo's clip four times over, uploaded before.
"""

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grpc import aio

from bench.by_hand import command, looped
from bench.media_cost import CLIP
from bench.outcome import Effort, Outcome, middle
from bench.process_tree import PeakMemory, tree_cpu_seconds
from bench.stack import Stack
from bench.transcode import measured
from edgecode.server.jobs.built_in import BUILT_IN
from edgecode.v1 import job_pb2, media_pb2
from edgecode.workers.media.tools import find_tools
from tests.harness.api import Api

BY_HAND = "one hand-written ffmpeg command"
PLAYS = {media_pb2.ARTIFACT_KIND_RENDITION, media_pb2.ARTIFACT_KIND_AUDIO}
_TIMES = 4


@dataclass(frozen=True, slots=True)
class Run:
    """One run of either side.

    Attributes:
        wall: seconds until all is made.
        cpu: seconds.
        megabytes: at the worst moment.
        first: seconds until any output could be had.
        first_playing: seconds until one that plays; that of all for a preset without any.
    """

    wall: float
    cpu: float
    megabytes: float
    first: float
    first_playing: float


def by_hand(ffmpeg: Path, preset: str, source: Path) -> Run:
    """Nothing of a file written by one command plays before it ends: MP4s have their index in front."""
    peak = 0

    def work(folder: Path) -> None:
        nonlocal peak
        with subprocess.Popen(command(ffmpeg, preset, source), cwd=folder) as process:
            with PeakMemory(process.pid, itself=True) as memory:
                assert process.wait() == 0
            peak = memory.bytes

    wall, cpu = measured(work)
    return Run(wall, cpu, peak / 1e6, wall, wall)


class Jobs:
    """Runs jobs of one source on a stack with one worker."""

    def __init__(self, stack: Stack, worker: int, api: Api, asset_id: str) -> None:
        self._pids = (worker, stack.server.pid, stack.broker.process.pid)
        self._api = api
        self._asset_id = asset_id

    async def run(self, preset: str) -> Run:
        """One job, to its end."""
        cpu = self._cpu()
        with PeakMemory(self._pids[0]) as memory:
            began = time.perf_counter()
            job = await self._api.jobs.CreateJob(job_pb2.CreateJobRequest(asset_id=self._asset_id, preset=preset))
            seen = {kind: when - began for kind, when in await self._published(job.job_id)}
        wall = seen.pop(None)
        playing = [when for kind, when in seen.items() if kind in PLAYS]
        return Run(wall, self._cpu() - cpu, memory.bytes / 1e6, min(seen.values()), min(playing, default=wall))

    def _cpu(self) -> float:
        return sum(map(tree_cpu_seconds, self._pids))

    async def _published(self, job_id: str) -> list[tuple[int | None, float]]:
        """Kind and time of each artifact, last first, so that the first of a kind stands; None is the job's end."""
        found: list[tuple[int | None, float]] = []
        async for update in self._api.jobs.WatchJob(job_pb2.WatchJobRequest(job_id=job_id)):
            event = update.event.event
            match event.WhichOneof("kind"):
                case "artifact_published":
                    found.append((event.artifact_published.file.kind, time.perf_counter()))
                case "job_succeeded":
                    return [(None, time.perf_counter()), *reversed(found)]
                case "job_failed":
                    raise RuntimeError(f"the job failed: {event.job_failed}")
        raise RuntimeError("the watch ended before the job")


async def run(effort: Effort) -> list[Outcome]:
    runs: dict[str, list[tuple[Run, Run]]] = {preset: [] for preset in BUILT_IN}
    with tempfile.TemporaryDirectory(prefix="edgecode-bench-") as name:
        ffmpeg = find_tools(Path(name) / "children").toolchain.ffmpeg
        source = looped(ffmpeg, CLIP, Path(name), effort.of(_TIMES))
        async with Stack() as stack:
            await stack.start_server()
            worker = await stack.start_worker()
            async with aio.insecure_channel(stack.address) as channel:
                api = Api(channel)
                asset = await api.upload(source.read_bytes())
                jobs = Jobs(stack, worker.pid, api, asset.asset_id)
                for _ in range(effort.rounds):
                    for preset, found in runs.items():
                        ours = await jobs.run(preset)
                        found.append((ours, await asyncio.to_thread(by_hand, ffmpeg, preset, source)))
    return [outcome for preset, found in runs.items() for outcome in _outcomes(preset, found)]


def _outcomes(preset: str, found: list[tuple[Run, Run]]) -> list[Outcome]:
    words: Mapping[str, tuple[str, str]] = {
        "wall": ("wall time", "s"),
        "cpu": ("CPU time", "s"),
        "first": ("until the first output", "s"),
        "first_playing": ("until the first output that plays", "s"),
        "megabytes": ("peak memory of its slots", "MB"),
    }
    outcomes = []
    for field, (what, unit) in words.items():
        ours, theirs = ([float(getattr(side[place], field)) for side in found] for place in (0, 1))
        outcomes.append(Outcome(f"`{preset}`, {what}", middle(ours), unit, ours, BY_HAND, middle(theirs)))
    return outcomes
