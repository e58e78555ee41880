"""Releases over the API: registered once, ordered by ancestry, compared in either direction; deployments declared."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import grpc
import pytest

from edgecode.v1 import release_pb2
from tests.harness.api import Api, refusal, stream
from tests.harness.release_requests import commit, commits, registration
from tests.integration.api.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

Comparison = release_pb2.ReleaseComparison
Relation = release_pb2.ReleaseComparison.Relation
Request = release_pb2.RegisterReleaseRequest
Deployment = release_pb2.Deployment
REGISTERED = release_pb2.Release.STATE_REGISTERED
FORWARD, BACKWARD = Relation.RELATION_FORWARD, Relation.RELATION_BACKWARD


async def register(api: Api, *requests: Request) -> release_pb2.Release:
    found: release_pb2.Release = await api.releases.RegisterRelease(stream(*requests))
    return found


async def compare(api: Api, from_: str, to: str, **page: Any) -> Comparison:
    found: Comparison = await api.releases.CompareReleases(
        release_pb2.CompareReleasesRequest(from_release=from_, to_release=to, **page)
    )
    return found


def subjects(found: Comparison, *, removed: bool = False) -> list[str]:
    return [each.commit.subject for each in found.commits if each.removed == removed]


def a_major() -> int:
    """The tests share a server: each has versions of its own."""
    return uuid.uuid4().int % 10**9 + 1000


async def test_a_release_is_registered_once_and_answered_whole(api: Api) -> None:
    major = a_major()
    first = registration(f"{major}.0.0", 1, commits=commits(major, 3), notes="### Added\n\n- all", url="https://ci/1")
    released = await register(api, first)
    assert (released.version, released.revision, released.tag) == (first.version, first.revision, first.tag)
    assert (released.commit_count, released.commits_known, released.state) == (
        3,
        True,
        REGISTERED,
    )
    assert (released.notes, released.registered_by.service, list(released.warnings)) == (first.notes, "server", [])
    assert await register(api, first) == released, "idempotent"
    for name in (first.version, first.tag, first.revision, f"{first.version}+g{first.revision[:12]}"):
        assert await api.releases.GetRelease(release_pb2.GetReleaseRequest(release=name)) == released, name


async def test_a_second_revision_of_a_version_is_refused_with_both_named(api: Api) -> None:
    version = f"{a_major()}.0.0"
    await register(api, registration(version, 1))
    refused = await refusal(api.releases.RegisterRelease(stream(registration(version, 2))))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "RELEASE_TAKEN")
    assert refused.metadata["revision"] in refused.message
    assert refused.metadata["refused_revision"] in refused.message
    differs = await refusal(api.releases.RegisterRelease(stream(registration(version, 1, notes="other"))))
    assert (differs.reason, differs.metadata["differing"]) == ("RELEASE_DIFFERS", "notes")


async def test_of_two_revisions_registered_at_the_same_moment_one_stands(api: Api) -> None:
    version = f"{a_major()}.0.0"
    calls = [api.releases.RegisterRelease(stream(registration(version, n, commits=commits(n, 20)))) for n in (1, 2)]
    found = await asyncio.gather(*calls, return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["AioRpcError", "Release"]


async def test_commits_that_were_not_known_can_be_added_once(api: Api) -> None:
    version = f"{a_major()}.0.0"
    shallow = await register(api, registration(version, 1, commits_unknown=True))
    assert (shallow.commits_known, list(shallow.warnings)) == (False, ["its commits were not reported"])
    whole = await register(api, registration(version, 1, commits=commits(7, 2)))
    assert (whole.commits_known, whole.commit_count, list(whole.warnings)) == (True, 2, [])
    again = await refusal(api.releases.RegisterRelease(stream(registration(version, 1, commits=commits(7, 1)))))
    assert again.reason == "RELEASE_DIFFERS"


async def test_many_commits_come_in_a_stream_are_kept_in_pieces_and_come_back_in_pages(api: Api) -> None:
    major = a_major()
    await register(api, registration(f"{major}.0.0", 1, commits=commits(major, 1)))
    many = commits(major + 1, 3000, files=[f"src/{'x' * 200}/{n}.py" for n in range(3)])
    first = registration(f"{major}.1.0", 2, previous=f"{major}.0.0")
    released = await register(api, first, *(Request(commits=many[at : at + 500]) for at in range(0, 3000, 500)))
    assert released.commit_count == 3000
    found: list[release_pb2.Commit] = []
    token = ""
    while not found or token:
        page = await compare(api, f"{major}.0.0", f"{major}.1.0", page_size=1000, page_token=token)
        found += [each.commit for each in page.commits]
        assert page.added_count == 3000
        assert bool(page.files) == (len(found) == len(page.commits)), "files on the first page"
        token = page.next_page_token
    assert found == many


async def test_an_interrupted_registration_leaves_nothing(api: Api) -> None:
    version = f"{a_major()}.0.0"

    async def interrupted() -> Any:
        yield registration(version, 1, more_follow=True)
        raise RuntimeError("the client ends")

    with pytest.raises((RuntimeError, grpc.aio.AioRpcError, asyncio.CancelledError)):
        await api.releases.RegisterRelease(interrupted())
    missing = await refusal(api.releases.GetRelease(release_pb2.GetReleaseRequest(release=version)))
    assert missing.reason == "RELEASE_NOT_FOUND"
    # What the server sees of a client that died may be an end like any other.
    cut = await refusal(api.releases.RegisterRelease(iter([registration(version, 1, more_follow=True)])))
    assert (cut.reason, cut.fields) == ("INVALID_FIELD", ("more_follow",))


async def test_releases_are_listed_by_ancestry_then_precedence_never_by_date(api: Api) -> None:
    major = a_major()
    line = {"5.0": "4.2", "4.2": "4.1", "4.3": "4.2", "4.1": "", "5.1-rc.1": "5.0"}
    for number, (short, previous) in enumerate(line.items()):
        earlier = f"{major}.{previous}" if previous else ""
        await register(api, registration(f"{major}.{short}", number, previous=earlier))
    everything = [each.version for each in await listed(api)]
    ours = [version for version in everything if version.startswith(f"{major}.")]
    assert ours == [f"{major}.{short}" for short in ("5.1-rc.1", "5.0", "4.3", "4.2", "4.1")], "the backport is older"
    rising = [each.version for each in await listed(api, order_by="ancestry", page_size=2)]
    assert rising == everything[::-1]
    only = await listed(api, filter=f'previous_version = "{major}.4.2"')
    assert [each.version for each in only] == [f"{major}.5.0", f"{major}.4.3"]


async def listed(api: Api, **fields: Any) -> Sequence[release_pb2.Release]:
    found: list[release_pb2.Release] = []
    token = ""
    while True:
        reply = await api.releases.ListReleases(release_pb2.ListReleasesRequest(page_token=token, **fields))
        found += reply.releases
        token = reply.next_page_token
        if not token:
            return found


async def test_a_circle_is_refused_and_a_missing_release_before_is_said(api: Api) -> None:
    major = a_major()
    orphan = await register(api, registration(f"{major}.1.0", 1, previous=f"{major}.0.0"))
    assert list(orphan.warnings) == [f"{major}.0.0, the release before it, was never registered"]
    refused = await refusal(
        api.releases.RegisterRelease(stream(registration(f"{major}.0.0", 2, previous=f"{major}.1.0")))
    )
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RELEASE_CIRCLE")
    assert f"{major}.1.0 → {major}.0.0" in refused.message
    await register(api, registration(f"{major}.0.0", 2))
    healed = await api.releases.GetRelease(release_pb2.GetReleaseRequest(release=f"{major}.1.0"))
    assert not healed.warnings


async def test_two_releases_are_compared_in_either_direction(api: Api) -> None:
    major = a_major()
    one, two, three = (f"{major}.{minor}.0" for minor in range(3))
    await register(api, registration(one, 1, commits=[commit(major, 1, "first")]))
    await register(api, registration(two, 2, previous=one, commits=[commit(major, 2, "second", files=["a", "b"])]))
    await register(api, registration(three, 3, previous=two, commits=[commit(major, 3, "third", files=["a"])]))
    ahead, back = await compare(api, one, three), await compare(api, three, one)
    assert (ahead.relation, subjects(ahead), ahead.common_version) == (
        FORWARD,
        ["third", "second"],
        one,
    )
    assert (back.relation, subjects(back, removed=True), back.removed_count) == (
        BACKWARD,
        ["third", "second"],
        2,
    )
    assert [(each.path, each.commit_count) for each in ahead.files] == [("a", 2), ("b", 1)]
    assert (list(ahead.unknown), list(ahead.added_versions)) == ([], [three, two])
    assert (await compare(api, two, two)).relation == Relation.RELATION_SAME


async def test_a_branch_is_compared_from_where_it_left_and_a_merge_is_seen(api: Api) -> None:
    major = a_major()
    trunk, fix = f"{major}.0.0", f"{major}.0.1"
    await register(api, registration(trunk, 1, commits=[commit(major, 1, "trunk")]))
    await register(api, registration(fix, 2, previous=trunk, commits=[commit(major, 2, "fix")]))
    await register(api, registration(f"{major}.1.0", 3, previous=trunk, commits=[commit(major, 3, "feature")]))
    merged = [commit(major, 5, "merge"), commit(major, 4, "more"), commit(major, 2, "fix")]
    await register(api, registration(f"{major}.2.0", 4, previous=f"{major}.1.0", commits=merged))
    apart = await compare(api, fix, f"{major}.1.0")
    assert (apart.relation, apart.common_version) == (Relation.RELATION_DIVERGED, trunk)
    assert (subjects(apart), subjects(apart, removed=True)) == (["feature"], ["fix"])
    together = await compare(api, fix, f"{major}.2.0")
    assert (together.relation, together.removed_count) == (FORWARD, 0)
    assert subjects(together) == ["merge", "more", "feature"]


async def test_a_build_between_two_releases_is_placed_by_its_commit(api: Api) -> None:
    major = a_major()
    one, two = f"{major}.0.0", f"{major}.1.0"
    chain = [commit(major, n, f"c{n}") for n in (13, 12, 11)]
    chain[0].parents[:], chain[1].parents[:] = [chain[1].revision], [chain[2].revision]
    await register(api, registration(one, 1, commits=commits(major, 1)))
    await register(api, registration(two, 2, previous=one, commits=chain))
    between = f"{one}+g{chain[1].revision[:12]}"
    ahead = await compare(api, one, between)
    assert (ahead.relation, subjects(ahead)) == (FORWARD, ["c12", "c11"])
    assert (ahead.to_release.registered, ahead.to_release.contained_in) == (False, two)
    rest = await compare(api, between, two)
    assert (rest.relation, subjects(rest), list(rest.unknown)) == (FORWARD, ["c13"], [])
    dirty = await compare(api, one, f"{between}.dirty.0a1b2c3d")
    assert "differ from its revision" in dirty.unknown[0]
    nothing = await refusal(api.releases.GetRelease(release_pb2.GetReleaseRequest(release=chain[1].revision)))
    assert (nothing.reason, nothing.metadata["contained_in"]) == ("RELEASE_NOT_FOUND", two)


async def test_what_cannot_be_known_is_said(api: Api) -> None:
    major = a_major()
    one, two, three = (f"{major}.{minor}.0" for minor in range(3))
    await register(api, registration(one, 1, commits=commits(major, 1)))
    await register(api, registration(two, 2, previous=one, commits_unknown=True))
    await register(api, registration(three, 3, previous=two, commits=commits(major + 1, 2)))
    gap = await compare(api, one, three)
    assert (gap.relation, gap.added_count) == (FORWARD, 2)
    assert list(gap.unknown) == [f"the commits of {two} were not all reported"]
    stranger = await compare(api, f"{major}.9.0", three)
    assert (stranger.relation, stranger.added_count) == (Relation.RELATION_UNKNOWN, 0)
    assert list(stranger.unknown) == [f"{major}.9.0 was never registered, and no release names it as the one before"]
    liar = await compare(api, f"{one}+g{'f' * 12}", three)
    assert f"{one} was registered of revision" in liar.unknown[0]
    island = f"{a_major()}.0.0"
    await register(api, registration(island, 9))
    apart = await compare(api, island, three)
    assert apart.relation == Relation.RELATION_UNKNOWN
    assert "connects" in apart.unknown[0]


async def test_a_client_that_claims_another_version_changes_no_order(api: Api) -> None:
    before = [each.version for each in await listed(api)]
    claim = (("edgecode-client-version", "999.9.9"), ("edgecode-client-revision", "9" * 40))
    reply = await api.releases.ListReleases(release_pb2.ListReleasesRequest(page_size=1000), metadata=claim)
    assert [each.version for each in reply.releases] == before
    assert "999.9.9" not in before


class TestDeployments:
    async def test_a_deployment_is_declared_and_goes_on_under_its_id(self, api: Api) -> None:
        version = f"{a_major()}.0.0"
        released = await register(api, registration(version, 1))
        started = await api.releases.RecordDeployment(
            declared(version, state="STATE_STARTED", actor="ada", url="https://ci/7")
        )
        assert (started.revision, started.state, started.declared, started.seen) == (
            released.revision, Deployment.STATE_STARTED, True, False,
        )  # fmt: skip
        ended = await api.releases.RecordDeployment(declared(version, deployment_id=started.deployment_id))
        assert (ended.deployment_id, ended.state, ended.actor) == (
            started.deployment_id,
            Deployment.STATE_SUCCEEDED,
            "ada",
        )
        assert ended.declare_time == started.declare_time
        again = await refusal(
            api.releases.RecordDeployment(declared(version, deployment_id=started.deployment_id, state="STATE_STARTED"))
        )
        assert again.reason == "DEPLOYMENT_ENDED"
        other = await refusal(
            api.releases.RecordDeployment(declared(version, deployment_id=started.deployment_id, environment="other"))
        )
        assert (other.reason, other.metadata["differing"]) == ("DEPLOYMENT_DIFFERS", "environment")

    async def test_the_same_request_declares_one(self, api: Api) -> None:
        request = declared("9.9.9", request_id="run-7")
        first, again = [await api.releases.RecordDeployment(request) for _ in range(2)]
        assert first == again
        refused = await refusal(api.releases.RecordDeployment(declared("9.9.8", request_id="run-7")))
        assert refused.reason == "REQUEST_ID_REUSED"

    async def test_a_revision_that_is_not_the_releases_is_refused(self, api: Api) -> None:
        version = f"{a_major()}.0.0"
        await register(api, registration(version, 1))
        refused = await refusal(api.releases.RecordDeployment(declared(version, revision="f" * 40)))
        assert refused.reason == "RELEASE_REVISION_DIFFERS"

    async def test_what_is_at_fault_is_named(self, api: Api) -> None:
        bad = release_pb2.RecordDeploymentRequest(
            deployment_id="A b", service="x.>", version="v1", revision="a" * 39, state=99, actor="\n"  # type: ignore[arg-type]
        )  # fmt: skip
        refused = await refusal(api.releases.RecordDeployment(bad))
        assert set(refused.fields) == {
            "deployment_id",
            "service",
            "environment",
            "version",
            "revision",
            "state",
            "actor",
        }


def declared(version: str, **fields: Any) -> release_pb2.RecordDeploymentRequest:
    return release_pb2.RecordDeploymentRequest(
        **{"service": "worker", "environment": "production", "version": version, **fields}
    )


async def test_a_second_server_reads_what_the_first_was_told(api: Api, stack: Stack) -> None:
    version = f"{a_major()}.0.0"
    released = await register(api, registration(version, 1, commits=commits(3, 2)))
    async with stack.another_server() as (_, other):
        assert await other.releases.GetRelease(release_pb2.GetReleaseRequest(release=version)) == released


async def test_a_server_that_ends_between_two_pieces_leaves_what_the_same_registration_goes_on_with(
    api: Api, stack: Stack
) -> None:
    version = f"{a_major()}.0.0"
    whole = registration(version, 1, commits=commits(9, 400, files=["f" * 4000]))
    other = await stack.processes.server(stack.settings, crash_at="release.after_piece")
    async with stack.client(address=(await other.ready())["grpc_address"]) as client:
        with pytest.raises(grpc.aio.AioRpcError):
            await register(client, whole)
    await other.exit()
    half = await api.releases.GetRelease(release_pb2.GetReleaseRequest(release=version))
    assert (half.state, half.commit_count) == (release_pb2.Release.STATE_INCOMPLETE, 400)
    assert "commits are stored: register it again" in half.warnings[0]
    partly = await compare(api, version, version)
    assert partly.relation == Relation.RELATION_SAME
    assert (await register(api, whole)).state == REGISTERED
    taken = await refusal(api.releases.RegisterRelease(stream(registration(version, 2))))
    assert taken.reason == "RELEASE_TAKEN"
