"""Places for attempts, by class of task, and the one attempt that may want the worker for itself."""

import asyncio
from collections.abc import Mapping


class Slots:
    """Counts what runs. While an attempt has asked to be alone, no class has a free slot."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self.limits = dict(limits)
        self._taken = dict.fromkeys(limits, 0)
        self._alone = False
        self._given_back = asyncio.Event()

    @property
    def taken(self) -> int:
        """How many attempts hold a slot."""
        return sum(self._taken.values())

    def free(self, task_class: str) -> int:
        """How many tasks of a class may be asked for now."""
        return 0 if self._alone else self.limits[task_class] - self._taken[task_class]

    def take(self, task_class: str, *, alone: bool) -> bool:
        """Takes a slot; false when there is none, or when another attempt is or waits to be alone."""
        if self.free(task_class) < 1:
            return False
        self._taken[task_class] += 1
        self._alone = alone
        return True

    def give_back(self, task_class: str, *, alone: bool) -> None:
        """Ends what `take` began."""
        self._taken[task_class] -= 1
        if alone:
            self._alone = False
        self._given_back.set()

    async def nothing_beside(self) -> None:
        """Returns when the caller, who has a slot, is the only one that has."""
        while self.taken > 1:
            self._given_back.clear()
            await self._given_back.wait()
