"""Where results go: tables for people, JSON for programs, both on stdout."""

import json
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer
from google.protobuf import json_format
from google.protobuf.message import Message


class OutputFormat(StrEnum):
    """Of `--output`."""

    TABLE = "table"
    JSON = "json"


OutputOption = Annotated[
    OutputFormat, typer.Option("--output", "-o", help="table for people, json for programs (protobuf's JSON mapping).")
]


def message_dict(message: Message) -> dict[str, Any]:
    """Protobuf's JSON mapping with the names of the .proto files, zeros and empty lists included.

    64-bit integers are strings, as the mapping demands.
    """
    found = json_format.MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    assert isinstance(found, dict)
    return found


def write_json(value: Mapping[str, Any] | list[dict[str, Any]]) -> None:
    """One JSON document, indented."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def write_json_line(value: Mapping[str, Any]) -> None:
    """One JSON document on one line, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()
