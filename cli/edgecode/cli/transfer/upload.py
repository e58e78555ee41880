"""Uploads a file in checked chunks; resumes by asking the server what it has."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import google_crc32c
import grpc

from edgecode.cli.api import Api
from edgecode.cli.problem import read_problem
from edgecode.cli.transfer.resume import Patience
from edgecode.v1 import asset_pb2

CHUNK_BYTES = 1 << 20

OnBytes = Callable[[int], None]
"""Told how many bytes of the file have been sent."""


def upload(
    api: Api, path: Path, upload_id: str, metadata: asset_pb2.UploadMetadata, on_bytes: OnBytes
) -> asset_pb2.Asset:
    """Sends a file; what the server already has of this upload is not sent again.

    Args:
        api: where to.
        path: a regular file; it must not change meanwhile: the server compares the digest of the whole.
        upload_id: chosen by the client; the same one resumes.
        metadata: of the asset; the first opening of an upload counts.
        on_bytes: told of progress.

    Raises:
        grpc.RpcError: the server refused, or stayed away for 30 s.
        OSError: the file cannot be read.
    """
    patience = Patience(api)
    stored = -1
    while True:
        try:
            known = query(api, upload_id)
            if known.HasField("asset"):
                return known.asset
            if known.committed_bytes > stored:
                patience.progress()
            stored = known.committed_bytes
            return _send(api, _Chunks(path, upload_id, metadata, stored, _checked(on_bytes, api)))
        except grpc.RpcError as error:
            if not _is_offset_mismatch(error):
                patience.wait(error)


def _checked(on_bytes: OnBytes, api: Api) -> OnBytes:
    """The same, ending the stream when the client is told to stop."""

    def tell(count: int) -> None:
        api.stopping.check()
        on_bytes(count)

    return tell


def query(api: Api, upload_id: str) -> asset_pb2.QueryUploadResponse:
    """What the server has of an upload; nothing for one it does not know."""
    try:
        return api.assets.QueryUpload(asset_pb2.QueryUploadRequest(upload_id=upload_id))
    except grpc.RpcError as error:
        if isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.NOT_FOUND:
            return asset_pb2.QueryUploadResponse(upload_id=upload_id)
        raise


class _Chunks:
    """The messages of one stream; remembers why reading failed, which gRPC would hide."""

    def __init__(
        self, path: Path, upload_id: str, metadata: asset_pb2.UploadMetadata, offset: int, on_bytes: OnBytes
    ) -> None:
        self._path = path
        self._upload_id = upload_id
        self._metadata = metadata
        self._offset = offset
        self._on_bytes = on_bytes
        self.error: OSError | None = None

    def __iter__(self) -> Iterator[asset_pb2.UploadAssetRequest]:
        try:
            yield from self._read()
        except OSError as error:
            self.error = error
            raise

    def _read(self) -> Iterator[asset_pb2.UploadAssetRequest]:
        digest = hashlib.sha256()
        with self._path.open("rb") as file:
            while file.tell() < self._offset and (skipped := file.read(min(CHUNK_BYTES, self._offset - file.tell()))):
                digest.update(skipped)
            offset = file.tell()
            yield asset_pb2.UploadAssetRequest(upload_id=self._upload_id, metadata=self._metadata, offset_bytes=offset)
            self._on_bytes(offset)
            while data := file.read(CHUNK_BYTES):
                digest.update(data)
                yield asset_pb2.UploadAssetRequest(
                    upload_id=self._upload_id, offset_bytes=offset, data=data, data_crc32c=google_crc32c.value(data)
                )
                offset += len(data)
                self._on_bytes(offset)
        yield asset_pb2.UploadAssetRequest(
            upload_id=self._upload_id, offset_bytes=offset, finish=True, sha256=digest.hexdigest()
        )


def _send(api: Api, chunks: _Chunks) -> asset_pb2.Asset:
    try:
        return api.assets.UploadAsset(iter(chunks)).asset
    except grpc.RpcError:
        if chunks.error is not None:
            raise chunks.error from None
        raise


def _is_offset_mismatch(error: grpc.RpcError) -> bool:
    """Another stream of this upload went on meanwhile, or less was stored than it seemed: ask again where it stands."""
    return read_problem(error).reason in {"OFFSET_MISMATCH", "OFFSET_GAP"}
