"""Runs a stack until its work is done or it is told to stop."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from edgecode.cli.stack.child import Facts
from edgecode.cli.stack.stack import Stack

if TYPE_CHECKING:
    from edgecode.core.lifecycle import Termination

Result = TypeVar("Result")
Work = Callable[[Facts], Coroutine[Any, Any, Result]]


class Stopped(Exception):
    """SIGTERM or SIGINT came before the work was done; everything has been stopped in order."""


async def hold(stack: Stack, work: Work[Result]) -> Result:
    """Starts everything, does the work with the addresses, stops everything in order, returns the work's result.

    A first SIGTERM or SIGINT ends the work, a second one the children's graces.

    Raises:
        Stopped: by a signal.
        Exception: what start or work raised, after everything has been stopped.
    """
    # Its log library takes a tenth of a second that no other command should pay.
    from edgecode.core.lifecycle import Termination  # noqa: PLC0415

    termination = Termination()
    termination.install()
    insisted = asyncio.create_task(_kill_when_insisted(termination, stack))
    try:
        async with stack:
            facts = await _race(stack.start(), _raise_when_asked(termination))
            return await _race(work(facts), _raise_when_asked(termination), stack.failed())
    finally:
        insisted.cancel()


async def forever(_facts: Facts) -> None:
    """Work that is never done."""
    await asyncio.get_running_loop().create_future()


async def _kill_when_insisted(termination: "Termination", stack: Stack) -> None:
    await termination.insisted.wait()
    stack.kill()


async def _raise_when_asked(termination: "Termination") -> None:
    await termination.asked.wait()
    raise Stopped


async def _race(work: Coroutine[Any, Any, Result], *guards: Coroutine[Any, Any, None]) -> Result:
    """The work's result, or the error of whichever ends first."""
    main = asyncio.create_task(work)
    others = [asyncio.create_task(guard) for guard in guards]
    try:
        await asyncio.wait([main, *others], return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            if other.done():
                other.result()
        return await main
    finally:
        for task in (main, *others):
            task.cancel()
        await asyncio.gather(main, *others, return_exceptions=True)
