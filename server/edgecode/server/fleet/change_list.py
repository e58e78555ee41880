"""ListChanges: the timeline of a window with the commits behind each step."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgecode.core.errors import InvalidRequest
from edgecode.server.calls import CallContext
from edgecode.server.filters import Field, Kind, holds, parse_filter
from edgecode.server.fleet.changes import Entry, Window, spans, timeline
from edgecode.server.fleet.commits_behind import CommitsBehind
from edgecode.server.fleet.deployment_list import environments_declaring
from edgecode.server.fleet.deployments import Matched, match, message
from edgecode.server.ledger.fleet_rows import DEPLOYMENTS, FleetChangeRow
from edgecode.server.ledger.fleet_state import every
from edgecode.server.ledger.port import Condition, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.release_rows import DeploymentRow, ReleaseRow
from edgecode.server.pages import REPLY_BYTES, make_token, page_size, read_token
from edgecode.server.releases.graph import ReleaseGraph
from edgecode.server.releases.known import KnownReleases
from edgecode.server.releases.messages import release_message
from edgecode.server.routes.route import WORKER
from edgecode.v1 import release_pb2

_DAY_US = 86_400_000_000
USUAL_COMMITS = 10
MOST_COMMITS = 100
_PREFIX = "KIND_"
_KINDS: dict[str, str | int] = {
    name.removeprefix(_PREFIX): number for name, number in release_pb2.Change.Kind.items() if number
}
_FIELDS = {name: Field(name) for name in ("service", "environment")} | {
    "kind": Field("kind", Kind.NAME, _KINDS, _PREFIX)
}


class ChangeList:
    """Says what changed."""

    def __init__(self, ledger: Ledger, reads: Reads, known: KnownReleases) -> None:
        self._ledger = ledger
        self._reads = reads
        self._known = known

    async def page(self, request: release_pb2.ListChangesRequest, call: CallContext) -> release_pb2.ListChangesResponse:
        """A page of the changes of a window, newest first.

        Raises:
            InvalidRequest: a bad page or filter, a window that ends before it starts, or too many commits.
        """
        conditions = parse_filter(request.filter, _FIELDS)
        size, limit = page_size(request.page_size), _commit_limit(request.commit_limit)
        scope = ("ReleaseService.ListChanges", request.filter, str(request.start_time), str(request.end_time))
        after = read_token(request.page_token, scope)
        await self._reads.wait_for(call.read_after)
        now_us = time.time_ns() // 1000
        # A window without an end ends where its first page saw it end.
        window = Window(int(after[0]), int(after[1])) if after else _window(request, now_us)
        past = await self._past(window, now_us)
        entries = [each for each in past.entries if _fits(each, conditions)]
        rest = [each for each in entries if not after or each.key < after[2:]]
        behind = CommitsBehind(self._ledger, past.graph, limit)
        reply = release_pb2.ListChangesResponse()
        if not after:
            reply.spans.extend(span for span in spans(window, past.deployments) if _fits(span, conditions))
            for span in reply.spans:
                await behind.fill(span)
        taken = await self._take(rest[:size], reply, past, behind)
        if taken < len(rest):
            reply.next_page_token = make_token(scope, [window.start_us, window.end_us, *rest[taken - 1].key])
        return reply

    async def _take(
        self, page: Sequence[Entry], reply: release_pb2.ListChangesResponse, past: "_Past", behind: CommitsBehind
    ) -> int:
        """Adds changes while clients take the reply; how many, at least one of them."""
        size = reply.ByteSize()
        for taken, each in enumerate(page):
            change = each.make()
            await self._fill(change, each.deployment, past)
            await behind.fill(change)
            size += change.ByteSize()
            if size > REPLY_BYTES and taken:
                return taken
            reply.changes.append(change)
        return len(page)

    async def since(self, start_us: int, limit: int) -> tuple[list[release_pb2.Change], int]:
        """The newest changes since a time, without their commits, and how many there are."""
        now_us = time.time_ns() // 1000
        entries = (await self._past(Window(start_us, now_us + 1), now_us)).entries
        return [each.make() for each in entries[:limit]], len(entries)

    async def _past(self, window: Window, now_us: int) -> "_Past":
        changes = await every(self._ledger, FleetChangeRow)
        deployments = [row for row in changes if row.kind in DEPLOYMENTS]
        matched = match(await every(self._ledger, DeploymentRow), deployments, now_us)
        graph, releases = await self._known.read()
        entries = timeline(window, changes, matched, releases.values(), await self._ledger.routes(WORKER))
        return _Past(entries, deployments, environments_declaring(matched), graph, releases, now_us)

    async def _fill(self, change: release_pb2.Change, matched: Matched | None, past: "_Past") -> None:
        """The whole deployment or release that a change is of."""
        if matched is not None:
            ids = [matched.declared.stamp_id] if matched.declared else []
            found = message(matched, await self._ledger.stamps(ids), past.declaring, past.now_us)
            change.deployment.CopyFrom(found)
        elif change.kind == release_pb2.Change.KIND_RELEASE_REGISTERED:
            row = past.releases[change.to_version]
            change.release.CopyFrom(release_message(row, past.graph, await self._ledger.stamps([row.stamp_id])))


@dataclass(frozen=True, slots=True)
class _Past:
    """A window's entries, all deployments ever seen, environments in which they are declared, and the releases."""

    entries: Sequence[Entry]
    deployments: Sequence[FleetChangeRow]
    declaring: frozenset[str]
    graph: ReleaseGraph
    releases: Mapping[str, ReleaseRow]
    now_us: int


def _fits(found: Entry | release_pb2.ChangeSpan, conditions: Sequence[Condition]) -> bool:
    """A span is of no kind: conditions on that leave it be."""
    return all(holds(each, getattr(found, each.column)) for each in conditions if hasattr(found, each.column))


def _window(request: release_pb2.ListChangesRequest, now_us: int) -> Window:
    end_us = request.end_time.ToMicroseconds() if request.HasField("end_time") else now_us + 1
    start_us = request.start_time.ToMicroseconds() if request.HasField("start_time") else end_us - _DAY_US
    if start_us >= end_us:
        raise InvalidRequest.field("end_time", "must come after start_time")
    return Window(start_us, end_us)


def _commit_limit(asked: int) -> int:
    if not 0 <= asked <= MOST_COMMITS:
        raise InvalidRequest.field("commit_limit", f"must be 0 for {USUAL_COMMITS}, or 1 to {MOST_COMMITS}")
    return asked or USUAL_COMMITS
