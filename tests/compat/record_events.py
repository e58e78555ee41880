"""Records one event of each kind as this release writes it: `python -m tests.compat.record_events`.

Run it for a new kind only: what is recorded once is never recorded again, for logs of running systems hold it so.
"""

import base64
import json
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from edgecode.v1 import event_pb2

RECORDED = Path(__file__).with_name("events.json")
_DEEPEST = 6


def kinds() -> list[str]:
    """Names of the kinds of event this build knows."""
    return [field.name for field in event_pb2.Event.DESCRIPTOR.oneofs_by_name["kind"].fields]


def as_json(event: event_pb2.Event) -> dict[str, Any]:
    """What an event says, field by field."""
    return MessageToDict(event, preserving_proto_field_name=True)


def example(kind: str) -> event_pb2.Event:
    """An event of a kind with every field set."""
    event = event_pb2.Event()
    body = getattr(event, kind)
    body.SetInParent()
    _fill(body, 0)
    return event


def _fill(message: Message, depth: int) -> None:
    filled: set[str] = set()
    for field in message.DESCRIPTOR.fields:
        oneof = field.containing_oneof
        if oneof is not None and oneof.name in filled:
            continue
        if oneof is not None:
            filled.add(oneof.name)
        _set(message, field, depth)


def _set(message: Message, field: Any, depth: int) -> None:
    value = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value["key"] = "value"
    elif field.message_type is not None and depth < _DEEPEST:
        target = value.add() if field.is_repeated else value
        target.SetInParent()
        _fill(target, depth + 1)
    elif field.is_repeated:
        value.append(_scalar(field))
    else:
        setattr(message, field.name, _scalar(field))


def _scalar(field: Any) -> Any:
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return b"bytes" if field.type == FieldDescriptor.TYPE_BYTES else f"a {field.name}"
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return field.enum_type.values[-1].number
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return True
    return 0.5 if field.cpp_type in {FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT} else field.number


def main() -> None:
    """Adds what is missing."""
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    for kind in kinds():
        if kind not in recorded:
            event = example(kind)
            data = event.SerializeToString(deterministic=True)
            recorded[kind] = {"data": base64.b64encode(data).decode(), "says": as_json(event)}
    RECORDED.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
