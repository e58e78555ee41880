"""Where the processes of one machine answer Prometheus: an address each, and a file that tells them all."""

import json
from pathlib import Path

from edgecode.cli.stack.ports import free_port, is_free

LAST_PORT = 65_535


def worker_address(server: str, number: int) -> str:
    """The address of a worker, `number` counted from 1; empty where the server has none.

    The server's port plus the number, so that a list of targets can be written by hand; a free one where that is taken,
    or the server's own is any.
    """
    if not server:
        return ""
    host, _, text = server.rpartition(":")
    port = int(text) + number
    if int(text) == 0 or port > LAST_PORT or not is_free(port):
        port = free_port()
    return f"{host}:{port}"


class Targets:
    """The file of a data folder that `file_sd_configs` of Prometheus reads; written anew when a process is ready."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "metrics-targets.json"
        self._addresses: dict[str, str] = {}

    def begin(self) -> None:
        """Forgets those of an earlier run."""
        self._addresses.clear()
        self._file.unlink(missing_ok=True)

    def heard(self, name: str, address: str) -> None:
        """A process listens at `address`; an empty one is told nobody.

        Raises:
            OSError: the file cannot be written, as on a full disk.
        """
        if not address or self._addresses.get(name) == address:
            return
        self._addresses[name] = address
        targets = [{"targets": [at], "labels": {"process": process}} for process, at in sorted(self._addresses.items())]
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps(targets, indent=2) + "\n", encoding="utf-8")
        temporary.replace(self._file)
