"""The order of releases and how two of them lie to one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecode.server.releases.graph import Known, Relation, ReleaseGraph, Ways, ways


def graph_of(**previous: str) -> ReleaseGraph:
    """Releases such as v1_4_2="1.4.1", each with one commit."""
    return ReleaseGraph(
        Known(name[1:].replace("_", "."), f"{number:040x}", before, has_commits=True, commit_count=1)
        for number, (name, before) in enumerate(previous.items())
    )


def test_ancestry_comes_before_precedence_and_precedence_decides_the_rest() -> None:
    graph = graph_of(v2_0_0="", v1_0_0="2.0.0", v1_5_0="")
    assert [*graph.order()] == ["1.5.0", "2.0.0", "1.0.0"]


def test_a_backport_released_after_a_newer_minor_comes_before_it() -> None:
    graph = graph_of(v1_4_2="", v1_5_0="1.4.2", v1_4_3="1.4.2", v1_5_1="1.5.0")
    assert [*graph.order()] == ["1.4.2", "1.4.3", "1.5.0", "1.5.1"]


def test_candidates_come_before_their_release_and_in_the_order_of_their_numbers() -> None:
    graph = graph_of(**{"v1_0_0": "", "v1_0_0-rc_10": "", "v1_0_0-rc_9": "", "v1_0_0-alpha_1": ""})
    assert [*graph.order()] == ["1.0.0-alpha.1", "1.0.0-rc.9", "1.0.0-rc.10", "1.0.0"]


def test_a_missing_release_before_leaves_precedence() -> None:
    graph = graph_of(v1_2_0="1.1.0", v1_0_0="")
    assert [*graph.order()] == ["1.0.0", "1.2.0"]
    assert graph.lineage("1.2.0") == ["1.2.0", "1.1.0"]
    assert not graph.is_circular("1.2.0")


def test_a_circle_is_seen_and_followed_once() -> None:
    graph = graph_of(v1_0_0="1.2.0", v1_1_0="1.0.0", v1_2_0="1.1.0", v1_3_0="1.2.0")
    assert graph.lineage("1.3.0") == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]
    assert graph.is_circular("1.3.0")
    assert [*graph.order()] == ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdefg"])))
def test_a_circle_behind_a_release_is_known_however_far(previous: dict[str, str]) -> None:
    graph = ReleaseGraph(Known(name, "", before, has_commits=True, commit_count=0) for name, before in previous.items())
    for name in previous:
        last = graph.releases.get(graph.lineage(name)[-1])
        assert graph.is_circular(name) == (last is not None and last.previous != "")


def test_what_would_close_a_circle_is_known_before() -> None:
    graph = graph_of(v1_0_0="", v1_1_0="1.0.0")
    assert graph.would_close_circle("1.0.0", "1.1.0")
    assert not graph.would_close_circle("1.2.0", "1.1.0")
    assert not graph.would_close_circle("1.2.0", "")
    # A circle through a release that is not there yet: it is named as the one before.
    assert graph_of(v1_1_0="1.0.0").would_close_circle("1.0.0", "1.1.0")


VERSIONS = [f"1.{minor}.{patch}" for minor in range(3) for patch in range(3)]


@given(
    previous=st.dictionaries(st.sampled_from(VERSIONS), st.sampled_from(["", *VERSIONS])),
    shuffled=st.permutations(VERSIONS),
)
def test_the_order_holds_each_once_after_its_ancestors_whatever_was_reported(
    previous: dict[str, str], shuffled: list[str]
) -> None:
    def graph(versions: list[str]) -> ReleaseGraph:
        return ReleaseGraph(Known(v, "", previous[v], True, 0) for v in versions if v in previous)  # noqa: FBT003

    order = [*graph(VERSIONS).order()]
    assert sorted(order) == sorted(previous)
    assert [*graph(shuffled).order()] == order
    one = graph(VERSIONS)
    for version in previous:
        if not one.is_circular(version):
            behind = [v for v in one.lineage(version) if v in previous]
            assert [order.index(v) for v in behind] == sorted((order.index(v) for v in behind), reverse=True)


FORWARD, BACKWARD = Relation.RELATION_FORWARD, Relation.RELATION_BACKWARD


@pytest.mark.parametrize(
    ("from_", "to", "expected"),
    [
        ("1.4.1", "1.5.0", Ways(FORWARD, "1.4.1", ("1.5.0", "1.4.2"), ())),
        ("1.5.0", "1.4.1", Ways(BACKWARD, "1.4.1", (), ("1.5.0", "1.4.2"))),
        ("1.4.3", "1.5.0", Ways(Relation.RELATION_DIVERGED, "1.4.2", ("1.5.0",), ("1.4.3",))),
        ("1.5.0", "1.5.0", Ways(Relation.RELATION_SAME, "1.5.0", (), ())),
        ("9.0.0", "1.4.1", Ways(Relation.RELATION_UNKNOWN, "", ("1.4.1", "1.4.0"), ("9.0.0",))),
        ("1.4.0", "1.4.1", Ways(FORWARD, "1.4.0", ("1.4.1",), ())),
    ],
)
def test_two_releases_lie_to_one_another_as_their_lineages_say(from_: str, to: str, expected: Ways) -> None:
    graph = graph_of(v1_4_1="1.4.0", v1_4_2="1.4.1", v1_4_3="1.4.2", v1_5_0="1.4.2", v9_0_0="")
    assert ways(graph.lineage(from_), graph.lineage(to)) == expected
