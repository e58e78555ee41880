"""`--label key=value`, as often as wanted."""

from collections.abc import Sequence
from typing import Annotated

import typer

from edgecode.cli.exits import USAGE, CommandFailed

LabelOption = Annotated[
    list[str], typer.Option("--label", help="key=value; may be repeated.", default_factory=list, show_default=False)
]


def read_labels(texts: Sequence[str]) -> dict[str, str]:
    """The labels as a map; what they may hold, the server says.

    Raises:
        CommandFailed: one has no `=`, or a key comes twice.
    """
    labels: dict[str, str] = {}
    for text in texts:
        key, separator, value = text.partition("=")
        if not separator or not key:
            raise CommandFailed(f"--label {text!r} is not key=value", USAGE)
        if key in labels:
            raise CommandFailed(f"--label {key} is given twice", USAGE)
        labels[key] = value
    return labels
