"""Releases as clients ask for them. Each method answers with the resource as it then stands."""

from collections.abc import AsyncIterator

from edgecode.core import subjects
from edgecode.core.crash import CrashPoints
from edgecode.core.errors import NotFound, Violation
from edgecode.core.log import Log
from edgecode.server.calls import CallContext
from edgecode.server.filters import Field, Kind, holds, parse_filter
from edgecode.server.ledger.fold_release import is_whole, release_key
from edgecode.server.ledger.port import Condition, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.release_rows import ReleaseRow
from edgecode.server.pages import fitting, make_token, page_size, parse_order, read_token
from edgecode.server.releases.commits import commits_of, files_of
from edgecode.server.releases.compare import Comparison, compare
from edgecode.server.releases.declare import Declarations
from edgecode.server.releases.graph import ReleaseGraph
from edgecode.server.releases.known import KnownReleases
from edgecode.server.releases.messages import declared_deployment, release_message
from edgecode.server.releases.sides import find_side
from edgecode.server.releases.write import ReleaseWriter
from edgecode.v1 import release_pb2

_STATES: dict[str, str | int] = {"REGISTERED": "REGISTERED", "INCOMPLETE": "INCOMPLETE"}
_FIELDS = {
    "version": Field("version"),
    "revision": Field("revision"),
    "tag": Field("tag"),
    "previous_version": Field("previous_version"),
    "state": Field("state", Kind.NAME, _STATES, "STATE_"),
    "register_time": Field("register_time_us", Kind.TIME),
}


class Releases:
    """Registers, lists and compares releases, and takes what is declared of deployments.

    `known` is what all that speaks of releases reads.
    """

    def __init__(
        self, ledger: Ledger, reads: Reads, known: KnownReleases, writer: ReleaseWriter, declarations: Declarations
    ) -> None:
        self._ledger = ledger
        self._reads = reads
        self.known = known
        self._writer = writer
        self._declarations = declarations

    @classmethod
    def of(cls, events: Log, ledger: Ledger, reads: Reads, crash: CrashPoints) -> "Releases":
        """Wires the parts."""
        known = KnownReleases(ledger)
        writer = ReleaseWriter(events, ledger, reads, known, crash)
        return cls(ledger, reads, known, writer, Declarations(events, ledger, reads, known))

    async def register(
        self, requests: AsyncIterator[release_pb2.RegisterReleaseRequest], call: CallContext
    ) -> release_pb2.Release:
        """Takes a registration. Raises what `ReleaseWriter.register` raises."""
        row = await self._writer.register(requests, call)
        graph, _ = await self.known.read()
        return await self._shown(row, graph)

    async def get(self, name: str) -> release_pb2.Release:
        """The release of a version, tag, revision or build.

        Raises:
            InvalidRequest: it is none of these.
            NotFound: `RELEASE_NOT_FOUND`.
        """
        graph, _ = await self.known.read()
        side = await find_side("release", name, graph, self._ledger)
        if side.version:
            await self._reads.settled(subjects.release_events(release_key(side.version)))
            graph, _ = await self.known.read()
            side = await find_side("release", name, graph, self._ledger)
        if not side.registered:
            why = f"is a commit of {side.contained_in}, and no release" if side.contained_in else "names no release"
            raise NotFound(
                "RELEASE_NOT_FOUND",
                f"no release {name[:64]!r}: it {why}; ListReleases shows all",
                metadata={"release": name[:64], "contained_in": side.contained_in},
                violations=[Violation("release", why)],
            )
        _, rows = await self.known.read()
        return await self._shown(rows[side.version], graph)

    async def list(
        self, request: release_pb2.ListReleasesRequest, call: CallContext
    ) -> release_pb2.ListReleasesResponse:
        """A page of releases in their order; raises InvalidRequest for a bad page, filter or order."""
        await self._reads.wait_for(call.read_after)
        size = page_size(request.page_size)
        _, descending = parse_order(request.order_by, {"ancestry": "ancestry"}, "ancestry desc")
        conditions = parse_filter(request.filter, _FIELDS)
        scope = ("ReleaseService.ListReleases", request.filter, str(descending))
        after = read_token(request.page_token, scope)
        graph, rows = await self.known.read()
        order = [*reversed(graph.order())] if descending else [*graph.order()]
        start = order.index(str(after[0])) + 1 if after else 0
        wanted = [rows[version] for version in order[start:] if _fits(rows[version], conditions)]
        stamps = await self._ledger.stamps([row.stamp_id for row in wanted[:size]])
        releases = fitting([release_message(row, graph, stamps) for row in wanted[:size]])
        token = make_token(scope, [releases[-1].version]) if len(wanted) > len(releases) else ""
        return release_pb2.ListReleasesResponse(releases=releases, next_page_token=token)

    async def compare(
        self, request: release_pb2.CompareReleasesRequest, call: CallContext
    ) -> release_pb2.ReleaseComparison:
        """A page of what differs between two; raises InvalidRequest naming the side that is none."""
        await self._reads.wait_for(call.read_after)
        size = page_size(request.page_size)
        scope = ("ReleaseService.CompareReleases", request.from_release, request.to_release)
        after = read_token(request.page_token, scope)
        start = int(after[0]) if after else 0
        found = await self._compared(request.from_release, request.to_release)
        commits = fitting(await commits_of(found, self._ledger, start, size))
        total = found.added_count + found.removed_count
        end = start + len(commits)
        message = comparison_message(found)
        if start:
            for name in ("unknown", "added_versions", "removed_versions"):
                message.ClearField(name)
        message.commits.extend(commits)
        message.next_page_token = make_token(scope, [end]) if commits and end < total else ""
        if not start:
            files, message.file_count = await files_of(found, self._ledger)
            message.files.extend(files)
        return message

    async def _compared(self, from_: str, to: str) -> Comparison:
        graph, _ = await self.known.read()
        from_side = await find_side("from_release", from_, graph, self._ledger)
        to_side = await find_side("to_release", to, graph, self._ledger)
        return await compare(from_side, to_side, graph, self._ledger)

    async def record(self, request: release_pb2.RecordDeploymentRequest, call: CallContext) -> release_pb2.Deployment:
        """Declares a deployment. Raises what `Declarations.record` raises."""
        row = await self._declarations.record(request, call)
        return declared_deployment(row, await self._ledger.stamps([row.stamp_id]))

    async def _shown(self, row: ReleaseRow, graph: ReleaseGraph) -> release_pb2.Release:
        return release_message(row, graph, await self._ledger.stamps([row.stamp_id]))


def comparison_message(found: Comparison) -> release_pb2.ReleaseComparison:
    """A comparison without its commits and files."""
    return release_pb2.ReleaseComparison(
        from_release=found.from_.message,
        to_release=found.to.message,
        relation=found.ways.relation,
        common_version=found.ways.common,
        added_count=found.added_count,
        removed_count=found.removed_count,
        unknown=found.unknown,
        added_versions=[version for version in found.ways.added if "@" not in version],
        removed_versions=[version for version in found.ways.removed if "@" not in version],
    )


def _fits(row: ReleaseRow, conditions: list[Condition]) -> bool:
    state = "REGISTERED" if is_whole(row) else "INCOMPLETE"
    return all(
        holds(condition, state if condition.column == "state" else getattr(row, condition.column))
        for condition in conditions
    )
