"""Entries of the log: their place, their time, and how one that cannot be read is kept as a row."""

import json
from datetime import UTC, datetime

from edgecode.core.headers import Origin
from edgecode.core.log import Entry, decode
from edgecode.core.stamp import Stamp
from edgecode.server.ledger.rows import EXPIRY_MARGIN_US, UnreadRow


def place_of(subject: str) -> tuple[str, str]:
    """(`job`, its id) of `event.job.<id>`."""
    root, _, name = subject.removeprefix("event.").partition(".")
    return root, name


def time_us(entry: Entry) -> int:
    """When the broker stored it, microseconds since 1970."""
    return round(entry.time.timestamp() * 1_000_000)


def row_of(entry: Entry) -> UnreadRow:
    """An entry as it is kept until a build reads it."""
    headers = json.dumps(
        {
            "path": list(entry.origin.path),
            "traceparent": entry.origin.traceparent,
            "contract": entry.origin.contract,
            "message_id": entry.message_id,
            "stamp": _stamp_fields(entry.origin.stamp),
        },
        sort_keys=True,
    )
    expire_us = round(entry.expire.timestamp() * 1_000_000) - EXPIRY_MARGIN_US if entry.expire else 0
    return UnreadRow(entry.sequence, entry.subject, time_us(entry), expire_us, headers, entry.data)


def entry_of(row: UnreadRow) -> Entry:
    """The entry that was kept, read as this build reads it."""
    found = json.loads(row.headers)
    origin = Origin(Stamp(*found["stamp"]), tuple(found["path"]), found["contract"], found["traceparent"])
    time = datetime.fromtimestamp(row.time_us / 1_000_000, UTC)
    return Entry(
        row.sequence, row.subject, time, origin, decode(row.data, origin.contract), row.data, found["message_id"]
    )


def _stamp_fields(stamp: Stamp) -> list[str]:
    return [stamp.service, stamp.version, stamp.revision, stamp.dirty, stamp.instance, stamp.environment]
