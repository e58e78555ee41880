"""What webhooks receive: signed, in order, again until it is taken, and nothing that was not asked for."""

import asyncio
import itertools
import uuid

import grpc
import pytest

from edgecode.v1 import job_pb2, webhook_pb2
from tests.harness.api import refusal
from tests.harness.eventually import eventually
from tests.integration.webhooks.conftest import TYPES, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
States = webhook_pb2.Delivery


async def settled(stack: Stack, filter_: str, count: int = 1) -> list[webhook_pb2.Delivery]:
    """The deliveries when there are so many and none is pending."""

    async def look() -> list[webhook_pb2.Delivery]:
        found = await stack.deliveries(filter_)
        return found if len(found) >= count and all(d.state != States.STATE_PENDING for d in found) else []

    return await eventually(look)


async def test_each_event_asked_for_is_delivered_once_in_order_signed_and_stamped(shared: Stack) -> None:
    label = uuid.uuid4().hex
    webhook = await shared.webhook("/ok", label)
    job = await shared.cancelled_job(labels={"test": label})
    await shared.cancelled_job(labels={"test": "another"})
    found = await settled(shared, f"webhook_id = {webhook.webhook_id}", 3)
    assert [d.state for d in found] == [States.STATE_DELIVERED] * 3
    got = [each for each in shared.receiver.got(job.job_id) if each.path == "/ok"]
    assert [each.type for each in got] == [*TYPES]
    assert [each.id for each in got] == [d.delivery_id for d in found]
    assert [each.sequence for each in got] == sorted(each.sequence for each in got)
    stamp = shared.server.events[0]
    for each in got:
        assert each.is_signed_with(webhook.secret)
        assert not each.is_signed_with("whsec_" + "A" * 44)
        assert (each.headers["edgecode-version"], each.headers["edgecode-revision"]) == (
            stamp["version"],
            stamp["revision"],
        )
        assert each.payload["version"] == 1
        assert each.payload["data"]["event"]["stamp"]["revision"] == stamp["revision"]
        assert each.payload["data"]["job"]["labels"] == {"test": label}


async def test_a_job_has_a_webhook_of_its_own_whose_secret_only_its_creator_sees(shared: Stack) -> None:
    asked = webhook_pb2.JobWebhook(url=shared.receiver.url("/ok"), event_types=["job.cancelled"])
    job = await shared.cancelled_job(webhook=asked)
    (found,) = await settled(shared, f"job_id = {job.job_id}")
    assert found.webhook_id == job.webhook.webhook_id
    (got,) = shared.receiver.got(job.job_id)
    assert got.is_signed_with(job.webhook.secret)
    again = await shared.api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job.job_id))
    assert (again.webhook.url, again.webhook.secret) == (asked.url, "")
    shown = await shared.api.webhooks.GetWebhook(webhook_pb2.GetWebhookRequest(webhook_id=found.webhook_id))
    assert (shown.job_id, shown.secret) == (job.job_id, "")
    listed = await shared.api.webhooks.ListWebhooks(webhook_pb2.ListWebhooksRequest(page_size=1000))
    assert found.webhook_id not in {each.webhook_id for each in listed.webhooks}


async def test_a_job_may_name_a_webhook_whose_filter_it_does_not_match(shared: Stack) -> None:
    webhook = await shared.webhook("/ok", uuid.uuid4().hex, ("job.cancelled",))
    job = await shared.cancelled_job(webhook=webhook_pb2.JobWebhook(webhook_id=webhook.webhook_id))
    (found,) = await settled(shared, f"job_id = {job.job_id}")
    assert found.event_type == "job.cancelled"
    (got,) = shared.receiver.got(job.job_id)
    assert got.is_signed_with(webhook.secret)


async def test_a_failing_receiver_gets_the_first_event_again_and_no_later_one_before_it_took_that(
    shared: Stack,
) -> None:
    label = uuid.uuid4().hex
    shared.receiver.shut(label)
    webhook = await shared.webhook(f"/gate/{label}", label)
    job = await shared.cancelled_job(labels={"test": label})
    got = await shared.receiver.until(lambda found: len(found) >= 3, job.job_id)
    assert {(each.type, each.id) for each in got} == {(TYPES[0], got[0].id)}
    shared.receiver.open(label)
    first, *_ = found = await settled(shared, f"webhook_id = {webhook.webhook_id}", 3)
    assert [d.state for d in found] == [States.STATE_DELIVERED] * 3
    types = [each.type for each in shared.receiver.got(job.job_id)]
    assert types == sorted(types, key=TYPES.index)
    assert first.try_count == len(first.tries) == types.count(TYPES[0])
    assert [(t.http_status, t.reason) for t in first.tries[:-1]] == [(503, "STATUS_REFUSED")] * (len(first.tries) - 1)
    assert (first.tries[-1].http_status, first.tries[-1].reason) == (200, "")
    assert first.tries[-1].instance == shared.server.events[0]["instance"]
    times = [t.try_time.ToNanoseconds() for t in first.tries]
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.1e9, "there is a wait between tries"


async def test_a_receiver_that_never_takes_it_is_given_up_and_the_next_event_still_gets_its_try(shared: Stack) -> None:
    label = uuid.uuid4().hex
    webhook = await shared.webhook("/status/500", label, retry_seconds=1)
    await shared.cancelled_job(labels={"test": label})
    found = await settled(shared, f"webhook_id = {webhook.webhook_id}", 3)
    assert [d.state for d in found] == [States.STATE_GIVEN_UP] * 3
    assert all(d.try_count >= 1 for d in found)
    ends = [d.tries[-1].try_time.ToNanoseconds() for d in found]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/hang", 0, "TIMED_OUT"),
        ("/redirect", 307, "REDIRECT_REFUSED"),
        ("/status/410", 410, "STATUS_REFUSED"),
    ],
)
async def test_what_is_no_2xx_in_time_is_recorded_with_its_reason(
    shared: Stack, path: str, status: int, reason: str
) -> None:
    label = uuid.uuid4().hex
    webhook = await shared.webhook(path, label, ("job.cancelled",), retry_seconds=1)
    job = await shared.cancelled_job(labels={"test": label})
    (found,) = await settled(shared, f"webhook_id = {webhook.webhook_id}")
    assert found.state == States.STATE_GIVEN_UP
    assert {(t.http_status, t.reason) for t in found.tries} == {(status, reason)}
    assert {each.path for each in shared.receiver.got(job.job_id)} == {path}, "no redirect was followed"
    if status == 410:
        assert found.try_count == 1, "410 says for good that nobody wants it"


async def test_a_slow_receiver_is_waited_for_and_an_endless_answer_is_not_read(shared: Stack) -> None:
    label = uuid.uuid4().hex
    slow = await shared.webhook("/slow/0.5", label, ("job.cancelled",))
    flood = await shared.webhook("/flood", label, ("job.cancelled",))
    await shared.cancelled_job(labels={"test": label})
    (found,) = await settled(shared, f"webhook_id = {slow.webhook_id}")
    assert (found.state, found.try_count) == (States.STATE_DELIVERED, 1)
    assert 0.5 <= found.tries[0].latency_seconds < 1.0
    (found,) = await settled(shared, f"webhook_id = {flood.webhook_id}")
    assert (found.state, found.try_count) == (States.STATE_DELIVERED, 1)
    end = await shared.receiver.process.event("flooded")
    assert end["sent"] < 16 << 20


async def test_a_receiver_that_is_away_gets_it_when_it_is_back(shared: Stack) -> None:
    label = uuid.uuid4().hex
    webhook = await shared.webhook("/ok", label, ("job.cancelled",))
    await shared.receiver.kill()
    job = await shared.cancelled_job(labels={"test": label})

    async def failed() -> bool:
        return any(d.try_count for d in await shared.deliveries(f"webhook_id = {webhook.webhook_id}"))

    await eventually(failed)
    await shared.receiver.start()
    (found,) = await settled(shared, f"webhook_id = {webhook.webhook_id}")
    assert found.state == States.STATE_DELIVERED
    assert {t.reason for t in found.tries[:-1]} == {"CONNECT_FAILED"}
    assert [each.id for each in shared.receiver.got(job.job_id)] == [found.delivery_id]


async def test_a_delivery_is_sent_again_on_request_under_the_same_id(shared: Stack) -> None:
    label = uuid.uuid4().hex
    webhook = await shared.webhook("/ok", label, ("job.cancelled",))
    job = await shared.cancelled_job(labels={"test": label})
    (first,) = await settled(shared, f"webhook_id = {webhook.webhook_id}")
    again = await shared.api.webhooks.ResendDelivery(webhook_pb2.ResendDeliveryRequest(delivery_id=first.delivery_id))
    assert again.delivery_id == first.delivery_id
    await shared.receiver.until(lambda found: len(found) >= 2, job.job_id)
    one, two = shared.receiver.got(job.job_id)
    assert (one.id, one.body) == (two.id, two.body)
    (found,) = await settled(shared, f"webhook_id = {webhook.webhook_id}")
    assert (found.state, found.try_count) == (States.STATE_DELIVERED, 2)


async def test_a_rotated_secret_signs_beside_the_old_one_for_as_long_as_was_asked(shared: Stack) -> None:
    label = uuid.uuid4().hex
    old = await shared.webhook("/ok", label, ("job.cancelled",))
    rotate = webhook_pb2.RotateWebhookSecretRequest(webhook_id=old.webhook_id, etag=old.etag)
    new = await shared.api.webhooks.RotateWebhookSecret(rotate)
    assert (new.secret_version, new.secret != old.secret) == (2, True)
    found = await refusal(shared.api.webhooks.RotateWebhookSecret(rotate))
    assert (found.code, found.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    job = await shared.cancelled_job(labels={"test": label})
    (got,) = await shared.receiver.until(lambda found: len(found) >= 1, job.job_id)
    assert got.is_signed_with(new.secret)
    assert got.is_signed_with(old.secret)
    last = await shared.api.webhooks.RotateWebhookSecret(
        webhook_pb2.RotateWebhookSecretRequest(webhook_id=old.webhook_id, old_secret_seconds=0)
    )
    job = await shared.cancelled_job(labels={"test": label})
    (got,) = await shared.receiver.until(lambda found: len(found) >= 1, job.job_id)
    assert [got.is_signed_with(each.secret) for each in (old, new, last)] == [False, False, True]


async def test_nothing_is_sent_after_a_webhook_was_deleted(shared: Stack) -> None:
    label = uuid.uuid4().hex
    webhook = await shared.webhook("/status/500", label)
    job = await shared.cancelled_job(labels={"test": label})
    await shared.receiver.until(lambda found: len(found) >= 1, job.job_id)
    gone = await shared.api.webhooks.DeleteWebhook(webhook_pb2.DeleteWebhookRequest(webhook_id=webhook.webhook_id))
    assert gone.state == webhook_pb2.Webhook.STATE_DELETED
    found = await shared.deliveries(f"webhook_id = {webhook.webhook_id}")
    assert {d.state for d in found} == {States.STATE_CANCELLED}
    later = await shared.cancelled_job(labels={"test": label})
    still_sent = len(shared.receiver.got(job.job_id)) + 1  # one may have been on its way
    await asyncio.sleep(1.0)  # five sweeps and as many waits between tries: that nothing comes has no event
    assert len(shared.receiver.got(job.job_id)) <= still_sent
    assert shared.receiver.got(later.job_id) == []
    assert await shared.deliveries(f"job_id = {later.job_id}") == []
    resend = webhook_pb2.ResendDeliveryRequest(delivery_id=found[0].delivery_id)
    assert (await refusal(shared.api.webhooks.ResendDelivery(resend))).reason == "WEBHOOK_NOT_FOUND"


async def test_one_dead_receiver_does_not_keep_others_waiting(shared: Stack) -> None:
    label = uuid.uuid4().hex
    dead = await shared.webhook("/hang", label)
    live = await shared.api.webhooks.CreateWebhook(
        webhook_pb2.CreateWebhookRequest(
            url=shared.receiver.url("/ok", host="localhost"),
            filter=f"labels.test = {label}",
            event_types=["job.cancelled"],
        )
    )
    jobs = [await shared.cancelled_job(labels={"test": label}) for _ in range(20)]
    found = await settled(shared, f"webhook_id = {live.webhook_id}", len(jobs))
    assert {d.state for d in found} == {States.STATE_DELIVERED}
    assert all(d.state == States.STATE_PENDING for d in await shared.deliveries(f"webhook_id = {dead.webhook_id}"))
    await shared.api.webhooks.DeleteWebhook(webhook_pb2.DeleteWebhookRequest(webhook_id=dead.webhook_id))
