"""`edgecode webhook …`: events of jobs, sent signed to a URL."""

import uuid
from typing import Annotated

import typer

from edgecode.cli.pages import FilterOption, LimitOption, OrderOption, read_pages
from edgecode.cli.session import Session, remote
from edgecode.cli.tables import webhooks as tables
from edgecode.v1 import webhook_pb2

webhooks = typer.Typer(help="Events of jobs, sent signed to a URL.", no_args_is_help=True)

WebhookId = Annotated[str, typer.Argument(metavar="WEBHOOK")]
EventOption = Annotated[
    list[str],
    typer.Option(
        "--event", help="Such as artifact.published; may be repeated. Default: the ends of jobs.", show_default=False
    ),
]


@webhooks.command("create")
@remote
def create(
    session: Session,
    url: Annotated[str, typer.Argument(metavar="URL")],
    *,
    filter_: Annotated[str, typer.Option("--filter", help="Which jobs, as in `labels.show = 42`; default: all.")] = "",
    event: EventOption = [],  # noqa: B006 typer reads it, nobody changes it
    retry_hours: Annotated[int, typer.Option(min=0, max=168, help="How long a delivery is tried; 0: a day.")] = 0,
    request_id: Annotated[str, typer.Option(help="The same id gives the same webhook; default: a new UUID.")] = "",
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Check everything, create nothing.")] = False,
) -> None:
    """Send events of all jobs that match to a URL. Prints the secret they are signed with, this once.

    Example: edgecode webhook create https://example.com/hook --filter 'labels.show = 42'
    """
    request = webhook_pb2.CreateWebhookRequest(
        url=url,
        filter=filter_,
        event_types=event,
        retry_seconds=retry_hours * 3600,
        request_id=request_id or str(uuid.uuid4()),
        validate_only=validate_only,
    )
    session.show(session.api.webhooks.CreateWebhook(request), tables.webhook)


@webhooks.command("list")
@remote
def list_(session: Session, filter_: FilterOption = "", order_by: OrderOption = "", limit: LimitOption = 50) -> None:
    """List webhooks, newest first; without those of single jobs.

    Example: edgecode webhook list
    """
    request = webhook_pb2.ListWebhooksRequest(filter=filter_, order_by=order_by)
    session.show_list(read_pages(session.api.webhooks.ListWebhooks, request, "webhooks", limit), tables.webhooks)


@webhooks.command("show")
@remote
def show(session: Session, webhook: WebhookId) -> None:
    """Show one webhook.

    Example: edgecode webhook show 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa
    """
    session.show(session.api.webhooks.GetWebhook(webhook_pb2.GetWebhookRequest(webhook_id=webhook)), tables.webhook)


@webhooks.command("delete")
@remote
def delete(
    session: Session,
    webhook: WebhookId,
    allow_missing: Annotated[bool, typer.Option("--allow-missing", help="A missing one is no error.")] = False,
) -> None:
    """Send nothing more; what waits to be sent is cancelled.

    Example: edgecode webhook delete 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa
    """
    request = webhook_pb2.DeleteWebhookRequest(webhook_id=webhook, allow_missing=allow_missing)
    session.show(session.api.webhooks.DeleteWebhook(request), tables.webhook)


@webhooks.command("rotate")
@remote
def rotate(
    session: Session,
    webhook: WebhookId,
    old_hours: Annotated[
        int, typer.Option(min=0, max=168, help="How long the old secret signs too; 0 for one that leaked.")
    ] = 24,
) -> None:
    """Make a new secret. Prints it, this once.

    Example: edgecode webhook rotate 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa --old-hours 2
    """
    request = webhook_pb2.RotateWebhookSecretRequest(webhook_id=webhook, old_secret_seconds=old_hours * 3600)
    session.show(session.api.webhooks.RotateWebhookSecret(request), tables.webhook)


@webhooks.command("deliveries")
@remote
def deliveries(
    session: Session,
    webhook: Annotated[str, typer.Argument(metavar="[WEBHOOK]")] = "",
    *,
    job: Annotated[str, typer.Option("--job", help="Only of this job.")] = "",
    filter_: FilterOption = "",
    order_by: OrderOption = "",
    limit: LimitOption = 50,
) -> None:
    """List what was sent or is to be sent, newest first, with how the last try ended.

    Example: edgecode webhook deliveries --filter 'state = GIVEN_UP'
    """
    parts = [f'webhook_id = "{webhook}"' if webhook else "", f'job_id = "{job}"' if job else "", filter_]
    request = webhook_pb2.ListDeliveriesRequest(filter=" AND ".join(filter(None, parts)), order_by=order_by)
    found = read_pages(session.api.webhooks.ListDeliveries, request, "deliveries", limit)
    session.show_list(found, tables.deliveries)


@webhooks.command("resend")
@remote
def resend(session: Session, delivery: Annotated[str, typer.Argument(metavar="DELIVERY")]) -> None:
    """Send a delivery again under the same id, whatever became of it.

    Example: edgecode webhook resend 5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa
    """
    request = webhook_pb2.ResendDeliveryRequest(delivery_id=delivery)
    session.show(session.api.webhooks.ResendDelivery(request), tables.delivery)
