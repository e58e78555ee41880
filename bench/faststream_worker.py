"""The same work by FastStream: a durable pull subscriber, 64 at once, whose handler stores a result and then acks.

`.venv-bench/bin/python bench/faststream_worker.py nats://…`; its own logging is off, ours is not.
"""

import asyncio
import json
import sys

from faststream.nats import JStream, NatsBroker, PullSub
from nats.js.api import AckPolicy, ConsumerConfig

_AT_ONCE = 64


async def main(url: str) -> None:
    broker = NatsBroker(url, logger=None)
    tasks, results = JStream("BENCH_TASKS", declare=False), JStream("BENCH_RESULTS", declare=False)

    @broker.subscriber(  # type: ignore[untyped-decorator] # it is installed where it runs, not where types are checked
        "bench.task",
        durable="bench",
        stream=tasks,
        pull_sub=PullSub(batch_size=_AT_ONCE, timeout=1.0),
        max_workers=_AT_ONCE,
        config=ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=30.0, max_ack_pending=100_000),
    )
    async def on_task(number: int, words: str) -> None:
        await broker.publish({"number": number, "state": "SUCCEEDED"}, "bench.result", stream=results.name, timeout=5.0)

    await broker.start()
    print(json.dumps({"event": "bench.ready"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(sys.argv[1]))
