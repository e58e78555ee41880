"""Webhooks without a network: what is signed, where it may go, when it is tried again, and what the fold owes."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.core.errors import FailedPrecondition
from edgecode.core.settings import Settings
from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold_webhook import deliveries, fold_delivery, fold_webhook, job_webhook
from edgecode.server.ledger.rows import DeliveryRow, DeliveryState, WebhookRow
from edgecode.server.signing import SigningKeys
from edgecode.server.webhooks.addresses import Addresses
from edgecode.server.webhooks.outcome import pause_seconds, tried
from edgecode.server.webhooks.requests import EVENT_TYPES, url_fault
from edgecode.server.webhooks.sender import Answer
from edgecode.server.webhooks.signature import new_secret, secrets_of, signature
from edgecode.v1 import event_pb2, webhook_pb2
from tests.harness.folding import DAY_US, JOB, NOW_US, SECOND_US, WORKER, event

KEYS = SigningKeys([b"k" * 32])
HOOK = "00000000-0000-5000-8000-00000000000a"
CREATED = event_pb2.JobCreated(job_id=JOB, caller="alice", labels={"show": "42"})
CREATED.expire_time.FromMicroseconds(NOW_US + DAY_US)


def fact(sequence: int, found: event_pb2.Event, name: str = JOB) -> Fact:
    return Fact(name, sequence, NOW_US + sequence, WORKER, "", "", found)


def webhook(sequence: int = 1, **fields: object) -> WebhookRow:
    made = {"webhook_id": HOOK, "url": "https://example.com/x", "event_types": ["job.succeeded"], "retry_seconds": 60}
    row = fold_webhook(None, fact(sequence, event("webhook_created", **(made | fields)), HOOK))
    assert row is not None
    return row


def owed(row: WebhookRow, sequence: int, kind: str = "job_succeeded", **fields: object) -> list[DeliveryRow]:
    return deliveries(CREATED, fact(sequence, event(kind, **fields)), [row])


class TestSignature:
    def test_it_is_the_one_of_the_reference_implementation(self) -> None:
        secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        found = signature([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
        assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_each_webhook_version_and_key_has_a_secret_of_its_own(self) -> None:
        other = SigningKeys([b"l" * 32])
        secrets = {new_secret(keys, hook, n) for keys in (KEYS, other) for hook in (HOOK, JOB) for n in (1, 2)}
        assert len(secrets) == 8
        assert all(len(base64.b64decode(each.removeprefix("whsec_"))) == 32 for each in secrets)

    def test_the_old_secret_signs_until_its_time_and_those_of_an_older_key_as_long_as_it_is_there(self) -> None:
        rotated = event("webhook_secret_rotated", secret_version=2)
        rotated.webhook_secret_rotated.old_secret_expire_time.FromMicroseconds(NOW_US + 5)
        row = fold_webhook(webhook(), fact(2, rotated, HOOK))
        assert row is not None
        assert (len(secrets_of(KEYS, row, NOW_US)), len(secrets_of(KEYS, row, NOW_US + 5))) == (2, 1)
        both = SigningKeys([b"l" * 32, b"k" * 32])
        assert secrets_of(both, row, NOW_US)[1::2] == secrets_of(KEYS, row, NOW_US)

    def test_a_key_file_that_is_unfit_is_refused_and_one_that_is_made_is_its_owners_alone(self, tmp_path: Path) -> None:
        made = tmp_path / "made" / "signing.key"
        first = SigningKeys.open(made, make=True)
        assert made.stat().st_mode & 0o077 == 0
        assert SigningKeys.open(made, make=True).derive("x") == first.derive("x")
        (tmp_path / "short").write_text("abc\n")
        for name in ("short", "absent"):
            with pytest.raises(FailedPrecondition) as refused:
                SigningKeys.open(tmp_path / name, make=False)
            assert refused.value.reason == "SIGNING_KEY_UNFIT"


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
            "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0",
            "fc00::1", "ff02::1",
            "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
            "2001:db8::1",            "localhost", "",
        ],
    )  # fmt: skip
    def test_what_is_not_public_is_not_reached(self, address: str) -> None:
        assert not Addresses([]).may_reach(address)

    @pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
    def test_what_is_public_is(self, address: str) -> None:
        assert Addresses([]).may_reach(address)

    def test_a_network_that_is_allowed_is_and_its_neighbour_is_not(self) -> None:
        allowed = Addresses(Settings(webhook_networks=["10.1.0.0/16", "fc00:1::/32"]).webhook_networks)
        for address, may in (("10.1.2.3", True), ("10.2.0.1", False), ("fc00:1::1", True), ("fc00:2::1", False)):
            assert allowed.may_reach(address) is may
        assert allowed.may_reach("::ffff:10.1.2.3")


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "ftp://example.com", "http://example.com", "https://", "https://u@example.com", "https://u:p@h/",
        "https://example.com/#x", "https://127.0.0.1/", "https://[::1]/", "https://[fe80::1%25eth0]/", "https://h:0/",
        "https://127.1/", "https://2130706433/",
        "https://0x7f.0.0.0x1/", "https://a.0x7f./",
        "https://h:99999/", "https://h/ x", "https://h/\n", "https://hä.de/", "https://" + "x" * 2048, "https://[::1",
    ],
)  # fmt: skip
def test_a_url_that_no_webhook_can_have_is_refused(url: str) -> None:
    assert url_fault(url, Settings())


def test_a_plain_url_may_be_a_webhooks_and_http_where_it_is_allowed() -> None:
    assert not url_fault("https://example.com:8443/hook?team=film", Settings())
    assert not url_fault("http://example.com/", Settings(webhook_allow_http=True))
    assert not url_fault("https://10.1.0.1/", Settings(webhook_networks=["10.0.0.0/8"]))


def test_only_events_of_jobs_can_be_asked_for() -> None:
    assert {"job.created", "job.succeeded", "task.dead", "attempt.started", "artifact.published"} <= set(EVENT_TYPES)
    assert {each.partition(".")[0] for each in EVENT_TYPES} == {"job", "task", "attempt", "artifact"}


class TestFold:
    def test_a_webhook_gets_what_came_after_it_was_made_and_before_it_was_deleted(self) -> None:
        row = webhook(10)
        gone = fold_webhook(row, fact(20, event("webhook_deleted"), HOOK))
        assert gone is not None
        assert [len(owed(gone, sequence)) for sequence in (9, 11, 19, 21)] == [0, 1, 1, 0]
        assert fold_webhook(gone, fact(21, event("webhook_secret_rotated", secret_version=2), HOOK)) is not None

    @pytest.mark.parametrize(
        ("filter_", "count"),
        [("", 1), ("labels.show = 42", 1), ("labels.show = 43", 0), ("caller = alice", 1), ("colour = red", 0)],
    )
    def test_it_gets_jobs_that_match_and_none_by_a_filter_that_cannot_be_read(self, filter_: str, count: int) -> None:
        assert len(owed(webhook(filter=filter_), 5)) == count

    def test_it_gets_the_types_it_asked_for(self) -> None:
        assert owed(webhook(), 5, "job_failed") == []
        (found,) = owed(webhook(event_types=["job.failed", "artifact.published"]), 5, "artifact_published")
        assert (found.event_type, found.origin) == ("artifact.published", "https://example.com")
        assert found.give_up_time_us == found.event_time_us + 60 * SECOND_US

    def test_a_job_that_names_it_is_its_own_whatever_the_filter(self) -> None:
        named = event_pb2.JobCreated()
        named.CopyFrom(CREATED)
        named.webhook.webhook_id = HOOK
        row = webhook(filter="labels.show = 43")
        assert len(deliveries(named, fact(5, event("job_succeeded")), [row])) == 1
        named.webhook.event_types.append("job.failed")
        assert deliveries(named, fact(5, event("job_succeeded")), [row]) == []

    def test_a_jobs_own_webhook_gets_nothing_of_other_jobs(self) -> None:
        own = event_pb2.JobCreated(job_id="another")
        own.webhook.CopyFrom(webhook_pb2.JobWebhook(url="https://h/", webhook_id=HOOK, event_types=["job.succeeded"]))
        row = job_webhook(own, fact(1, event("job_created")))
        assert row is not None
        assert owed(row, 5) == []
        assert len(deliveries(own, fact(5, event("job_succeeded")), [row])) == 1

    @given(st.lists(st.sampled_from(["tried", "failed", "given_up", "resend", "odd"]), max_size=12))
    def test_no_history_breaks_a_delivery_and_only_a_pending_one_is_due(self, history: list[str]) -> None:
        (row,) = owed(webhook(), 5)
        outcomes = event_pb2.DeliveryTried.Outcome
        known = {"tried": outcomes.OUTCOME_DELIVERED, "failed": outcomes.OUTCOME_FAILED, "odd": 99}
        for place, step in enumerate(history):
            before = row
            if step == "resend":
                found = event("delivery_resend_requested", sequence=5)
            else:
                found = event("delivery_tried", sequence=5, outcome=known.get(step, outcomes.OUTCOME_GIVEN_UP))
                found.delivery_tried.next_try_time.FromMicroseconds(NOW_US + 100)
            row = fold_delivery(row, fact(10 + place, found))
            assert (row.state == DeliveryState.PENDING) == (row.next_try_time_us > 0)
            settled = before.state != DeliveryState.PENDING
            assert row == before or step == "resend" or not settled


class TestOutcome:
    @given(st.integers(1, 100), st.floats(0, 1))
    def test_waits_double_up_to_an_hour_with_jitter_of_half(self, tries: int, chance: float) -> None:
        whole = min(5.0 * 2 ** (tries - 1), 3600.0)
        assert whole / 2 <= pause_seconds(tries, Settings(), chance) <= whole

    def test_a_try_that_would_come_too_late_is_the_last(self) -> None:
        (row,) = owed(webhook(retry_seconds=3600), 5)
        began = datetime.fromtimestamp(NOW_US / 1e6, UTC)
        outcomes = event_pb2.DeliveryTried.Outcome
        for answer, wanted in (
            (Answer(200, "", 0.1), outcomes.OUTCOME_DELIVERED),
            (Answer(503, "STATUS_REFUSED", 0.1), outcomes.OUTCOME_FAILED),
            (Answer(503, "STATUS_REFUSED", 0.1, 3601.0), outcomes.OUTCOME_GIVEN_UP),
            (Answer(410, "STATUS_REFUSED", 0.1), outcomes.OUTCOME_GIVEN_UP),
        ):
            assert tried(row, answer, began, Settings(), 0.5).outcome == wanted

    def test_a_receiver_that_asks_for_time_gets_it(self) -> None:
        (row,) = owed(webhook(retry_seconds=3600), 5)
        began = datetime.fromtimestamp(NOW_US / 1e6, UTC)
        found = tried(row, Answer(429, "STATUS_REFUSED", 0.1, 120.0), began, Settings(), 0.5)
        assert found.next_try_time.ToMicroseconds() == NOW_US + 120 * SECOND_US
