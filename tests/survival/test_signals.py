"""`edgecode server`, `worker` and `ledger rebuild` without `up`: for service managers and containers."""

import json
from pathlib import Path

from edgecode.core.settings import Settings
from tests.harness.process import Process, Processes, environment

CLIP = Path(__file__).resolve().parents[2] / "cli/edgecode/cli/data/bbb.mp4"


async def run(processes: Processes, env: dict[str, str], *arguments: str) -> Process:
    done = await processes.edgecode(*arguments, env=env)
    await done.exit(120)
    return done


async def test_server_and_worker_are_the_processes_that_signals_reach_and_a_rebuild_gives_the_same_job(
    processes: Processes, settings: Settings
) -> None:
    env = environment(settings)
    server = await processes.edgecode("server", env=env)
    worker = await processes.edgecode("worker", env=env)
    ready = await server.ready()
    await worker.ready()
    # The command became the process: no parent stands between it and a service manager.
    assert (await server.event("process.starting"))["pid"] == server.pid
    assert (await worker.event("process.starting"))["pid"] == worker.pid
    client = {"EDGECODE_SERVER": ready["grpc_address"]}
    done = await run(processes, client, "job", "submit", str(CLIP), "--thumbnail", "90", "--watch", "--output", "json")
    job = json.loads(done.output)
    in_use = await run(processes, env, "ledger", "rebuild")
    assert in_use.output.count("stop the servers first") == 1
    assert await in_use.exit() != 0
    assert await worker.terminate() == 0
    assert await server.terminate() == 0

    rebuilt = await run(processes, env, "ledger", "rebuild")
    assert await rebuilt.exit() == 0, rebuilt.output
    server = await processes.edgecode("server", env=env)
    client = {"EDGECODE_SERVER": (await server.ready())["grpc_address"]}
    shown = await run(processes, client, "job", "show", job["job_id"], "--output", "json")
    assert json.loads(shown.output) == job
    assert await server.terminate() == 0
