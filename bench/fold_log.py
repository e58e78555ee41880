"""Folds a whole log into an empty ledger and says how fast, and how its memory grew: `python -m bench.fold_log`.

A process of its own, so that nothing else is in its memory.
"""

import json
import os
import sys
import tempfile
import time

import uvloop

from bench.stack import resident_bytes
from edgecode.core.bus import connect
from edgecode.core.log import Log
from edgecode.core.settings import Settings
from edgecode.core.stamp import make_stamp
from edgecode.server.ledger.open import ledger_of
from edgecode.server.ledger.rebuild import fold_all


async def main() -> None:
    bus = await connect(Settings().nats_url, make_stamp("server", "bench"))
    resident: list[tuple[int, int]] = []

    def note(folded: int, _last: int) -> None:
        resident.append((folded, resident_bytes(os.getpid())))

    with tempfile.TemporaryDirectory(prefix="edgecode-bench-") as folder:
        # Of PostgreSQL's the schema beside: new for each fold.
        ledger = await ledger_of(Settings().ledger_url or f"sqlite://{folder}/ledger.sqlite").beside()
        began = time.perf_counter()
        head = await fold_all(bus, Log(bus), ledger, note)
        seconds = time.perf_counter() - began
        await ledger.close()
    await bus.close()
    # The records of ten thousand jobs are kept: memory is constant from where that many are known.
    half = next(size for folded, size in resident if folded >= head / 2)
    found = {"events": head, "seconds": seconds, "half": half, "end": resident[-1][1]}
    print(json.dumps({"event": "bench.folded"} | found))


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
