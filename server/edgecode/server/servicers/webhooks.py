"""WebhookService: transport only."""

from typing import Any

from edgecode.server.calls import current_call
from edgecode.server.webhooks.service import Webhooks
from edgecode.v1 import webhook_pb2, webhook_pb2_grpc


class WebhookServicer(webhook_pb2_grpc.WebhookServiceServicer):
    """Hands each call to the domain."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def CreateWebhook(self, request: webhook_pb2.CreateWebhookRequest, context: Any) -> webhook_pb2.Webhook:
        """See the contract."""
        return await self._webhooks.create(request, current_call())

    async def GetWebhook(self, request: webhook_pb2.GetWebhookRequest, context: Any) -> webhook_pb2.Webhook:
        """See the contract."""
        return await self._webhooks.get(request.webhook_id)

    async def ListWebhooks(
        self, request: webhook_pb2.ListWebhooksRequest, context: Any
    ) -> webhook_pb2.ListWebhooksResponse:
        """See the contract."""
        return await self._webhooks.list(request, current_call())

    async def DeleteWebhook(self, request: webhook_pb2.DeleteWebhookRequest, context: Any) -> webhook_pb2.Webhook:
        """See the contract."""
        return await self._webhooks.delete(request, current_call())

    async def RotateWebhookSecret(
        self, request: webhook_pb2.RotateWebhookSecretRequest, context: Any
    ) -> webhook_pb2.Webhook:
        """See the contract."""
        return await self._webhooks.rotate(request, current_call())

    async def GetDelivery(self, request: webhook_pb2.GetDeliveryRequest, context: Any) -> webhook_pb2.Delivery:
        """See the contract."""
        return await self._webhooks.delivery(request.delivery_id)

    async def ListDeliveries(
        self, request: webhook_pb2.ListDeliveriesRequest, context: Any
    ) -> webhook_pb2.ListDeliveriesResponse:
        """See the contract."""
        return await self._webhooks.deliveries(request, current_call())

    async def ResendDelivery(self, request: webhook_pb2.ResendDeliveryRequest, context: Any) -> webhook_pb2.Delivery:
        """See the contract."""
        return await self._webhooks.resend(request, current_call())
