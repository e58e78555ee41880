"""Presets by name: those built in, and one's own, whose revisions stand in the log and never change."""

import re
import uuid
from collections.abc import AsyncIterator, Iterator

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.errors import AlreadyExists, Conflict, FailedPrecondition, NotFound, Violation
from edgecode.core.log import Log
from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp, stamp_to_proto
from edgecode.server.calls import CallContext
from edgecode.server.convert import stamp_message
from edgecode.server.jobs.built_in import BUILT_IN
from edgecode.server.jobs.requests import LONGEST_REQUEST_ID, check_retention, check_text, refuse
from edgecode.server.jobs.specs.outputs import MOST_OUTPUTS, check_outputs, with_defaults
from edgecode.server.jobs.watermarks import check_watermarks, check_watermarks_of
from edgecode.server.ledger.port import Condition, Find, Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.rows import PresetRow
from edgecode.server.pages import make_token, page_size, read_token
from edgecode.v1 import event_pb2, job_pb2, stamp_pb2

LONGEST_TITLE = 256
_NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ASKED = re.compile(rf"{_NAME.pattern}(?:@[1-9][0-9]{{0,8}})?")
_TRIES = 5
_PAGE = 1000


class Presets:
    """Reads presets, and makes revisions of one's own."""

    def __init__(self, *, stamp: Stamp, settings: Settings, events: Log, ledger: Ledger, reads: Reads) -> None:
        self._stamp = stamp
        self._settings = settings
        self._events = events
        self._ledger = ledger
        self._reads = reads

    async def get(self, asked: str) -> job_pb2.Preset:
        """The latest revision of `<name>`, or the one of `<name>@<revision>`.

        Raises:
            NotFound: `PRESET_NOT_FOUND`.
        """
        name, _, revision = asked.partition("@")
        built_in = BUILT_IN.get(name)
        if not _ASKED.fullmatch(asked) or (built_in and revision not in {"", str(built_in.revision)}):
            raise _not_found(asked)
        if built_in:
            return built_in
        await self._reads.settled(subjects.preset_events(name))
        row = await self._latest(name, int(revision or 0))
        if row is None:
            raise _not_found(asked)
        return await self._shown(row)

    async def usable(self, asked: str) -> job_pb2.Preset:
        """The same, for a job of it: all that it names is there too.

        Raises:
            NotFound: `PRESET_NOT_FOUND`.
            InvalidRequest: the asset of a watermark is absent, deleted or frozen.
        """
        preset = await self.get(asked)
        await check_watermarks_of(preset, self._ledger, self._reads)
        return preset

    async def list(self, request: job_pb2.ListPresetsRequest) -> job_pb2.ListPresetsResponse:
        """A page of presets, by name; raises InvalidRequest for a bad page."""
        rows = [row async for row in self._all()]
        if not request.all_revisions:
            rows = list({row.preset: row for row in rows}.values())
        own = [await self._shown(row) for row in rows]
        every = sorted([*BUILT_IN.values(), *own], key=lambda preset: (preset.preset, preset.revision))
        scope = ("JobService.ListPresets", f"all_revisions={request.all_revisions}")
        after, size = read_token(request.page_token, scope), page_size(request.page_size)
        rest = [preset for preset in every if not after or (preset.preset, preset.revision) > (after[0], after[1])]
        page = rest[:size]
        token = make_token(scope, [page[-1].preset, page[-1].revision]) if len(rest) > size else ""
        return job_pb2.ListPresetsResponse(presets=page, next_page_token=token)

    async def create(self, request: job_pb2.CreatePresetRequest, call: CallContext) -> job_pb2.Preset:
        """A new preset, or the next revision of one; the same request of the same caller makes one revision.

        Raises:
            InvalidRequest: a field is at fault.
            FailedPrecondition: `PRESET_BUILT_IN`, or `PRESET_FROZEN`.
            Conflict: `PRESET_MOVED`: the latest revision is not `after_revision`, or others write all the time.
            AlreadyExists: `REQUEST_ID_REUSED`.
        """
        refuse([*_faults(request, self._settings)])
        if request.preset in BUILT_IN:
            raise FailedPrecondition(
                "PRESET_BUILT_IN", f"{request.preset!r} is built in and never changes; take another name"
            )
        subject = subjects.preset_events(request.preset)
        for _ in range(_TRIES):
            sequence = await self._reads.settled(subject)
            if (standing := await self._made_before(request, call)) is not None:
                return await self._shown(standing)
            await check_watermarks(request.outputs, self._ledger, self._reads)
            latest = await self._latest(request.preset)
            created = _next_revision(request, call, latest)
            if request.validate_only:
                return _proposed(created, self._stamp)
            if sequence != (latest.sequence if latest else 0):
                raise FailedPrecondition(
                    "PRESET_FROZEN", f"{request.preset!r} has a revision of a later build, which this one cannot read"
                )
            event = event_pb2.Event(preset_created=created).SerializeToString(deterministic=True)
            message = Outgoing(subject, event, msg_id=uuid.uuid4().hex, expected_last=sequence)
            try:
                call.written_sequence = (await self._events.append([message]))[0].sequence
            except Conflict:
                continue
            return _proposed(created, self._stamp)
        raise Conflict("PRESET_MOVED", f"{request.preset!r} is being changed by others; look at it, then try again")

    async def _made_before(self, request: job_pb2.CreatePresetRequest, call: CallContext) -> PresetRow | None:
        if not request.request_id:
            return None
        conditions = [
            Condition("preset", "=", request.preset),
            Condition("caller", "=", call.caller),
            Condition("request_id", "=", request.request_id),
        ]
        row = next(iter(await self._ledger.find(PresetRow, Find(conditions, limit=1))), None)
        if row is not None and row.request_pb != request.SerializeToString(deterministic=True):
            raise AlreadyExists(
                "REQUEST_ID_REUSED",
                f"request_id {request.request_id!r} made revision {row.revision} of {row.preset!r} of another request; "
                "use a new id",
            )
        return row

    async def _latest(self, name: str, revision: int = 0) -> PresetRow | None:
        conditions = [Condition("preset", "=", name)]
        if revision:
            conditions.append(Condition("revision", "=", revision))
        found = await self._ledger.find(PresetRow, Find(conditions, order_by="revision", descending=True, limit=1))
        return next(iter(found), None)

    async def _all(self) -> AsyncIterator[PresetRow]:
        after: tuple[str | int, ...] = ()
        while True:
            rows = await self._ledger.find(PresetRow, Find(after=after, limit=_PAGE))
            for row in rows:
                yield row
            if len(rows) < _PAGE:
                return
            after = (rows[-1].preset, rows[-1].revision)

    async def _shown(self, row: PresetRow) -> job_pb2.Preset:
        stamps = await self._ledger.stamps([row.stamp_id])
        shown = _preset(event_pb2.PresetCreated.FromString(row.created_pb), stamp_message(stamps.get(row.stamp_id)))
        shown.create_time.FromMicroseconds(row.create_time_us)
        return shown


def _faults(request: job_pb2.CreatePresetRequest, settings: Settings) -> Iterator[Violation]:
    if not _NAME.fullmatch(request.preset):
        yield Violation("preset", f"must match {_NAME.pattern}")
    yield from check_text("title", request.title, LONGEST_TITLE)
    yield from check_text("request_id", request.request_id, LONGEST_REQUEST_ID)
    yield from check_retention("retention_seconds", request.retention_seconds, settings)
    if request.after_revision < 0:
        yield Violation("after_revision", f"must be 0 for a new preset or a revision, and is {request.after_revision}")
    if not request.outputs:
        yield Violation("outputs", f"is required: give 1 to {MOST_OUTPUTS} outputs")
    yield from check_outputs(request.outputs)


def _next_revision(
    request: job_pb2.CreatePresetRequest, call: CallContext, latest: PresetRow | None
) -> event_pb2.PresetCreated:
    standing = latest.revision if latest else 0
    if request.HasField("after_revision") and request.after_revision != standing:
        raise Conflict(
            "PRESET_MOVED",
            f"the latest revision of {request.preset!r} is {standing}, not {request.after_revision}; look at it first",
            metadata={"revision": str(standing)},
        )
    return event_pb2.PresetCreated(
        preset=request.preset,
        revision=standing + 1,
        title=request.title,
        outputs=with_defaults(request.outputs),
        retention_seconds=request.retention_seconds,
        caller=call.caller,
        request_id=request.request_id,
        request=request.SerializeToString(deterministic=True),
    )


def _preset(created: event_pb2.PresetCreated, created_by: stamp_pb2.Stamp | None) -> job_pb2.Preset:
    return job_pb2.Preset(
        preset=created.preset,
        title=created.title,
        revision=created.revision,
        outputs=created.outputs,
        retention_seconds=created.retention_seconds,
        created_by=created_by,
        caller=created.caller,
    )


def _proposed(created: event_pb2.PresetCreated, stamp: Stamp) -> job_pb2.Preset:
    proposed = _preset(created, stamp_to_proto(stamp))
    proposed.create_time.GetCurrentTime()
    return proposed


def _not_found(asked: str) -> NotFound:
    known = ", ".join(sorted(BUILT_IN))
    return NotFound(
        "PRESET_NOT_FOUND",
        f"no preset {asked[:64]!r}; built in are {known}, ListPresets shows all",
        violations=[Violation("preset", f"is none of {known}, and no preset of your own")],
    )
