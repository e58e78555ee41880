"""`python -m bench [row …] [--quick] [--rounds N] [--list] [--output json]`."""

import argparse
import json
import os
import platform
import sys

import uvloop

from bench.outcome import Effort, Outcome
from bench.rows import ROWS


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"all by default: {', '.join(ROWS)}")
    parser.add_argument("--list", action="store_true", help="says what each row measures")
    parser.add_argument("--quick", action="store_true", help="a fifth of the work, one round: shows that it runs")
    parser.add_argument("--rounds", type=int, default=5, help="of each side, interleaved; default 5")
    parser.add_argument("--output", choices=("text", "json"), default="text")
    found = parser.parse_args()
    if unknown := [row for row in found.rows if row not in ROWS]:
        parser.error(f"no row {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return found


async def _run(names: list[str], effort: Effort, *, text: bool) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    for name in names:
        if text:
            print(f"\n{name}: {ROWS[name].what}", flush=True)
        found[name] = await ROWS[name].run(effort)
        if text:
            print(*(f"  {outcome.line()}" for outcome in found[name]), sep="\n", flush=True)
    return found


def main() -> int:
    """Exit status 1 where a goal is missed, so that a script can tell."""
    arguments = _arguments()
    if arguments.list:
        print(*(f"{name:14} {row.what}" for name, row in ROWS.items()), sep="\n")
        return 0
    effort = Effort(1, 0.2) if arguments.quick else Effort(arguments.rounds, 1.0)
    loads = os.getloadavg()
    found = uvloop.run(_run(arguments.rows or list(ROWS), effort, text=arguments.output == "text"))
    missed = [outcome for outcomes in found.values() for outcome in outcomes if outcome.met is False]
    if arguments.output == "json":
        machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
        rows = {name: [outcome.record() for outcome in outcomes] for name, outcomes in found.items()}
        json.dump({"machine": machine, "load_before": loads, "rows": rows}, sys.stdout, indent=2)
        print()
    else:
        goals = sum(outcome.met is not None for outcomes in found.values() for outcome in outcomes)
        print(f"\n{goals - len(missed)} of {goals} goals met; load before {loads[0]:.1f} on {os.cpu_count()} CPUs")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
