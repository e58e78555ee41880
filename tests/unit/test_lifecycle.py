"""Ending tasks for good."""

import asyncio

import pytest

from edgecode.core.lifecycle import Background, end, together, until_asked


async def test_a_task_that_loses_its_first_cancellation_is_ended_all_the_same() -> None:
    lost = 0

    async def loses_one() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                # As `asyncio.wait_for` of Python 3.11 does when what it waits for is done at that moment.
                if lost:
                    raise
                lost += 1

    background = Background("loses one")
    background.start(loses_one())
    await asyncio.sleep(0)
    await asyncio.wait_for(background.stop(), 10)
    assert lost == 1


async def test_the_error_of_a_task_that_is_ended_is_nobodys() -> None:
    async def fails() -> None:
        raise RuntimeError("too late")

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    await end([task])
    await end([])


async def test_the_first_failure_ends_the_others_and_is_raised_as_it_is() -> None:
    ended = asyncio.Event()

    async def lasts() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def fails() -> None:
        raise LookupError("here")

    with pytest.raises(LookupError, match="here"):
        await together(lasts(), fails())
    assert ended.is_set()


async def test_a_failure_in_the_background_is_handed_over() -> None:
    async def fails() -> None:
        raise LookupError("here")

    background = Background("fails")
    background.start(fails())
    assert background.failed is not None
    assert isinstance(await background.failed, LookupError)
    await background.stop()
    await background.stop()


async def test_a_process_is_ended_by_a_signal_or_by_the_first_part_that_fails_with_its_error() -> None:
    async def fails(go: asyncio.Event) -> None:
        await go.wait()
        raise RuntimeError("broken")

    asked, go = asyncio.Event(), asyncio.Event()
    never_started, well, broken = Background("never started"), Background("well"), Background("broken")
    well.start(asyncio.Event().wait())  # type: ignore[arg-type] # whatever it waits for
    broken.start(fails(go))
    parts = (never_started, well, broken)
    waits = asyncio.create_task(until_asked(parts, asked))
    await asyncio.sleep(0)
    assert not waits.done()
    go.set()
    with pytest.raises(RuntimeError, match="broken"):
        await waits
    asked.set()
    await until_asked((never_started, well), asyncio.Event(), asked)
    await well.stop()
