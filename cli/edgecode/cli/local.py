"""What commands without a server need: settings, and becoming one of our modules."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from edgecode.cli.exits import USAGE, CommandFailed
from edgecode.cli.extras import require_extra
from edgecode.cli.stack.stack import python_module

if TYPE_CHECKING:
    from edgecode.core.settings import Settings


def read_settings() -> "Settings":
    """The settings of environment and file.

    Raises:
        CommandFailed: one of them is wrong; the message names it.
    """
    # A third of the start of every command, and most need none.
    from pydantic import ValidationError  # noqa: PLC0415

    from edgecode.core.settings import Settings  # noqa: PLC0415

    try:
        return Settings()
    except ValidationError as error:
        wrong = "\n".join(
            f"  EDGECODE_{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}, not {each['input']!r}"
            for each in error.errors()
        )
        raise CommandFailed(f"settings from the environment or EDGECODE_CONFIG are wrong:\n{wrong}", USAGE) from error
    except ValueError as error:
        raise CommandFailed(str(error), USAGE) from error


def become_module(module: str, extra: str, arguments: Sequence[str] = ()) -> NoReturn:
    """Becomes one of our modules: a service manager's signals reach it, and its exit status is the command's.

    Raises:
        MissingExtra: it is not installed.
    """
    require_extra(extra)
    command = python_module(module, arguments)
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 - no shell is what is wanted
