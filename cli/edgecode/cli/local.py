"""What commands without a server need: settings, and our modules as children."""

import subprocess
from collections.abc import Sequence

from pydantic import ValidationError

from edgecode.cli.exits import USAGE, CommandFailed
from edgecode.cli.extras import require_extra
from edgecode.cli.stack.stack import python_module
from edgecode.core.settings import Settings


def read_settings() -> Settings:
    """The settings of environment and file.

    Raises:
        CommandFailed: one of them is wrong; the message names it.
    """
    try:
        return Settings()  # type: ignore[call-arg]  # every field has a default that mypy cannot see
    except ValidationError as error:
        wrong = "\n".join(
            f"  EDGECODE_{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}, not {each['input']!r}"
            for each in error.errors()
        )
        raise CommandFailed(f"settings from the environment or EDGECODE_CONFIG are wrong:\n{wrong}", USAGE) from error
    except ValueError as error:
        raise CommandFailed(str(error), USAGE) from error


def run_module(module: str, extra: str, arguments: Sequence[str] = ()) -> int:
    """Runs one of our modules in place of this command's rest; returns its exit status, negative for a signal.

    Raises:
        MissingExtra: it is not installed.
    """
    require_extra(extra)
    return subprocess.run(python_module(module, arguments), check=False).returncode
