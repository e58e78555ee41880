"""The rows of DESIGN.md's table "Speed and size", what plans reckon with, and what jobs cost, by name."""

from dataclasses import dataclass

from bench import (
    bytes_moved,
    create_job,
    idle_memory,
    log_to_ledger,
    many_instances,
    media_cost,
    noop_tasks,
    preset_jobs,
    prices,
    ramp_verdict,
    rollback,
    route_change,
    sandbox_price,
    startup,
    transcode,
    what_changed,
)
from bench.outcome import Row


@dataclass(frozen=True, slots=True)
class Entry:
    what: str
    run: Row


ROWS = {
    "transcode": Entry(
        "a transcode attempt of the preset `web`, against ffmpeg by hand and process per rendition", transcode.run
    ),
    "create-job": Entry("CreateJob accepted, 64 in flight, against the same with the publish left out", create_job.run),
    "noop-tasks": Entry(
        "no-op tasks of one worker, result recorded, against FastStream on the same broker", noop_tasks.run
    ),
    "stamp": Entry("a CreateJob with the stamp on every message and call, against one without", prices.stamp),
    "telemetry": Entry("a CreateJob with spans and metrics, nothing exported, against one without", prices.telemetry),
    "ledger": Entry("log to ledger: events a second, memory, lag", log_to_ledger.run),
    "up": Entry("`edgecode up` until the first job is accepted", startup.run),
    "memory": Entry("idle memory of server and worker", idle_memory.run),
    "fleet": Entry("2,000 processes beating: the server's share of a core, a lost one noticed", many_instances.run),
    "changes": Entry("ListChanges over a year of 2,000 deployments and 200,000 commits", what_changed.run),
    "media-cost": Entry(
        "CPU of decoding, encoding and measuring, against the constants of core/cost.py", media_cost.run
    ),
    "ramp-verdict": Entry(
        "verdicts of ramps on simulated jobs: healthy builds rolled back, bad ones found in time", ramp_verdict.run
    ),
    "rollback": Entry(
        "a rollback with 10,000 queued tasks: the first run again, the last moved, against one by one", rollback.run
    ),
    "route": Entry(
        "a change of the route to the first task in the new lane; share served and asked; an assignment",
        route_change.run,
    ),
    "presets": Entry(
        "a job of each preset, its time, first output and memory, against one ffmpeg command by hand", preset_jobs.run
    ),
    "bytes": Entry("bytes to and from the blob store for a job, against the least possible", bytes_moved.run),
    "sandbox": Entry("a child in the sandbox against one without", sandbox_price.run),
}
