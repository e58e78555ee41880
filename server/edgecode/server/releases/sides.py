"""What a request calls a release: a version, its tag, a revision or a build, registered or not."""

import re
from dataclasses import dataclass

from edgecode.core.errors import InvalidRequest
from edgecode.core.stamp import Build, parse_build
from edgecode.core.version import parse_version
from edgecode.server.ledger import release_reads
from edgecode.server.ledger.port import Ledger
from edgecode.server.releases.graph import Known, ReleaseGraph
from edgecode.v1 import release_pb2

_REVISION = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison.

    Attributes:
        name: what it was called.
        version: empty where only a revision is known.
        revision: 40 hex digits, 12 of a build that nobody registered, or empty.
        registered: it is a release itself.
        contained_in: the release whose commits it is one of, empty for none.
        unknown: why what lies behind it cannot be known, empty where it can.
    """

    name: str
    version: str
    revision: str
    registered: bool = False
    contained_in: str = ""
    unknown: str = ""

    @property
    def message(self) -> release_pb2.ComparedRelease:
        """The side for the wire."""
        return release_pb2.ComparedRelease(
            name=self.name,
            version=self.version,
            revision=self.revision,
            registered=self.registered,
            contained_in=self.contained_in,
        )


async def find_side(field: str, name: str, graph: ReleaseGraph, ledger: Ledger) -> Side:
    """Looks a name up.

    Raises:
        InvalidRequest: it is none of the forms; the field is `field`.
    """
    version = _version(name)
    if version:
        return _of_version(name, version, graph)
    if _REVISION.fullmatch(name):
        return await _of_revision(name, "", name, graph, ledger)
    build = _build(name)
    if build is not None:
        return await _of_build(name, build, graph, ledger)
    raise InvalidRequest.field(
        field, f"{name[:64]!r} is no version such as 1.4.2, tag, revision of 40 hex digits or build"
    )


def _version(name: str) -> str:
    try:
        return str(parse_version(name.removeprefix("v")))
    except ValueError:
        return ""


def _build(name: str) -> Build | None:
    try:
        return parse_build(name)
    except ValueError:
        return None


def _of_version(name: str, version: str, graph: ReleaseGraph) -> Side:
    release = graph.releases.get(version)
    if release is not None:
        return _of_release(name, release)
    if any(each.previous == version for each in graph.releases.values()):
        return Side(name, version, "")
    return Side(name, version, "", unknown=f"{version} was never registered, and no release names it as the one before")


def _of_release(name: str, release: Known) -> Side:
    return Side(name, release.version, release.revision, registered=True)


async def _of_build(name: str, build: Build, graph: ReleaseGraph, ledger: Ledger) -> Side:
    release = graph.releases.get(str(build.version))
    if release is not None and release.revision.startswith(build.revision):
        return _of_release(name, release)
    return await _of_revision(name, str(build.version), build.revision, graph, ledger)


async def _of_revision(name: str, version: str, revision: str, graph: ReleaseGraph, ledger: Ledger) -> Side:
    if not version and (found := graph.by_revision(revision)):
        return _of_release(name, found[0])
    rows = await release_reads.commits_named(ledger, revision)
    places = {row.version: row.revision for row in rows}
    containing = next((each for each in graph.order() if each in places), "")
    if containing:
        return Side(name, version, places[containing], contained_in=containing)
    return Side(name, version, revision, unknown=_never(name, version, graph))


def _never(name: str, version: str, graph: ReleaseGraph) -> str:
    why = f"{name} was never registered, and is no commit of a registered release"
    release = graph.releases.get(version)
    return f"{why}; {version} was registered of revision {release.revision}" if release else why


def dirt(name: str) -> str:
    """What cannot be known of a build made of changed files, empty for others."""
    build = _build(name)
    if build is None or not build.dirty:
        return ""
    return f"{name} was built from files that differ from its revision: what differs is not known"
