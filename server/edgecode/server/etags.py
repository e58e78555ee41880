"""Etags of requests against what the ledger knows (AIP-154)."""

from collections.abc import Callable

from edgecode.core.errors import Conflict
from edgecode.server.convert import etag_of
from edgecode.server.ledger.port import JobRecord


def etag_check(etag: str) -> Callable[[JobRecord], None]:
    """Raises Conflict `ETAG_MISMATCH` when the client's etag is not the record's; an empty one fits all."""

    def check(record: JobRecord) -> None:
        refuse_other_etag(etag, record.job.job_id, record.job.last_sequence)

    return check


def refuse_other_etag(etag: str, resource_id: str, sequence: int) -> None:
    """Raises Conflict `ETAG_MISMATCH` when a given etag is not that of the resource."""
    now = etag_of(resource_id, sequence)
    if etag and etag != now:
        raise Conflict(
            "ETAG_MISMATCH", f"{resource_id} has changed: its etag is {now}; read it again", metadata={"etag": now}
        )
