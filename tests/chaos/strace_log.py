"""What strace wrote of a process: system calls, each with where it began and where it had ended."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_START = re.compile(r"^(?P<thread>\d+) +(?P<name>\w+)\((?P<rest>.*)$")
_RESUMED = re.compile(r"^(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
_TARGET = re.compile(r"^\d+<(?P<target>[^>]*)>")
_RESULT = re.compile(r"= (?P<result>-?\d+)[^=]*$")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call on a descriptor; `thread` is who made it.

    `began` and `ended` count lines: a call that had ended on a line before another began was over before that.
    """

    name: str
    target: str
    text: str
    result: int
    began: int
    ended: int
    thread: int


def calls(lines: Iterable[str]) -> list[Call]:
    """System calls that ended, in the order in which they began (`strace -f -y`)."""
    under_way: dict[str, tuple[int, str, str]] = {}
    found: list[Call] = []
    for number, line in enumerate(lines):
        if match := _RESUMED.match(line):
            began, name, text = under_way.pop(match["thread"], (-1, "", ""))
            if name == match["name"]:
                found.append(_call(match["thread"], name, text + match["rest"], (began, number)))
        elif match := _START.match(line):
            name, rest = match["name"], match["rest"]
            if rest.endswith("<unfinished ...>"):
                under_way[match["thread"]] = (number, name, rest.removesuffix("<unfinished ...>"))
            else:
                found.append(_call(match["thread"], name, rest, (number, number)))
    return sorted(found, key=lambda call: call.began)


def _call(thread: str, name: str, text: str, lines: tuple[int, int]) -> Call:
    target, result = _TARGET.match(text), _RESULT.search(text)
    place = target["target"] if target else ""
    return Call(name, place, text, int(result["result"]) if result else -1, *lines, int(thread))


def read_calls(path: Path) -> list[Call]:
    """The calls in a file."""
    return calls(path.read_text(encoding="utf-8", errors="replace").splitlines())
