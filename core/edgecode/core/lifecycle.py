"""One contract for everything that runs: start, serve until stopped, stop; stop before start and twice are legal."""

import asyncio
import signal
from collections.abc import Coroutine, Iterable
from typing import Any, Protocol

import structlog

log = structlog.get_logger()

_CANCEL_AGAIN_SECONDS = 0.5


class Service(Protocol):
    """Started once, stopped once or more."""

    async def start(self) -> None:
        """Returns when it serves."""
        ...

    async def stop(self) -> None:
        """Returns when it has ended; twice is legal."""
        ...


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Runs all of them; the first that fails ends the others, and its error is raised as it is (not in a group)."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await end(tasks)


async def done_unless_asked(work: Coroutine[Any, Any, None], termination: "Termination") -> bool:
    """Does the work, or ends it when the process is asked to stop before; says whether it was done."""
    doing, asked = asyncio.create_task(work), asyncio.create_task(termination.asked.wait())
    await asyncio.wait((doing, asked), return_when=asyncio.FIRST_COMPLETED)
    await end([asked])
    if not doing.done():
        await end([doing])
        return False
    doing.result()
    return True


class Watched(Protocol):
    """What runs in the background."""

    @property
    def failed(self) -> asyncio.Future[BaseException] | None:
        """Done with its error when it has failed; None before it was started."""
        ...


async def until_asked(parts: Iterable[Watched], *asked: asyncio.Event) -> None:
    """Returns when one of the events is set; raises the error of a started part that can no longer do its work."""
    failures = [part.failed for part in parts if part.failed is not None]
    waits = [asyncio.create_task(event.wait()) for event in asked]
    ends: list[asyncio.Future[Any]] = [*waits, *failures]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    await end(waits)
    for failed in failures:
        if failed.done():
            raise failed.result()


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancels tasks and waits until they have ended, whatever they end with.

    More than once, for Python 3.11 loses a cancellation that comes as what `asyncio.wait_for` waits for is done, and
    the libraries below us wait so everywhere.
    """
    left = all_tasks = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*all_tasks, return_exceptions=True)  # nobody asks for their errors any more


class Background:
    """Owns one background task. Its failure is never silent: it is logged, and `until_asked` ends the process with it.

    Attributes:
        failed: done with its error when it has failed; None before it was started.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._task: asyncio.Task[None] | None = None
        self.failed: asyncio.Future[BaseException] | None = None

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begins the work."""
        self.failed = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(work, name=self._name)
        self._task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            return
        error = task.exception()
        assert error is not None
        log.error("background.failed", part=self._name, error=repr(error), exc_info=error)
        if self.failed is not None and not self.failed.done():
            self.failed.set_result(error)

    async def stop(self) -> None:
        """Cancels the work and waits for its end; twice is legal."""
        task, self._task = self._task, None
        if task is None:
            return
        await end([task])


class Termination:
    """Waits for SIGTERM or SIGINT; a second signal ends the wait for the grace as well."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.insisted = asyncio.Event()

    def install(self) -> None:
        """Takes over both signals."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal)

    def _on_signal(self) -> None:
        (self.insisted if self.asked.is_set() else self.asked).set()
