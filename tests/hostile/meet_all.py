"""A worker in miniature, as a process of its own: `python -m tests.hostile.meet_all FOLDER` meets each file in it."""

import asyncio
import sys
from pathlib import Path

from edgecode.workers.media.tools import find_tools
from tests.hostile.meeting import meet


def meet_all(folder: Path) -> list[str]:
    """What became of each, in the order of their names."""
    tools = find_tools(folder / "children")
    found = []
    for source in sorted(folder.glob("*.source")):
        scratch = source.with_suffix(".scratch")
        scratch.mkdir()
        found.append(f"{source.stem} {asyncio.run(meet(source, scratch, tools)).reason}")
    return found


if __name__ == "__main__":
    sys.stdout.write("\n".join(meet_all(Path(sys.argv[1]))))
