"""The server with the publish of new jobs left out: everything else of a CreateJob is as it is."""

import itertools
import sys
from collections.abc import Sequence

import edgecode.server.app
from edgecode.core.bus import Outgoing, Stored
from edgecode.core.log import Log
from edgecode.server.__main__ import main

_JOBS = "event.job."


class ForgetfulLog(Log):
    """Says at once that a job's event is stored, and forgets it. Assets are stored: a job needs one."""

    _sequences = itertools.count(1)

    async def append(self, messages: Sequence[Outgoing]) -> list[Stored]:
        if messages[0].subject.startswith(_JOBS):
            return [Stored(next(self._sequences), duplicate=False) for _ in messages]
        return await super().append(messages)


if __name__ == "__main__":
    vars(edgecode.server.app)["Log"] = ForgetfulLog
    sys.exit(main([]))
