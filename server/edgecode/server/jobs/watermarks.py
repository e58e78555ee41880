"""The watermarks of a job, which are assets: looked up when it is created, for it keeps their bytes from then on."""

from collections.abc import Iterator, Sequence

from edgecode.core.errors import FailedPrecondition, InvalidRequest, NotFound
from edgecode.server.assets.usable import usable_asset
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.v1 import job_pb2, media_pb2


async def fill_watermarks(outputs: Sequence[media_pb2.OutputSpec], ledger: Ledger, reads: Reads) -> None:
    """Puts the digest of each watermark's asset into its spec.

    Raises:
        InvalidRequest: an asset is absent, deleted or frozen; the field is that of the output.
    """
    for path, mark in _marks(outputs):
        mark.asset_sha256 = await _sha256(path, mark.asset_id, ledger, reads)


async def check_watermarks(outputs: Sequence[media_pb2.OutputSpec], ledger: Ledger, reads: Reads) -> None:
    """Raises what `fill_watermarks` would; changes nothing."""
    for path, mark in _marks(outputs):
        await _sha256(path, mark.asset_id, ledger, reads)


async def check_watermarks_of(preset: job_pb2.Preset, ledger: Ledger, reads: Reads) -> None:
    """The same for outputs that a request does not name itself: presets live longer than assets.

    Raises:
        InvalidRequest: the field is `preset`; the description names the revision and the field of its output.
    """
    try:
        await check_watermarks(preset.outputs, ledger, reads)
    except InvalidRequest as error:
        (violation,) = error.violations
        name = f"{preset.preset}@{preset.revision}"
        raise InvalidRequest.field(
            "preset", f"{name} cannot be used, for its {violation.field}: {violation.description}", error.reason
        ) from error


def _marks(outputs: Sequence[media_pb2.OutputSpec]) -> Iterator[tuple[str, media_pb2.Watermark]]:
    for place, output in enumerate(outputs):
        if output.HasField("rendition") and output.rendition.HasField("watermark"):
            yield f"outputs[{place}].rendition.watermark.asset_id", output.rendition.watermark


async def _sha256(path: str, asset_id: str, ledger: Ledger, reads: Reads) -> str:
    try:
        return (await usable_asset(asset_id, ledger, reads)).sha256
    except (InvalidRequest, NotFound, FailedPrecondition) as error:
        raise InvalidRequest.field(path, error.message, error.reason) from error
