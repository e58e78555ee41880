"""A server that dies, a rebuild, a second server: nothing owed is lost, nothing recorded as sent is sent again."""

import signal
import sys
import uuid
from collections import Counter
from typing import Any

from edgecode.core.settings import Settings
from edgecode.server.ledger.open import ledger_of
from edgecode.v1 import webhook_pb2
from tests.harness.eventually import eventually
from tests.harness.process import Processes, environment
from tests.harness.tables import tables
from tests.integration.webhooks.conftest import TYPES, Stack, start_stack


async def all_delivered(stack: Stack, job_id: str, count: int) -> list[webhook_pb2.Delivery]:
    async def look() -> list[webhook_pb2.Delivery]:
        found = await stack.deliveries(f"job_id = {job_id}")
        done = [d for d in found if d.state == webhook_pb2.Delivery.STATE_DELIVERED]
        return found if len(done) == len(found) == count else []

    return await eventually(look, 60)


async def tables_at(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that the ledger of a stopped server holds."""
    ledger = ledger_of(url)
    await ledger.open()
    try:
        return await tables(ledger)
    finally:
        await ledger.close()


async def test_a_server_killed_between_answer_and_record_sends_it_again_under_the_same_id(
    processes: Processes, settings: Settings
) -> None:
    stack = await start_stack(processes, settings, crash_at="leader.after_delivery")
    label = uuid.uuid4().hex
    webhook = await stack.webhook("/ok", label)
    job_id = (await stack.api.jobs.CreateJob(stack.request(labels={"test": label}))).job_id
    assert await stack.server.exit() == -signal.SIGKILL
    (first,) = stack.receiver.got(job_id)
    await stack.restart()
    await stack.cancel(job_id)
    await all_delivered(stack, job_id, len(TYPES))
    got = stack.receiver.got(job_id)
    assert [each.type for each in got] == [TYPES[0], *TYPES]
    assert Counter(each.id for each in got)[first.id] == 2
    assert all(each.is_signed_with(webhook.secret) for each in got), "the key outlived the server"
    await stack.api.channel.close()


async def test_a_rebuild_gives_the_same_deliveries_and_sends_none(processes: Processes, settings: Settings) -> None:
    stack = await start_stack(processes, settings)
    label = uuid.uuid4().hex
    await stack.webhook("/ok", label)
    gone = await stack.webhook("/status/500", label)
    own = webhook_pb2.JobWebhook(url=stack.receiver.url("/ok"))
    job = await stack.cancelled_job(labels={"test": label}, webhook=own)
    await stack.api.webhooks.DeleteWebhook(webhook_pb2.DeleteWebhookRequest(webhook_id=gone.webhook_id))

    async def settled() -> bool:
        found = await stack.deliveries(f"job_id = {job.job_id}")
        return len(found) == 7 and all(d.state != webhook_pb2.Delivery.STATE_PENDING for d in found)

    await eventually(settled)
    await stack.server.terminate()
    before, sent = await tables_at(stack.settings.ledger), len(stack.receiver.got())
    assert len(before["delivery"]) == 7
    rebuild = await processes.start(
        "rebuild", sys.executable, "-m", "edgecode.server", "ledger-rebuild", env=environment(stack.settings)
    )
    assert await rebuild.exit() == 0, rebuild.output
    assert await tables_at(stack.settings.ledger) == before
    await stack.restart()
    again = await stack.cancelled_job(labels={"test": label})
    await all_delivered(stack, again.job_id, len(TYPES))
    assert len(stack.receiver.got()) == sent + len(TYPES), "nothing of before was sent again"
    await stack.api.channel.close()


async def test_of_two_servers_the_other_goes_on_sending_when_the_leader_is_killed(
    processes: Processes, settings: Settings
) -> None:
    stack = await start_stack(processes, settings)
    other = await processes.server(stack.settings.model_copy(update={"grpc_address": "127.0.0.1:0"}))
    label = uuid.uuid4().hex
    stack.receiver.shut(label)
    await stack.webhook(f"/gate/{label}", label)
    job = await stack.cancelled_job(labels={"test": label})
    await stack.receiver.until(lambda found: len(found) >= 2, job.job_id)
    await stack.server.kill()
    stack.receiver.open(label)
    await stack.receiver.until(lambda found: {each.type for each in found} == set(TYPES), job.job_id, 60)
    assert [each.type for each in stack.receiver.got(job.job_id)][-2:] == [*TYPES[1:]]
    assert (await other.ready())["instance"] in {
        each.headers["edgecode-instance"] for each in stack.receiver.got(job.job_id)
    }
    await stack.api.channel.close()
