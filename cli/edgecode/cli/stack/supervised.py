"""Keeps one child running: starts it again when it ends unasked, ever more slowly while it keeps ending."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from dataclasses import dataclass

from edgecode.cli.stack.child import Child, Command, Facts, Readiness
from edgecode.cli.stack.folder import DataFolder

FIRST_BACKOFF_SECONDS = 0.1
LONGEST_BACKOFF_SECONDS = 10.0
# A child that lived so long starts again without delay.
STEADY_SECONDS = 30.0
READY_SECONDS = 60.0


# What a process of ours exits with when it refuses to run as things are (`EX_CONFIG`): starting it again cannot help.
REFUSED_STATUS = 78


class StartFailed(Exception):
    """A child ended, or said nothing, before it was ready for the first time; or it refuses to run."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a child: `starting`, `ready`, `unlisted`, `ended` or `stopped`, in words and facts."""

    child: str
    kind: str
    text: str
    facts: Facts


OnEvent = Callable[[Event], None]


def describe_exit(code: int) -> str:
    """An exit code in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


class Supervised:
    """One child, whichever process it is at the moment.

    Args:
        name: of its log and its record.
        command: made from the facts of its former run ({} at first), so that it can keep its port.
        readiness: reads its output.
        folder: where it logs and is recorded.
        on_event: told of everything.
    """

    def __init__(
        self,
        name: str,
        command: Callable[[Facts], Command],
        readiness: Readiness,
        folder: DataFolder,
        on_event: OnEvent,
    ) -> None:
        self.name = name
        self.facts: Facts = {}
        self._command = command
        self._readiness = readiness
        self._folder = folder
        self._on_event = on_event
        self._child: Child | None = None
        self._stopping = asyncio.Event()
        self._stopped = False
        self.watch: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process it is now; None while there is none."""
        return None if self._child is None or self._child.ended.done() else self._child.pid

    async def start(self) -> Facts:
        """Starts it and returns its facts once it is ready; from then on it is kept running.

        Raises:
            StartFailed: with its last lines.
        """
        child = await self._spawn()
        try:
            async with asyncio.timeout(READY_SECONDS):
                await child.ready_or_ended()
        except TimeoutError:
            raise StartFailed(self._failure(child, f"was not ready after {READY_SECONDS:.0f} s")) from None
        if child.ready.cancelled() or not child.ready.done():
            raise StartFailed(self._failure(child, f"ended before it was ready ({describe_exit(await child.ended)})"))
        self._on_ready(child.ready.result())
        self.watch = asyncio.create_task(self._keep(), name=f"keep-{self.name}")
        return self.facts

    async def stop(self, grace_seconds: float) -> None:
        """Ends it for good: SIGTERM, SIGKILL after the grace; legal at any time and more than once."""
        self._stopping.set()
        if self._child is not None:
            code = await self._child.stop(grace_seconds)
            if not self._stopped:
                self._stopped = True
                self._report("stopped", describe_exit(code))
        if self.watch is not None:
            await asyncio.wait([self.watch])

    def kill(self) -> None:
        """SIGKILL now, without starting it again."""
        self._stopping.set()
        if self._child is not None:
            self._child.kill()

    async def _spawn(self) -> Child:
        self._child = await Child.start(self.name, self._command(self.facts), self._readiness, self._folder)
        self._report("starting", f"pid {self._child.pid}")
        return self._child

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            started = loop.time()
            code = await self._live()
            if self._stopping.is_set():
                return
            if code == REFUSED_STATUS:
                raise StartFailed(self._failure(self._child, "refuses to run"))
            if loop.time() - started > STEADY_SECONDS:
                backoff = FIRST_BACKOFF_SECONDS
            self._report("ended", f"{describe_exit(code)}; starting again in {backoff:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), backoff)
            if self._stopping.is_set():
                return
            backoff = min(backoff * 2, LONGEST_BACKOFF_SECONDS)
            child = await self._spawn()
            if self._stopping.is_set():
                child.kill()  # who stops us saw its predecessor only; this one has done nothing yet

    async def _live(self) -> int:
        """Follows the process of now to its end; returns its exit code."""
        assert self._child is not None
        child = self._child
        await child.ready_or_ended()
        if child.ready.done() and not child.ready.cancelled() and child.ready.result() is not self.facts:
            self._on_ready(child.ready.result())
        return await asyncio.shield(child.ended)

    def _on_ready(self, facts: Facts) -> None:
        self.facts = facts
        said = (f"{name.partition('_')[0]} {value}" for name, value in facts.items())
        self._report("ready", ", ".join(said))

    def _report(self, kind: str, text: str) -> None:
        self._on_event(Event(self.name, kind, text, dict(self.facts)))

    def _failure(self, child: Child | None, what: str) -> str:
        assert child is not None
        # A process of ours that refuses to start says why in a plain sentence beside its log.
        plain = [line for line in child.last_lines if not line.startswith("{")]
        words = "\n  ".join(plain or child.last_lines) or "(it said nothing)"
        return f"{self.name} {what}:\n  {words}\n  its whole log is {self._folder.logs / self.name}.log"
