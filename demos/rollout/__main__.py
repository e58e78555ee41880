"""`make demo-rollout`: two builds are made of this repository, ramped, judged; leaves a facts.json and nothing else."""

import argparse
import asyncio
import sys
import time
from importlib import resources
from pathlib import Path

from demos.rollout.facts import Facts
from demos.rollout.second_build import SecondBuild, make_build
from demos.rollout.story import Story, Unexpected
from demos.rollout.variants import BROKEN, HEALTHY
from edgecode.cli.demo.folder import FACTS, prepare, remove
from edgecode.cli.demo.system import OWN, demo_stack, tell_of_crashes
from edgecode.cli.exits import INTERRUPTED, say
from edgecode.cli.stack.child import Command
from edgecode.cli.stack.child import Facts as Said
from edgecode.cli.stack.folder import DataFolder
from edgecode.cli.stack.hold import Stopped, hold
from edgecode.cli.stack.stack import python_module, read_ready
from edgecode.cli.stack.supervised import Supervised
from edgecode.core.stamp import build_info


def main() -> int:
    """Exit status 0 when both rollouts ended as they should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("demo-output/rollout"))
    output = parser.parse_args().output
    began = time.monotonic()
    folder = prepare(output, [FACTS])
    try:
        facts = asyncio.run(_run(folder))
    except Unexpected as error:
        say(f"demo-rollout: {error}\n  logs are in {folder.logs}")
        return 1
    except Stopped:
        say("demo-rollout: stopped by a signal; all processes are stopped")
        return INTERRUPTED
    finally:
        folder.release()
    facts.write(output / FACTS)
    remove(folder.path)
    counts = facts.as_dict()
    say(
        f"{len(facts.jobs)} jobs, by end {counts['jobs_by_end']}, by build {counts['jobs_by_build']}; "
        f"{len(counts['jobs_moved'])} moved, the first ran again {facts.seconds_to_first_rerun:.2f} s after the verdict"
    )
    say(f"facts.json in {output}/ after {time.monotonic() - began:.0f} s; all processes are stopped")
    return 0


async def _run(folder: DataFolder) -> Facts:
    say(f"edgecode {build_info().build} is current; making two more builds of this repository")
    good, bad = await asyncio.gather(
        *(
            asyncio.to_thread(make_build, variant, _empty(folder.path / "builds" / variant.name))
            for variant in (HEALTHY, BROKEN)
        )
    )
    stack = demo_stack(folder, 1)

    async def work(said: Said) -> Facts:
        async def start_worker(build: SecondBuild) -> None:
            worker = _worker(build, folder, said["nats_url"])
            stack.workers.append(worker)  # it is stopped with the others
            await worker.start()

        story = Story(said["grpc_address"], start_worker)
        try:
            with resources.as_file(resources.files("edgecode.cli").joinpath("data", "bbb.mp4")) as video:
                return await story.tell(video, good, bad)
        finally:
            await story.close()

    return await hold(stack, work)


def _empty(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder.absolute()


def _worker(build: SecondBuild, folder: DataFolder, nats_url: str) -> Supervised:
    name = f"worker-{build.variant.version}"

    def command(_former: Said) -> Command:
        environment = {
            "EDGECODE_DATA_DIR": str(folder.path),
            "EDGECODE_NATS_URL": nats_url,
            "EDGECODE_METRICS_ADDRESS": "",
            "EDGECODE_SCRATCH_DIR": str(folder.path / "scratch" / name),
        }
        return Command(python_module("edgecode.workers"), environment | OWN | build.environment)

    return Supervised(name, command, read_ready, folder, tell_of_crashes)


if __name__ == "__main__":
    sys.exit(main())
