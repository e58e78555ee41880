"""Secrets of webhooks and the signature of a delivery, as https://www.standardwebhooks.com says."""

import base64
import hmac

from edgecode.server.ledger.rows import WebhookRow
from edgecode.server.signing import SigningKeys

PREFIX = "whsec_"


def secret_text(secret: bytes) -> str:
    """A secret as a receiver's library takes it."""
    return PREFIX + base64.b64encode(secret).decode()


def new_secret(keys: SigningKeys, webhook_id: str, version: int) -> str:
    """The secret to hand out for a version of a webhook's."""
    return secret_text(keys.derive(_purpose(webhook_id, version))[0])


def secrets_of(keys: SigningKeys, webhook: WebhookRow, now_us: int) -> list[bytes]:
    """What signs a delivery now: the webhook's secret of each key, and that before while it is honoured."""
    versions = [webhook.secret_version]
    if webhook.old_secret_expire_time_us > now_us:
        versions.append(webhook.secret_version - 1)
    return [secret for version in versions for secret in keys.derive(_purpose(webhook.webhook_id, version))]


def _purpose(webhook_id: str, version: int) -> str:
    return f"webhook/{webhook_id}/{version}"


def signature(secrets: list[bytes], delivery_id: str, time_seconds: int, body: bytes) -> str:
    """The header `webhook-signature`: one signature for each secret; a receiver needs one that fits."""
    signed = f"{delivery_id}.{time_seconds}.".encode() + body
    found = (base64.b64encode(hmac.digest(secret, signed, "sha256")).decode() for secret in secrets)
    return " ".join(f"v1,{each}" for each in found)
