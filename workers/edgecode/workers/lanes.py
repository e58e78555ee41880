"""The lanes of this worker's build: durable consumers that the leader makes and every worker of the build shares."""

import structlog
from nats.aio.msg import Msg

from edgecode.core import subjects
from edgecode.core.bus import Bus
from edgecode.core.pull import ConsumerGone, Puller

log = structlog.get_logger()

# Every so many rounds begin with the lowest priority, so that it never starves.
LOW_FIRST_EVERY = 8


class Lanes:
    """Asks the lanes for work. One caller per class at a time."""

    def __init__(self, bus: Bus, build_key: str) -> None:
        self._pullers = {
            (task_class, priority): Puller(bus, subjects.TASKS, subjects.lane_consumer(build_key, task_class, priority))
            for task_class in subjects.CLASSES
            for priority in subjects.PRIORITIES
        }
        self._rounds = dict.fromkeys(subjects.CLASSES, 0)

    async def start(self) -> None:
        """Gets ready to ask; the consumers need not exist yet."""
        for puller in self._pullers.values():
            await puller.start()

    async def stop(self) -> None:
        """Twice is legal."""
        for puller in self._pullers.values():
            await puller.stop()

    async def pull(self, task_class: str, count: int) -> list[Msg]:
        """At most `count` tasks that wait now, highest priority first; one lane is asked after the other.

        Asking them all at once for `count` each would bring more than there are slots for.

        Raises:
            ConsumerGone: a lane does not exist, or the broker is silent.
        """
        found: list[Msg] = []
        for priority in self._order(task_class):
            if len(found) == count:
                break
            try:
                found += await self._pullers[task_class, priority].pull(count - len(found))
            except ConsumerGone as error:
                if not found:
                    raise
                # What came is ours already; the next round meets the same trouble.
                log.info("lanes.gone", task_class=task_class, priority=priority, why=str(error))
                break
        return found

    def _order(self, task_class: str) -> tuple[str, ...]:
        self._rounds[task_class] += 1
        return order(self._rounds[task_class])


def order(number: int) -> tuple[str, ...]:
    """In which order round `number` asks the priorities."""
    high, normal, low = subjects.PRIORITIES
    return (high, normal, low) if number % LOW_FIRST_EVERY else (low, high, normal)
