"""What a process asks of the kernel, in order, as strace sees it."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness.process import Processes, tool

# A socket's place is not escaped, and has a `>` within.
_BEGIN = re.compile(r"(\d+) +(\w+)\((\d+)<(\w+:\[.*?\]|[^>]*)>(.*)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>.* = (-?\d+)")
_RESULT = re.compile(r" = (-?\d+)[^=]*$")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
# More than any message of ours and any group of them that is written at once.
_LONGEST_STRING = 4 << 20


@dataclass(frozen=True, slots=True)
class Call:
    """One call on an open file or socket; `data` is what it writes."""

    thread: int
    name: str
    place: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Began:
    """A call begins."""

    call: Call


@dataclass(frozen=True, slots=True)
class Ended:
    """A call has ended; a negative result is an error."""

    call: Call
    result: int


@asynccontextmanager
async def traced(processes: Processes, pid: int, file: Path, calls: Sequence[str]) -> AsyncIterator[None]:
    """Writes down these calls of a process and all its threads while the block runs; read them with `read_calls`."""
    strace = await processes.start(
        "strace", tool("strace"), "-f", "-yy", "-xx", "-s", str(_LONGEST_STRING),
        "-e", f"trace={','.join(calls)}", "-o", str(file), "-p", str(pid),
    )  # fmt: skip
    await strace.line(lambda line: "attached" in line)
    yield
    await strace.terminate()


def read_calls(file: Path) -> Iterator[Began | Ended]:
    """Beginnings and ends of calls in their order.

    Raises:
        ValueError: strace cut a string short.
    """
    under_way: dict[int, Call] = {}
    with file.open(encoding="ascii") as lines:
        for line in lines:
            if resumed := _RESUMED.match(line):
                call = under_way.pop(int(resumed[1]), None)
                if call is not None:
                    yield Ended(call, int(resumed[2]))
            elif begun := _BEGIN.match(line):
                call = Call(int(begun[1]), begun[2], _place(begun[4]), _strings(begun[5]))
                yield Began(call)
                result = _RESULT.search(line)
                if "<unfinished ...>" in line:
                    under_way[call.thread] = call
                elif result:
                    yield Ended(call, int(result[1]))


def _strings(arguments: str) -> bytes:
    found = _STRING.findall(arguments)
    if any(cut for _, cut in found):
        raise ValueError("strace cut a string short")
    return b"".join(_text(text) for text, _ in found)


def _place(text: str) -> str:
    return _text(text).decode() if text.startswith("\\x") else text


def _text(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))
