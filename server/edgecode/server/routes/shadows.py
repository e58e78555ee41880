"""Shadows as operators start, stop and read them. Their jobs are made by the leader, in `planner/shadow_runner.py`."""

import uuid

from edgecode.core import subjects
from edgecode.core.errors import InvalidRequest, NotFound, Violation
from edgecode.server.calls import CallContext
from edgecode.server.convert import etag_of
from edgecode.server.fleet.view import FleetView
from edgecode.server.jobs.requests import LONGEST_REQUEST_ID, check_text, refuse
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import RouteRow
from edgecode.server.pages import make_token, page_size, read_token
from edgecode.server.routes.revisions import Revising, parsed
from edgecode.server.routes.route import WORKER, Route
from edgecode.server.routes.shadow import goes_on, started
from edgecode.server.routes.shadow_pairs import MOST_COMPARED, Report, pairs, position
from edgecode.server.routes.shadow_waits import waits_for
from edgecode.server.routes.write import RouteWriter
from edgecode.v1 import event_pb2, route_pb2, shadow_pb2

# The namespace of shadow ids: a version 5 UUID of caller and request id, the same for all releases.
_NAMESPACE = uuid.UUID("5b1f3a52-0d1c-5d7e-9a8f-6c2e8b7d4f10")
_LIST = "RouteService.ListShadowDifferences"
_ALL = 100.0


class Shadows:
    """One goes on at most; those that are over can be read for as long as their jobs are kept."""

    def __init__(self, ledger: Ledger, reads: Reads, writer: RouteWriter, fleet: FleetView) -> None:
        self._ledger = ledger
        self._reads = reads
        self._writer = writer
        self._fleet = fleet

    async def start(self, request: route_pb2.StartShadowRequest, call: CallContext) -> route_pb2.Shadow:
        """Begins a shadow, once per caller and request id.

        Raises:
            InvalidRequest: a field is at fault.
            FailedPrecondition: as `Revising.start_shadow`.
            Conflict: `ROUTE_CHANGED`.
        """
        refuse([*check_text("request_id", request.request_id, LONGEST_REQUEST_ID)])
        parsed(request.build, "build")
        if not 0 < request.percent <= _ALL:
            raise InvalidRequest.field("percent", f"must be above 0 and at most 100, and is {request.percent:g}")
        shadow_id = _shadow_id(call.caller, request.request_id)
        # A request that began the shadow and got no answer is found by its next try.
        await self._reads.settled(subjects.route_events(WORKER))
        if request.request_id and await self._rows_of(shadow_id):
            return await self.get(shadow_id)

        def order(it: Revising) -> event_pb2.RouteChanged:
            route, change = it.route, it.change
            return it.start_shadow(
                started(
                    shadow_id, request.build, request.percent, against=route.current, revision=route.revision + 1,
                    actor=change.actor, comment=change.comment, now_us=change.now_us,
                )
            )  # fmt: skip

        row = await self._writer.change(request, call, "SHADOW_STARTED", order, validate_only=request.validate_only)
        return await self._shown(row)

    async def stop(self, request: route_pb2.StopShadowRequest, call: CallContext) -> route_pb2.Shadow:
        """Ends the shadow that goes on; its unfinished jobs are cancelled.

        Raises:
            NotFound: `SHADOW_NOT_FOUND`.
            Conflict: `ROUTE_CHANGED`.
        """
        row = await self._writer.change(request, call, "SHADOW_STOPPED", lambda it: it.stop_shadow(request.shadow_id))
        return await self._shown(row)

    async def get(self, shadow_id: str) -> route_pb2.Shadow:
        """A shadow and what it found; the one that goes on or the last one where none is named.

        Raises:
            NotFound: `SHADOW_NOT_FOUND`.
        """
        return await self._shown(await self._last(shadow_id))

    async def differences(
        self, request: route_pb2.ListShadowDifferencesRequest
    ) -> route_pb2.ListShadowDifferencesResponse:
        """A page of all that differs, newest jobs first; less than a page where many pairs are the same.

        Raises:
            NotFound: `SHADOW_NOT_FOUND`.
            InvalidRequest: `INVALID_PAGE_SIZE` or `INVALID_PAGE_TOKEN`.
        """
        size = page_size(request.page_size)
        shadow_id = _document(await self._last(request.shadow_id)).shadow_id
        bound_to = (_LIST, shadow_id)
        # The job whose differences come next, and how many of them were shown: newer ones may come before it meanwhile.
        shown, *begin = read_token(request.page_token, bound_to) or [0]
        reply = route_pb2.ListShadowDifferencesResponse()
        compared = 0
        async for row, pair in pairs(self._ledger, shadow_id, begin):
            at = position(row)
            if compared == MOST_COMPARED:
                reply.next_page_token = make_token(bound_to, [0, *at])
                return reply
            compared += 1
            before = int(shown) if [*at] == begin else 0
            for number, difference in enumerate(pair.differences[before:], before):
                if len(reply.differences) == size:
                    reply.next_page_token = make_token(bound_to, [number, *at])
                    return reply
                reply.differences.append(difference)
        return reply

    async def _last(self, shadow_id: str) -> RouteRow:
        """The last revision that holds a shadow; any where none is named."""
        await self._reads.settled(subjects.route_events(WORKER))
        rows = await self._rows_of(shadow_id)
        if not rows:
            raise NotFound(
                "SHADOW_NOT_FOUND",
                f"no shadow {shadow_id!r}" if shadow_id else "there was no shadow yet: start one",
                metadata={"shadow_id": shadow_id},
                violations=[Violation("shadow_id", "names no shadow")] if shadow_id else [],
            )
        return rows[-1]

    async def _rows_of(self, shadow_id: str) -> list[RouteRow]:
        rows = [row for row in await self._ledger.routes(WORKER) if Route.of(row).shadow is not None]
        return [row for row in rows if shadow_id in {"", _document(row).shadow_id}]

    async def _shown(self, row: RouteRow) -> route_pb2.Shadow:
        document = _document(row)
        message = _message(document, still=await self._is_newest(row))
        report = Report()
        async for _, pair in pairs(self._ledger, document.shadow_id):
            if report.outcomes.total() == MOST_COMPARED:
                message.newest_only = True
                break
            report.take(pair)
        report.write_into(message)
        message.waits_for.extend(waits_for(message, self._fleet.workers()))
        message.route_revision, message.etag = row.revision, etag_of(f"route:{WORKER}", row.sequence)
        message.ledger_sequence = (await self._ledger.cursor()).sequence
        return message

    async def _is_newest(self, row: RouteRow) -> bool:
        """A server of a build that knows no shadows changes the route without them: that ends one too."""
        rows = await self._ledger.routes(WORKER)
        return not rows or rows[-1].revision <= row.revision


def _document(row: RouteRow) -> shadow_pb2.ShadowDocument:
    return event_pb2.RouteChanged.FromString(row.route_pb).shadow


def _message(document: shadow_pb2.ShadowDocument, *, still: bool) -> route_pb2.Shadow:
    return route_pb2.Shadow(
        shadow_id=document.shadow_id,
        build=document.build,
        against=document.against,
        percent=document.percent,
        stopped=not (still and goes_on(document)),
        start_time=document.start_time,
        stop_time=document.stop_time if document.HasField("stop_time") else None,
        stop_reason=document.stop_reason,
        actor=document.actor,
        comment=document.comment,
    )


def _shadow_id(caller: str, request_id: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{caller}\0{request_id}")) if request_id else str(uuid.uuid4())
