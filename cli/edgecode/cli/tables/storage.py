"""Blobs that nobody needs."""

from collections.abc import Sequence

from rich.console import Group, RenderableType

from edgecode.cli import words
from edgecode.cli.tables.plain import facts, rows
from edgecode.v1 import storage_pb2


def garbage(blobs: Sequence[storage_pb2.GarbageBlob], total: storage_pb2.GarbageTotal) -> RenderableType:
    """One a line with why, then the totals."""
    listed = rows(
        ("why", "bytes", "written", "key"),
        [(_reason(blob.reason), words.size(blob.size_bytes), words.when(blob.update_time), blob.key) for blob in blobs],
        right=("bytes",),
    )
    done = "would be deleted" if total.dry_run else "deleted"
    left = "an event cannot be read yet: what it may speak of was left alone" if total.unread_events else ""
    sums = facts(
        [
            (done, f"{words.size(total.size_bytes)} bytes in {words.size(total.blobs)} blobs"),
            ("looked at", f"{words.size(total.looked_at)} blobs"),
            ("left alone", left),
        ]
    )
    return Group(listed, "", sums) if blobs else sums


def _reason(number: int) -> str:
    return words.enum_word(storage_pb2.GarbageBlob.Reason, number, "REASON_").lower().replace("_", " ")
