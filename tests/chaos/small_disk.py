"""A disk of any size, in memory, seen only by the processes that are started inside."""

import sys
from pathlib import Path
from typing import Self

from edgecode.core.settings import Settings
from tests.harness.process import Process, Processes, environment

# Pages of the file system's own.
_SLACK_BYTES = 64 << 10
_HOLD = 'mkdir -p "$2" && mount -t tmpfs -o "size=$1" tmpfs "$2" && echo mounted && exec sleep infinity'


class SmallDisk:
    """A tmpfs in a mount namespace of its own, which a process holds for as long as the test lives.

    Attributes:
        folder: where it is mounted, for processes inside.
        seen: the same folder as the test sees it.
    """

    def __init__(self, processes: Processes, holder: Process, folder: Path) -> None:
        self._processes = processes
        self.folder = folder
        self.seen = Path(f"/proc/{holder.pid}/root{folder}")
        self.inside = ("nsenter", "--target", str(holder.pid), "--user", "--mount", "--preserve-credentials", "--")

    @classmethod
    async def mount(cls, processes: Processes, folder: Path, size_bytes: int) -> Self:
        """Mounts it."""
        unshare = ("unshare", "--map-root-user", "--mount", "--")
        holder = await processes.start("disk", *unshare, "sh", "-c", _HOLD, "sh", str(size_bytes), str(folder))
        await holder.line(lambda text: text == "mounted")
        return cls(processes, holder, folder)

    @property
    def used_bytes(self) -> int:
        """What its files take."""
        return sum(path.stat().st_blocks * 512 for path in self.seen.rglob("*") if path.is_file())

    async def resize(self, size_bytes: int) -> None:
        """Makes it as large as that from now on."""
        arguments = ("mount", "-o", f"remount,size={size_bytes}", str(self.folder))
        assert await (await self._processes.start("mount", *self.inside, *arguments)).exit() == 0

    async def leave(self, free_bytes: int) -> None:
        """Makes it so small that so much is free, and a little more."""
        await self.resize(self.used_bytes + _SLACK_BYTES + free_bytes)

    def files(self) -> list[str]:
        """Its files, by their path on it."""
        return sorted(str(path.relative_to(self.seen)) for path in self.seen.rglob("*") if path.is_file())


class Inside(Processes):
    """Starts our processes so that they see the disk."""

    def __init__(self, disk: SmallDisk) -> None:
        super().__init__()
        self._disk = disk

    async def launch(self, module: str, settings: Settings, crash_at: str = "") -> Process:
        env = environment(settings, crash_at)
        return await self.start(module, *self._disk.inside, sys.executable, "-m", module, env=env)
