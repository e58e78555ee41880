"""What is not to be trusted about a build."""

from edgecode.core.stamp import Stamp, stamp_to_proto
from edgecode.server.fleet.builds import builds
from edgecode.server.fleet.labels import Registered, warn
from edgecode.server.ledger.port import Totals
from edgecode.server.releases.graph import Known, ReleaseGraph
from edgecode.server.releases.sides import Side
from edgecode.server.routes.route import Route
from edgecode.v1 import bus_pb2, fleet_pb2, stamp_pb2

NOTHING = Totals({}, {}, 0, "", {}, {}, 0, 0, 0)
KINDS = fleet_pb2.BuildWarning.Kind


def process(
    version: str, letter: str, *, dirty: str = "", environment: str = "prod", tools: str = "t", config: str = "c"
) -> bus_pb2.FleetEntry:
    stamp = Stamp("worker", version, letter * 40, dirty, "i", environment)
    return bus_pb2.FleetEntry(
        stamp=stamp_to_proto(stamp), digests=stamp_pb2.Digests(toolchain_digest=tools, config_digest=config)
    )


def release(version: str, letter: str, previous: str = "") -> Known:
    return Known(version, letter * 40, previous, has_commits=True, commit_count=1)


def registered(*releases: Known, tags: dict[str, str] | None = None, **commits: str) -> Registered:
    """Releases; of `commits` the letter of a revision names the release it is a commit of."""
    graph = ReleaseGraph(releases)
    sides: dict[str, Side] = {}
    for version, letter in ((v, letter) for v in ("1.0.0", "1.1.0", "1.2.0", "9.9.9") for letter in "abcde"):
        known = graph.releases.get(version)
        name = f"{version}+g{letter * 12}"
        is_release = known is not None and known.revision == letter * 40
        sides[name] = Side(name, version, letter * 40, registered=is_release, contained_in=commits.get(letter, ""))
    return Registered(graph, tags or {}, sides)


def doubts(entries: list[bus_pb2.FleetEntry], known: Registered | None = None) -> dict[str, list[int]]:
    """Kinds of doubt by build, without the revision's hex."""
    found = builds(entries, Route(), NOTHING)
    warn(found, entries, known or Registered())
    assert all(len(build.warnings) == len(build.label_warnings) for build in found.values())
    return {name: [each.kind for each in build.label_warnings] for (_, name), build in found.items() if build.warnings}


def test_a_build_of_a_registered_release_is_not_doubted() -> None:
    assert doubts([process("1.0.0", "a")], registered(release("1.0.0", "a"))) == {}


def test_where_nobody_registers_releases_nobody_is_called_unregistered() -> None:
    assert doubts([process("1.0.0", "a")]) == {}


def test_dirty_unregistered_and_unknown_are_said() -> None:
    dirty = process("1.0.0", "a", dirty="0a1b2c3d")
    assert doubts([dirty]) == {dirty.stamp.build: [KINDS.KIND_DIRTY]}
    known = registered(release("1.0.0", "a"), c="1.0.0")
    assert doubts([process("1.1.0", "b")], known) == {
        f"1.1.0+g{'b' * 12}": [KINDS.KIND_UNREGISTERED, KINDS.KIND_UNKNOWN_REVISION]
    }
    assert doubts([process("1.1.0", "c")], known) == {f"1.1.0+g{'c' * 12}": [KINDS.KIND_UNREGISTERED]}


def test_a_version_registered_of_another_revision_or_under_another_tag_is_a_mismatch() -> None:
    known = registered(release("1.0.0", "a"), release("1.1.0", "b", "1.0.0"), tags={"1.1.0": "v1.0.9"}, c="1.1.0")
    found = doubts([process("1.0.0", "c"), process("1.1.0", "b")], known)
    assert found == {f"1.0.0+g{'c' * 12}": [KINDS.KIND_TAG_MISMATCH], f"1.1.0+g{'b' * 12}": [KINDS.KIND_TAG_MISMATCH]}


def test_one_version_of_two_revisions_is_said_of_both() -> None:
    found = doubts([process("1.0.0", "a"), process("1.0.0", "b")])
    assert list(found.values()) == [[KINDS.KIND_VERSION_OF_SEVERAL_REVISIONS]] * 2


def test_two_toolchains_or_configs_are_said_within_an_environment_only() -> None:
    same = [process("1.0.0", "a"), process("1.0.0", "a", tools="u", config="d")]
    assert list(doubts(same).values()) == [[KINDS.KIND_SEVERAL_TOOLCHAINS, KINDS.KIND_SEVERAL_CONFIGS]]
    apart = [process("1.0.0", "a"), process("1.0.0", "a", tools="u", config="d", environment="staging")]
    assert doubts(apart) == {}


def test_far_behind_its_neighbours_counts_releases_between_by_ancestry() -> None:
    known = registered(release("1.0.0", "a"), release("1.1.0", "b", "1.0.0"), release("1.2.0", "c", "1.1.0"), d="1.2.0")
    entries = [process("1.0.0", "a"), process("1.1.0", "b"), process("1.2.0", "c")]
    assert doubts(entries, known) == {f"1.0.0+g{'a' * 12}": [KINDS.KIND_FAR_BEHIND]}
    assert doubts([process("1.0.0", "a"), process("1.2.0", "c", environment="staging")], known) == {}


def test_what_claims_a_version_above_all_is_ahead_of_nobody() -> None:
    known = registered(release("1.0.0", "a"), release("1.1.0", "b", "1.0.0"))
    found = doubts([process("1.0.0", "a"), process("9.9.9", "e")], known)
    assert found == {f"9.9.9+g{'e' * 12}": [KINDS.KIND_UNREGISTERED, KINDS.KIND_UNKNOWN_REVISION]}
