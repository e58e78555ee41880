"""AssetService: transport only."""

from collections.abc import AsyncIterator
from typing import Any

from edgecode.server.assets.catalogue import AssetCatalogue
from edgecode.server.assets.imports import Imports
from edgecode.server.assets.uploads import Uploads
from edgecode.server.calls import current_call
from edgecode.v1 import asset_pb2, asset_pb2_grpc


class AssetServicer(asset_pb2_grpc.AssetServiceServicer):
    """Hands each call to the domain."""

    def __init__(self, uploads: Uploads, imports: Imports, catalogue: AssetCatalogue) -> None:
        self._uploads = uploads
        self._imports = imports
        self._catalogue = catalogue

    async def UploadAsset(
        self, request_iterator: AsyncIterator[asset_pb2.UploadAssetRequest], context: Any
    ) -> asset_pb2.UploadAssetResponse:
        """See the contract."""
        return await self._uploads.receive(request_iterator, current_call())

    async def QueryUpload(self, request: asset_pb2.QueryUploadRequest, context: Any) -> asset_pb2.QueryUploadResponse:
        """See the contract."""
        return await self._uploads.query(request, current_call())

    async def ImportAsset(self, request: asset_pb2.ImportAssetRequest, context: Any) -> asset_pb2.Asset:
        """See the contract."""
        return await self._imports.create(request, current_call())

    async def GetAsset(self, request: asset_pb2.GetAssetRequest, context: Any) -> asset_pb2.Asset:
        """See the contract."""
        return await self._catalogue.get(request.asset_id)

    async def ListAssets(self, request: asset_pb2.ListAssetsRequest, context: Any) -> asset_pb2.ListAssetsResponse:
        """See the contract."""
        return await self._catalogue.list(request, current_call())

    async def DeleteAsset(self, request: asset_pb2.DeleteAssetRequest, context: Any) -> asset_pb2.Asset:
        """See the contract."""
        return await self._catalogue.delete(request, current_call())
