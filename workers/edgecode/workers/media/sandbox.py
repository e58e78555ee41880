"""The one sandbox that probe, ffmpeg and verification run in.

On Linux a child is started as `setpriv --pdeathsig KILL -- unshare -rn -- prlimit … -- tool`, in this order: it dies
with the worker, has no network, gains no privileges and has limits on CPU, memory, file size and open files. Parts
that a machine does not allow are left out, and `enforced()` says which stand.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecode.workers.media.child import Child

# ffmpeg opens inputs, outputs and a FIFO for each: far below this.
OPEN_FILES = 256
DEATH = ("setpriv", "--no-new-privs", "--pdeathsig", "KILL", "--")
NETWORK = ("unshare", "--map-root-user", "--net", "--ipc", "--")


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one child may use.

    Attributes:
        cpu_seconds: SIGXCPU then, SIGKILL 5 s later.
        memory_bytes: private memory.
        file_bytes: size of any file it writes; SIGXFSZ beyond.
    """

    cpu_seconds: int
    memory_bytes: int
    file_bytes: int


class Sandbox:
    """Starts children; finds out once, when made, what this machine enforces (some 20 ms).

    Args:
        state_dir: where running children are recorded for `reap_leftovers`; made when absent.
        stop_seconds: from SIGTERM to SIGKILL when a child is stopped.
    """

    def __init__(self, state_dir: Path, *, stop_seconds: float = 0.5) -> None:
        self._state_dir = state_dir
        self._stop_seconds = stop_seconds
        state_dir.mkdir(parents=True, exist_ok=True)
        self._death = DEATH if _works(DEATH) else ()
        self._network = NETWORK if _works((*self._death, *NETWORK)) else ()
        self._prlimit = _works(("prlimit", "--core=0", "--"))

    def enforced(self) -> tuple[str, ...]:
        """Which parts of the sandbox stand on this machine, sorted; a worker declares them in the fleet."""
        parts = {"clean-environment", "codec-allowlist", "format-allowlist", "own-session", "rlimit-core"}
        parts |= {"rlimit-cpu", "rlimit-file-size"}
        if self._death:
            parts |= {"dies-with-worker", "no-new-privileges"}
        if self._network:
            parts |= {"no-ipc", "no-network"}
        if self._prlimit:
            parts |= {"rlimit-memory", "rlimit-open-files"}
        return tuple(sorted(parts))

    def command(self, argv: Sequence[str], limits: ChildLimits) -> list[str]:
        """The whole command line: each part of the sandbox that stands, then the tool."""
        return [*self._death, *self._network, *self._limited(limits), *argv]

    def _limited(self, limits: ChildLimits) -> list[str]:
        if self._prlimit:
            return [
                "prlimit",
                "--core=0",
                f"--cpu={limits.cpu_seconds}:{limits.cpu_seconds + 5}",
                f"--data={limits.memory_bytes}",
                f"--fsize={limits.file_bytes}",
                f"--nofile={OPEN_FILES}",
                "--",
            ]
        # POSIX counts file size in blocks of 512 bytes. The arguments are numbers and "$@": nothing to inject.
        blocks = max(limits.file_bytes // 512, 1)
        script = f'ulimit -c 0; ulimit -t {limits.cpu_seconds}; ulimit -f {blocks}; exec "$@"'
        return ["/bin/sh", "-c", script, "sh"]

    async def start(self, argv: Sequence[str], *, cwd: Path, limits: ChildLimits) -> Child:
        """Starts a tool; use the child in `async with`, which ends it in any case.

        Args:
            argv: program and arguments, never a shell's line.
            cwd: the scratch folder; also its HOME and TMPDIR.
            limits: what it may use.

        Raises:
            OSError: it cannot be started.
        """
        return await Child.start(
            self.command(argv, limits),
            cwd=cwd,
            env=_environment(cwd),
            state_dir=self._state_dir,
            stop_seconds=self._stop_seconds,
        )

    async def start_python(self, module: str, arguments: Sequence[str], *, cwd: Path, limits: ChildLimits) -> Child:
        """Starts a module of ours in a new interpreter, which never looks for modules in the scratch folder."""
        return await self.start([sys.executable, "-P", "-s", "-m", module, *arguments], cwd=cwd, limits=limits)


def _environment(scratch: Path) -> dict[str, str]:
    """All a child gets to see: no credentials, no settings, nothing that changes ffmpeg (FFREPORT, AV_LOG…)."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "SYSTEMROOT") if name in os.environ}
    # Without it each of ffmpeg's threads would reserve an arena of its own.
    return {**kept, "LC_ALL": "C.UTF-8", "HOME": str(scratch), "TMPDIR": str(scratch), "MALLOC_ARENA_MAX": "4"}


def _works(prefix: Sequence[str]) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False, timeout=30).returncode == 0
