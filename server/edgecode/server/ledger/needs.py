"""Which sources a job needs for as long as it is kept. Pure."""

from edgecode.v1 import event_pb2


def sources_of(created_pb: bytes) -> set[str]:
    """SHA-256 of every uploaded file a job is made of: its source and its watermarks.

    Args:
        created_pb: its `JobCreated`, serialized.
    """
    created = event_pb2.JobCreated.FromString(created_pb)
    marks = {o.rendition.watermark.asset_sha256 for o in created.outputs if o.rendition.HasField("watermark")}
    return {created.asset_sha256, *marks}
