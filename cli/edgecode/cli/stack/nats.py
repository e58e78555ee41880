"""nats-server from its wheel: found, configured for one folder, read for readiness."""

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from edgecode.cli.extras import MissingExtra
from edgecode.cli.stack.child import Command, Facts, Readiness

_MONITOR = re.compile(r"Starting http monitor on (\S+)")
_READY = "Server is ready"


def find_nats_server() -> Path:
    """The binary beside this interpreter, else on PATH.

    Raises:
        MissingExtra: there is none.
    """
    own = shutil.which("nats-server", path=str(Path(sys.executable).parent))
    found = own or shutil.which("nats-server")
    if found is None:
        raise MissingExtra("nats-server is not installed", "up")
    return Path(found)


def configuration(store: Path, port: int) -> str:
    """A broker on loopback that acknowledges what is on disk, with its monitor on a free loopback port."""
    return f"""\
# Written by `edgecode up` at each start.
server_name: edgecode
listen: "127.0.0.1:{port}"
http: "127.0.0.1:-1"
jetstream {{
  store_dir: {json.dumps(str(store))}
  # Acknowledged means synced: the default would sync every 2 minutes.
  sync_interval: always
}}
"""


def nats_command(binary: Path, folder: Path, port: int) -> Callable[[Facts], Command]:
    """How to start it on `port`, which stays the same at every restart; its store and configuration are in `folder`."""

    def command(_former: Facts) -> Command:
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / "nats-server.conf"
        file.write_text(configuration(folder / "store", port), encoding="utf-8")
        return Command([str(binary), "--config", str(file)], {})

    return command


def nats_readiness(port: int) -> Readiness:
    """Reads its log: it listens, and its streams are recovered, when it says that it is ready."""
    facts = {"nats_url": f"nats://127.0.0.1:{port}"}

    def readiness(line: str) -> Facts | None:
        if (monitor := _MONITOR.search(line)) is not None:
            facts["monitor_url"] = f"http://{monitor[1]}"
        return dict(facts) if _READY in line else None

    return readiness
