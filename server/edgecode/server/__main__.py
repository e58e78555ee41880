"""`python -m edgecode.server`: serves. `python -m edgecode.server ledger-rebuild`: rebuilds the ledger from the log."""

import sys

import uvloop
from pydantic import ValidationError

from edgecode.core import bus as core_bus
from edgecode.core.errors import EdgecodeError, FailedPrecondition
from edgecode.core.lifecycle import Termination
from edgecode.core.process_end import end_process
from edgecode.core.settings import Settings
from edgecode.core.stamp import make_stamp
from edgecode.core.urls import without_password
from edgecode.server.app import serve
from edgecode.server.ledger.rebuild import rebuild

_USAGE = 2
# EX_CONFIG: it refuses to run as things are, and a supervisor that starts it again cannot help.
_REFUSED = 78


async def _serve(settings: Settings) -> None:
    termination = Termination()
    termination.install()
    await serve(settings, termination)


async def _rebuild(settings: Settings) -> None:
    bus = await core_bus.connect(settings.nats_url, make_stamp("server", settings.environment))
    try:
        head = await rebuild(bus, settings.ledger, _show)
    finally:
        await bus.close()
    print(f"rebuilt {without_password(settings.ledger)} up to event {head}")  # noqa: T201 a command's answer


def _show(folded: int, last: int) -> None:
    print(f"folded {folded} of {last}", file=sys.stderr)  # noqa: T201 a command's progress


def main(arguments: list[str]) -> int:
    """Runs the process; returns its exit status."""
    work = {(): _serve, ("ledger-rebuild",): _rebuild}.get(tuple(arguments))
    if work is None:
        print("usage: python -m edgecode.server [ledger-rebuild]", file=sys.stderr)  # noqa: T201 a command's answer
        return _USAGE
    try:
        uvloop.run(work(Settings()))
    except (EdgecodeError, ValidationError) as error:
        print(f"edgecode server: {error}", file=sys.stderr)  # noqa: T201 the sentence that says what to do
        return _REFUSED if isinstance(error, (FailedPrecondition, ValidationError)) else 1
    return 0


if __name__ == "__main__":
    end_process(main(sys.argv[1:]))
