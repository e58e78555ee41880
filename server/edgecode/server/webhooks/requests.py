"""What a client may ask of a webhook, checked whole."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from edgecode.core.errors import InvalidRequest, Violation
from edgecode.core.settings import DAY_SECONDS, Settings
from edgecode.server.filters import parse_filter
from edgecode.server.jobs.requests import LONGEST_REQUEST_ID, check_text, refuse
from edgecode.server.jobs.standing import STANDING_FIELDS
from edgecode.server.ledger.fold_webhook import event_type
from edgecode.server.webhooks.addresses import Addresses, literal
from edgecode.v1 import event_pb2, webhook_pb2

LONGEST_URL = 2048
LONGEST_RETRY_SECONDS = 7 * DAY_SECONDS
DEFAULT_EVENT_TYPES = ("job.succeeded", "job.failed", "job.cancelled")
# Resolvers take such names for addresses.
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)
_ROOTS = ("job", "task", "attempt", "artifact")
EVENT_TYPES = tuple(
    event_type(field.name)
    for field in event_pb2.Event.DESCRIPTOR.oneofs_by_name["kind"].fields
    if field.name.partition("_")[0] in _ROOTS
)


def check_webhook(request: webhook_pb2.CreateWebhookRequest, settings: Settings) -> None:
    """Checks a request for a webhook.

    Raises:
        InvalidRequest: `INVALID_FIELD` or `INVALID_FILTER`.
    """
    refuse(
        [
            *_check_url("url", request.url, settings),
            *_check_types("event_types", request.event_types),
            *_check_retry("retry_seconds", request.retry_seconds),
            *check_text("request_id", request.request_id, LONGEST_REQUEST_ID),
        ]
    )
    parse_filter(request.filter, STANDING_FIELDS)


def check_job_webhook(asked: webhook_pb2.JobWebhook, settings: Settings) -> Iterator[Violation]:
    """What is at fault with a job's own webhook."""
    if asked.secret:
        yield Violation("webhook.secret", "is made by the server: leave it empty")
    if bool(asked.url) == bool(asked.webhook_id):
        yield Violation("webhook", "must have either a url or a webhook_id")
    elif asked.url:
        yield from _check_url("webhook.url", asked.url, settings)
        yield from _check_retry("webhook.retry_seconds", asked.retry_seconds)
    elif asked.retry_seconds:
        yield Violation("webhook.retry_seconds", "is that of the webhook named: leave it out")
    yield from _check_types("webhook.event_types", asked.event_types)


def _check_url(field: str, text: str, settings: Settings) -> Iterator[Violation]:
    why = url_fault(text, settings)
    if why:
        yield Violation(field, why)


def url_fault(text: str, settings: Settings) -> str:
    """Why a URL cannot be a webhook's, empty where it can. A name is not resolved: that is done at every try."""
    if not 0 < len(text) <= LONGEST_URL:
        return f"has {len(text)} characters, and must have 1 to {LONGEST_URL}"
    schemes = ("https", "http") if settings.webhook_allow_http else ("https",)
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:
        return "is no URL"
    if not text.isascii() or not text.isprintable() or " " in text or url.scheme not in schemes or not host:
        return f"must be {' or '.join(f'{scheme}://…' for scheme in schemes)} in printable ASCII"
    if url.username is not None or url.password is not None or url.fragment or port == 0:
        return "must have no user, no password, no fragment and no port 0"
    return _host_fault(host, settings)


def _host_fault(host: str, settings: Settings) -> str:
    address = literal(host)
    if address is None and _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return "must name a host, or its address in the usual form"
    if address is not None and not Addresses(settings.webhook_networks).may_reach(address):
        return f"{address} is an address that webhooks of this server may not reach"
    return ""


def _check_types(field: str, types: Sequence[str]) -> Iterator[Violation]:
    for place, each in enumerate(types):
        if each not in EVENT_TYPES:
            yield Violation(f"{field}[{place}]", f"{each[:64]!r} is none of {', '.join(EVENT_TYPES)}")
        elif each in types[:place]:
            yield Violation(f"{field}[{place}]", f"{each!r} stands there twice")


def _check_retry(field: str, seconds: int) -> Iterator[Violation]:
    if not 0 <= seconds <= LONGEST_RETRY_SECONDS:
        yield Violation(field, f"must be 0 for a day or 1 to {LONGEST_RETRY_SECONDS}, and is {seconds}")


def retry_seconds(asked: int) -> int:
    """How long deliveries are tried; a day where the request does not say."""
    return asked or DAY_SECONDS


def event_types(asked: Sequence[str]) -> list[str]:
    """What is sent; the ends of jobs where the request does not say."""
    return [*(asked or DEFAULT_EVENT_TYPES)]


def old_secret_seconds(request: webhook_pb2.RotateWebhookSecretRequest) -> int:
    """How long the former secret signs on.

    Raises:
        InvalidRequest: it is not 0 to a week.
    """
    if not request.HasField("old_secret_seconds"):
        return DAY_SECONDS
    seconds = request.old_secret_seconds
    if not 0 <= seconds <= 7 * DAY_SECONDS:
        raise InvalidRequest.field("old_secret_seconds", f"must be 0 to {7 * DAY_SECONDS}, and is {seconds}")
    return seconds
