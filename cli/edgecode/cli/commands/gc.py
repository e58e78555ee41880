"""`edgecode gc`: the blobs that nobody needs."""

from typing import Annotated

import typer

from edgecode.cli.output import message_dict, write_json
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import storage as tables
from edgecode.v1 import storage_pb2


@remote
def gc(
    session: Session,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted, and why.")] = False,
) -> None:
    """Delete the blobs that nobody needs, as the leader does now and then; safe beside everything that runs.

    Example: edgecode gc --dry-run
    """
    blobs: list[storage_pb2.GarbageBlob] = []
    total = storage_pb2.GarbageTotal()
    for found in session.api.storage.CollectGarbage(storage_pb2.CollectGarbageRequest(dry_run=dry_run)):
        if found.HasField("blob"):
            blobs.append(found.blob)
        else:
            total = found.total
    if session.json:
        write_json({"blobs": [message_dict(blob) for blob in blobs], "total": message_dict(total)})
    else:
        session.print(tables.garbage(blobs, total))
