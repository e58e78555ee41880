"""Exit statuses, and the one place where errors become words on stderr and a status.

Documented in `edgecode --help`: 0 done; 1 refused, or the job failed; 2 wrong usage; 3 the server cannot be reached;
4 not finished within the timeout; 130 interrupted.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from edgecode.cli.extras import MissingExtra

FAILED = 1
USAGE = 2
UNREACHABLE = 3
UNFINISHED = 4
INTERRUPTED = 130


class CommandFailed(Exception):
    """Ends the command with a status; its message says what was wrong and what to do next."""

    def __init__(self, message: str, status: int = FAILED) -> None:
        super().__init__(message)
        self.status = status


def say(message: str) -> None:
    """One message for people, on stderr: stdout is for results."""
    sys.stderr.write(message.rstrip() + "\n")


@contextmanager
def status_tells_the_truth() -> Iterator[None]:
    """Turns what a command may raise into words and an exit status."""
    try:
        yield
    except CommandFailed as error:
        say(f"edgecode: {error}")
        raise typer.Exit(error.status) from error
    except MissingExtra as error:
        say(f"edgecode: {error}")
        raise typer.Exit(FAILED) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(INTERRUPTED) from error
    except BrokenPipeError:
        # The reader, `head` perhaps, has seen enough.
        sys.stderr.close()
        raise typer.Exit(0) from None
