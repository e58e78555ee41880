"""Shadows: what an order makes of the route, which jobs are repeated, as what, and what is planned for them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from edgecode.core import contract
from edgecode.core.errors import FailedPrecondition, NotFound
from edgecode.core.log import decode
from edgecode.server.jobs.write import job_id_of
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import JobState
from edgecode.server.planner.garbage import _why
from edgecode.server.planner.lanes import task_message
from edgecode.server.planner.plan import plan
from edgecode.server.planner.situation import Situation
from edgecode.server.routes.assignment import place_of
from edgecode.server.routes.ramp import started as ramp_started
from edgecode.server.routes.ramp_policy import filled
from edgecode.server.routes.revisions import Revising
from edgecode.server.routes.route import Change, Route, next_route
from edgecode.server.routes.shadow import goes_on, started
from edgecode.server.routes.shadow_job import is_chosen, is_shadow_id, repeated, shadow_job_id
from edgecode.v1 import event_pb2, media_pb2, ramp_pb2, shadow_pb2
from edgecode.v1.storage_pb2 import GarbageBlob
from tests.harness.folding import DAY_US, NOW_US, B, C, D, Story, created, situation
from tests.harness.rows import artifact_row, job_row, task_row

ROUTE = Route(3, 30, B, former=(D,), salt="s")


def document(build: str = C, percent: float = 5.0) -> shadow_pb2.ShadowDocument:
    return started("sh", build, percent, against=B, revision=4, actor="ann", comment="look", now_us=NOW_US)


def revising(route: Route = ROUTE, *live: str) -> Revising:
    return Revising(route, frozenset(live or (B, C, D)), Change("WHY", "ann", NOW_US + 1, "because"))


def shadowed(percent: float = 5.0) -> Route:
    """B is current, C its shadow."""
    return Route.read(4, 40, revising().start_shadow(document(percent=percent)))


def ramp_of(build: str) -> ramp_pb2.RampDocument:
    policy = filled(ramp_pb2.RampPolicy(steps_percent=[5]))
    return ramp_started("r", build, B, policy, recorded=ramp_pb2.RecordedRate(), now_us=NOW_US)


class TestOrders:
    def test_a_shadow_begins_with_a_revision_that_changes_nothing_else(self) -> None:
        made = revising().start_shadow(document())
        assert (made.current, made.ramping, list(made.former), made.revision) == (B, "", [D], 4)
        route = Route.read(4, 40, made)
        assert (route.shadow_id, route.share_percent(B), route.share_percent(C)) == ("sh", 100.0, 0.0)

    @pytest.mark.parametrize(
        ("route", "live", "build", "reason"),
        [
            (ROUTE, (B, C), D, "BUILD_HAS_NO_WORKER"),
            (replace(ROUTE, quarantined=frozenset({C})), (B, C), C, "BUILD_QUARANTINED"),
            (ROUTE, (B, C), B, "BUILD_CURRENT"),
            (replace(ROUTE, current=""), (B, C), C, "ROUTE_WITHOUT_CURRENT"),
            (Route.read(4, 40, revising().start(ramp_of(C))), (B, C), C, "RAMP_GOES_ON"),
            (shadowed(), (B, C, D), D, "SHADOW_GOES_ON"),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_reason(
        self, route: Route, live: tuple[str, ...], build: str, reason: str
    ) -> None:
        with pytest.raises(FailedPrecondition) as refused:
            revising(route, *live).start_shadow(document(build))
        assert refused.value.reason == reason

    def test_stop_ends_the_one_that_goes_on_and_no_other(self) -> None:
        made = revising(shadowed()).stop_shadow("")
        assert (made.shadow.stop_reason, goes_on(made.shadow), Route.read(5, 50, made).shadow_id) == (
            "STOPPED_BY_OPERATOR", False, "",
        )  # fmt: skip
        assert not revising(Route.read(5, 50, made)).quarantine(D).HasField("shadow"), "what is over stands once"  # type: ignore[union-attr]
        for route, named in ((ROUTE, ""), (shadowed(), "another")):
            with pytest.raises(NotFound) as refused:
                revising(route).stop_shadow(named)
            assert refused.value.reason == "SHADOW_NOT_FOUND"

    @pytest.mark.parametrize(
        ("order", "reason"),
        [
            (lambda it: it.promote(C), "BUILD_CURRENT"),
            (lambda it: it.start(ramp_of(C)), "BUILD_RAMPS"),
            (lambda it: it.quarantine(C), "BUILD_QUARANTINED"),
            (
                lambda it: next_route(
                    it.route, frozenset({C}), absence_counts=True, when_current_dies="move", now_us=NOW_US
                ),
                "BUILD_CURRENT",
            ),
            (lambda it: it.promote(D), ""),
            (lambda it: it.start(ramp_of(D)), ""),
            (lambda it: it.rollback("", D), ""),
        ],
    )
    def test_it_ends_where_its_build_gets_jobs_of_users_or_may_get_none(
        self, order: Callable[[Revising], event_pb2.RouteChanged], reason: str
    ) -> None:
        after = order(revising(shadowed()))
        assert (after.shadow.stop_reason, goes_on(after.shadow)) == (reason, not reason)


class TestChoice:
    def of(self, job_id: str, **columns: Any) -> JobRecord:
        ended = {"build": B, "route_revision": 4, "state": JobState.SUCCEEDED}
        return JobRecord(job_row(job_id, **(ended | columns)))

    def test_the_share_repeated_is_the_share_asked_whatever_a_ramp_does(self) -> None:
        route = replace(shadowed(20.0), salt="salt")
        jobs = [f"job {number}" for number in range(20_000)]
        found = Counter((is_chosen(self.of(job), route), place_of(route.salt, job) < 20.0) for job in jobs)
        assert abs(found[True, True] + found[True, False] - 4000) < 200
        assert abs(found[True, True] - 800) < 100, "chosen by another hash than the ramp's"

    @pytest.mark.parametrize(
        "columns",
        [
            {"shadow_id": "sh"}, {"frozen": 1}, {"epoch": 1}, {"build": D}, {"build": ""}, {"route_revision": 3},
            {"state": JobState.RUNNING}, {"state": JobState.CANCELLING}, {"state": JobState.CANCELLED},
            {"state": JobState.DELETED},
        ],
    )  # fmt: skip
    def test_only_jobs_of_users_that_the_current_build_got_since_it_began_are_repeated_once_they_have_ended(
        self, columns: dict[str, Any]
    ) -> None:
        assert is_chosen(self.of("a job"), shadowed(100.0))
        assert is_chosen(self.of("a job", state=JobState.FAILED), shadowed(100.0))
        assert not is_chosen(self.of("a job", **columns), shadowed(100.0))

    def test_none_is_where_none_goes_on(self) -> None:
        assert not is_chosen(self.of("a job"), ROUTE)
        assert not is_chosen(self.of("a job"), Route.read(5, 50, revising(shadowed(100.0)).stop_shadow("")))

    def test_its_id_is_the_same_whoever_makes_it_and_is_told_from_all_others(self) -> None:
        original = job_id_of("ann", "r")
        assert shadow_job_id(original, "sh") == shadow_job_id(original, "sh") != shadow_job_id(original, "other")
        assert is_shadow_id(shadow_job_id(original, "sh"))
        assert not any(map(is_shadow_id, [original, job_id_of("ann", ""), ""]))

    def test_it_is_the_same_work_for_nobody(self) -> None:
        original = created(outputs=("a", "t")).job_created
        original.request, original.request_id, original.version_key = b"r", "r", "k"
        original.output_uri, original.webhook.url = "file:///out", "https://example.com"
        original.labels["team"] = "a"
        original.contract, original.override_build, original.override_fate = 2, D, event_pb2.OVERRIDE_FATE_HONOURED
        now = datetime.fromtimestamp(NOW_US / 1e6, UTC)
        job = repeated(self.of("a job", created_pb=original.SerializeToString()), document(), now)
        assert (job.outputs, job.attempt_budget, job.shadow_of, job.shadow_id) == (
            original.outputs, original.attempt_budget, original.job_id, "sh",
        )  # fmt: skip
        assert job.priority == event_pb2.PRIORITY_LOW
        said = {field.name for field, _ in job.ListFields()}
        assert not said & {
            "request", "request_id", "version_key", "output_uri", "webhook", "labels", "override_build",
            "override_fate", "served_files",
        }  # fmt: skip
        assert job.contract == 1, "neither export nor webhook is asked of its worker"
        assert job.expire_time == original.expire_time
        original.expire_time.FromMicroseconds(NOW_US + 90 * DAY_US)
        later = repeated(self.of("a job", created_pb=original.SerializeToString()), document(), now)
        assert later.expire_time.ToMicroseconds() == NOW_US + 7 * DAY_US

    def test_it_names_the_renditions_that_were_served_and_its_tasks_those_of_their_outputs(self) -> None:
        original = self.of("a job", created_pb=created(outputs=("a", "b", "t")).job_created.SerializeToString())
        for name, kind in (("b", "RENDITION"), ("a", "RENDITION"), ("t", "THUMBNAIL")):
            file = media_pb2.ArtifactFile(output_id=name, blob_key=f"key of {name}", sha256=name * 64, frames=9)
            original.artifacts[f"{name}!"] = artifact_row(
                "a job", f"{name}!", output_id=name, kind=kind, file_pb=file.SerializeToString()
            )
        job = repeated(original, document(), datetime.fromtimestamp(NOW_US / 1e6, UTC))
        assert [(each.output_id, each.blob_key) for each in job.served_files] == [("a", "key of a"), ("b", "key of b")]
        shadow = self.of(job.job_id, created_pb=job.SerializeToString())
        task = task_row(job.job_id, "transcode", kind="TRANSCODE", output_ids="b")
        assert [each.sha256 for each in task_message(shadow, task, {}).served_files] == ["b" * 64]


class TestPlan:
    def story(self) -> Story:
        first = created()
        first.job_created.shadow_id, first.job_created.shadow_of = "sh", "another"
        return Story(first)

    def around(self, *live: str, route: Route | None = None, **options: Any) -> Situation:
        return replace(situation(*live, **options), route=route or shadowed())

    def test_it_goes_to_the_shadows_build_and_to_no_other(self) -> None:
        story = self.story()
        assert story.decide(self.around(B, D)) == [], "it waits for its build"
        assert story.decide(self.around(B, C)) == ["job_assigned", "task_scheduled"]
        assert story.job.job.build == C
        assert story.job.ramp is None, "no ramp hears of it"

    def test_it_never_moves_and_dies_where_it_is(self) -> None:
        story = self.story()
        story.decide(self.around(B, C))
        assert story.decide(self.around(B, D)) == [], "its worker is gone: it waits"
        users = media_pb2.Failure(reason="NOT_MEDIA", fault=media_pb2.FAULT_USER)
        assert story.tell("attempt_started", task_id="noop-0", n=1, attempt_id="1")
        assert story.tell("attempt_failed", task_id="noop-0", n=1, attempt_id="1", failure=users)
        assert story.decide(self.around(B, C)) == ["task_dead", "job_failed"]
        assert story.job.job.build == C

    def test_its_last_attempt_stays_too(self) -> None:
        story = self.story()
        ours = media_pb2.Failure(reason="BROKEN", fault=media_pb2.FAULT_OURS)
        for number in range(1, 5):
            story.decide(self.around(B, C, D))
            names = {"task_id": "noop-0", "n": number, "attempt_id": str(number)}
            assert story.tell("attempt_started", **names)
            assert story.tell("attempt_failed", **names, failure=ours)
        assert story.decide(self.around(B, C, D)) == ["task_dead", "job_failed"]
        assert (story.job.job.build, story.job.job.epoch) == (C, 0)

    @pytest.mark.parametrize("begun", [False, True])
    def test_when_the_shadow_is_over_it_is_cancelled(self, begun: bool) -> None:
        story = self.story()
        if begun:
            story.decide(self.around(B, C))
        over = Route.read(5, 50, revising(shadowed()).quarantine(C) or event_pb2.RouteChanged())
        [decision] = plan(story.job, self.around(B, C, route=over))
        assert decision.job_cancelled.failure.reason == "SHADOW_STOPPED"
        before, after = self.around(B, C), self.around(B, C, route=replace(shadowed(), shadow=None))
        assert before.signature(assigned=True) != after.signature(assigned=True), "the sweep looks at it again"

    def test_what_it_made_is_swept_as_soon_as_it_has_ended(self) -> None:
        for state, reason in ((JobState.RUNNING, GarbageBlob.REASON_ATTEMPT_LOST), (JobState.FAILED, 7)):
            record = JobRecord(job_row("a job", shadow_id="sh", state=state))
            assert _why(record, "an attempt") == reason
        assert _why(JobRecord(job_row("a job", state=JobState.FAILED)), "an attempt") == GarbageBlob.REASON_ATTEMPT_LOST


def test_who_knows_no_shadows_keeps_their_jobs_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    data = created().SerializeToString()
    assert decode(data, contract.SHADOWS) is not None
    monkeypatch.setattr(contract, "READS_MAX", contract.SHADOWS - 1)
    assert decode(data, contract.SHADOWS) is None
