"""Metrics and health over HTTP, of real processes."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable

import pytest

from edgecode.cli.stack.ports import free_port
from edgecode.core.settings import Settings
from tests.harness.process import Process, Processes


async def get(url: str) -> tuple[int, str]:
    """Status and body."""

    def read() -> tuple[int, str]:
        try:
            with urllib.request.urlopen(url, timeout=10) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    return await asyncio.to_thread(read)


@pytest.mark.parametrize("service", ["server", "worker"])
async def test_metrics_name_the_build_that_runs_and_health_says_ok(
    processes: Processes, settings: Settings, service: str
) -> None:
    address = f"127.0.0.1:{free_port()}"
    starts: dict[str, Callable[[Settings], Awaitable[Process]]] = {
        "server": processes.server,
        "worker": processes.worker,
    }
    process = await starts[service](settings.model_copy(update={"metrics_address": address}))
    first = process.events[0]
    status, text = await get(f"http://{address}/metrics")
    assert status == 200
    labels = f'revision="{first["revision"]}",service="{service}",version="{first["version"]}"'
    assert f"edgecode_build_info{{{labels}}} 1.0" in text.splitlines()
    assert await get(f"http://{address}/healthz") == (200, "ok\n")
    assert await process.terminate() == 0


@pytest.mark.parametrize("service", ["server", "worker"])
async def test_a_connection_that_says_nothing_keeps_neither_probes_nor_the_end_waiting(
    processes: Processes, settings: Settings, service: str
) -> None:
    port = free_port()
    process = await processes.launch(
        "edgecode.workers" if service == "worker" else "edgecode.server",
        settings.model_copy(update={"metrics_address": f"127.0.0.1:{port}"}),
    )
    await process.ready()
    _, silent = await asyncio.open_connection("127.0.0.1", port)
    silent.write(b"GET /healthz HTTP/1.1\r\n")  # and never the rest of it
    await silent.drain()
    assert await asyncio.wait_for(get(f"http://127.0.0.1:{port}/healthz"), 3) == (200, "ok\n")
    assert await process.terminate(10.0) == 0
    silent.close()
