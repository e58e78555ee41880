"""The watermarks of a job, which are assets: looked up when it is created, for it keeps their bytes from then on."""

from collections.abc import Sequence

from edgecode.core.errors import EdgecodeError, InvalidRequest
from edgecode.server.assets.usable import usable_asset
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.v1 import media_pb2


async def fill_watermarks(outputs: Sequence[media_pb2.OutputSpec], ledger: Ledger, reads: Reads) -> None:
    """Puts the digest of each watermark's asset into its spec.

    Raises:
        InvalidRequest: an asset is absent, deleted or frozen; the field is that of the output.
    """
    for place, output in enumerate(outputs):
        if output.HasField("rendition") and output.rendition.HasField("watermark"):
            mark = output.rendition.watermark
            try:
                mark.asset_sha256 = (await usable_asset(mark.asset_id, ledger, reads)).sha256
            except EdgecodeError as error:
                field = f"outputs[{place}].rendition.watermark.asset_id"
                raise InvalidRequest.field(field, error.message, error.reason) from error
