"""`edgecode ledger rebuild`: the server's module as a child, with the folder's own broker where there is one."""

import asyncio
import os
from pathlib import Path

from edgecode.cli.exits import CommandFailed, say
from edgecode.cli.extras import require_extra
from edgecode.cli.local import become_module
from edgecode.cli.stack.child import Facts
from edgecode.cli.stack.folder import DataFolder, FolderInUse
from edgecode.cli.stack.nats import find_nats_server, nats_command, nats_readiness
from edgecode.cli.stack.ports import free_port
from edgecode.cli.stack.stack import MARGIN_SECONDS, python_module
from edgecode.cli.stack.supervised import StartFailed, Supervised

MODULE, COMMAND = "edgecode.server", "ledger-rebuild"


def rebuild_ledger(data_dir: Path | None, default_dir: Path) -> int:
    """Rebuilds the ledger; returns the child's exit status.

    Raises:
        CommandFailed: an `edgecode up` runs on the folder, or its broker does not start.
        MissingExtra: the server is not installed.
    """
    require_extra("server")
    path = data_dir or default_dir
    if data_dir is None and ("EDGECODE_NATS_URL" in os.environ or not (path / "nats").is_dir()):
        become_module(MODULE, "server", [COMMAND])
    if not (path / "nats").is_dir():
        raise CommandFailed(f"{path} is no folder of an edgecode up: there is no {path / 'nats'}")
    folder = DataFolder(path)
    try:
        folder.claim()
        return asyncio.run(_rebuild_beside_broker(folder))
    except (FolderInUse, StartFailed) as error:
        raise CommandFailed(str(error)) from error
    finally:
        folder.release()


async def _rebuild_beside_broker(folder: DataFolder) -> int:
    port = free_port()
    command = nats_command(find_nats_server(), folder.path / "nats", port)
    broker = Supervised("nats-server", command, nats_readiness(port), folder, lambda _event: None)
    try:
        facts = await broker.start()
        return await _run(folder, facts)
    finally:
        await broker.stop(MARGIN_SECONDS)


async def _run(folder: DataFolder, facts: Facts) -> int:
    say(f"folding the log of {folder.path}")
    environment = {"EDGECODE_DATA_DIR": str(folder.path), "EDGECODE_NATS_URL": facts["nats_url"]}
    process = await asyncio.create_subprocess_exec(*python_module(MODULE, [COMMAND]), env={**os.environ, **environment})
    return await process.wait()
