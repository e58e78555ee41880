"""Declared deployments: each is told of once or more, under one id, on the subject of its service."""

import uuid

from edgecode.core import subjects
from edgecode.core.bus import Outgoing
from edgecode.core.errors import AlreadyExists, Conflict, FailedPrecondition
from edgecode.core.log import Log
from edgecode.server.calls import CallContext
from edgecode.server.jobs.requests import refuse
from edgecode.server.ledger import release_reads
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.reads import Reads
from edgecode.server.ledger.release_rows import DeploymentRow
from edgecode.server.releases.known import KnownReleases
from edgecode.server.releases.requests import deployment_faults
from edgecode.v1 import event_pb2, release_pb2

_NAMESPACE = uuid.UUID("5d4f6f0e-3c0c-5d0b-9a53-60a8a4d0b7a1")
_TRIES = 20
_FIXED = ("service", "environment", "version", "revision")
_State = release_pb2.Deployment.State


class Declarations:
    """Takes what tooling says of deployments."""

    def __init__(self, events: Log, ledger: Ledger, reads: Reads, known: KnownReleases) -> None:
        self._events = events
        self._ledger = ledger
        self._reads = reads
        self._known = known

    async def record(self, request: release_pb2.RecordDeploymentRequest, call: CallContext) -> DeploymentRow:
        """Declares a deployment, or says how it goes on; the same again changes nothing.

        Raises:
            InvalidRequest: a field is at fault.
            AlreadyExists: `DEPLOYMENT_DIFFERS`: the id is of a deployment of something else; `REQUEST_ID_REUSED`.
            FailedPrecondition: `DEPLOYMENT_ENDED`, `RELEASE_REVISION_DIFFERS`, or `DEPLOYMENT_FROZEN`.
            Conflict: `DEPLOYMENT_MOVED`: others write this service's deployments all the time.
        """
        refuse([*deployment_faults(request)])
        subject = subjects.deployment_events(request.service)
        recorded = await self._recorded(request, call.caller)
        for _ in range(_TRIES):
            last = await self._reads.settled(subject)
            row = await release_reads.deployment(self._ledger, recorded.deployment_id)
            if row is not None and _stands(row, recorded):
                return row
            if any(unread.sequence for unread in await self._ledger.unread(subject)):
                raise FailedPrecondition(
                    "DEPLOYMENT_FROZEN",
                    f"{request.service} has a deployment of a later build, which this one cannot read",
                )
            if row is not None:
                _fill(recorded, row)
            data = event_pb2.Event(deployment_recorded=recorded).SerializeToString(deterministic=True)
            message = Outgoing(subject, data, msg_id=uuid.uuid4().hex, expected_last=last)
            try:
                call.written_sequence = (await self._events.append([message]))[0].sequence
            except Conflict:
                continue
            await self._reads.settled(subject)
        raise Conflict("DEPLOYMENT_MOVED", f"deployments of {request.service} are being written by others; try again")

    async def _recorded(
        self, request: release_pb2.RecordDeploymentRequest, caller: str
    ) -> event_pb2.DeploymentRecorded:
        _, releases = await self._known.read()
        release = releases.get(request.version)
        if release is not None and request.revision not in {"", release.revision}:
            raise FailedPrecondition(
                "RELEASE_REVISION_DIFFERS",
                f"{request.version} is registered of revision {release.revision}, not {request.revision}",
                metadata={"version": request.version, "revision": release.revision},
            )
        return event_pb2.DeploymentRecorded(
            deployment_id=request.deployment_id or _id_of(caller, request.request_id),
            service=request.service,
            environment=request.environment,
            version=request.version,
            revision=request.revision or (release.revision if release else ""),
            state=request.state or _State.STATE_SUCCEEDED,
            actor=request.actor,
            url=request.url,
            caller=caller,
            request_id=request.request_id,
            request=request.SerializeToString(deterministic=True),
        )


def _id_of(caller: str, request_id: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{caller}\0{request_id}")) if request_id else str(uuid.uuid4())


def _stands(row: DeploymentRow, recorded: event_pb2.DeploymentRecorded) -> bool:
    """Whether the ledger says so already; raises where it says something that this cannot follow."""
    if row.request_pb == recorded.request and row.caller == recorded.caller:
        return True
    if recorded.request_id and (row.request_id, row.caller) == (recorded.request_id, recorded.caller):
        raise AlreadyExists(
            "REQUEST_ID_REUSED",
            f"request_id {recorded.request_id!r} was used to say something else of {row.deployment_id}; use a new id",
            metadata={"deployment_id": row.deployment_id},
        )
    differing = [name for name in _FIXED if getattr(row, name) not in {"", getattr(recorded, name)}]
    if differing and not (differing == ["revision"] and not recorded.revision):
        raise AlreadyExists(
            "DEPLOYMENT_DIFFERS",
            f"deployment {row.deployment_id} is of another {', '.join(differing)}; use an id of its own",
            metadata={"deployment_id": row.deployment_id, "differing": ",".join(differing)},
        )
    if recorded.state == _State.STATE_STARTED and row.state != "STARTED":
        raise FailedPrecondition(
            "DEPLOYMENT_ENDED",
            f"deployment {row.deployment_id} has {row.state}, and cannot start again; declare another",
        )
    return False


def _fill(recorded: event_pb2.DeploymentRecorded, row: DeploymentRow) -> None:
    """Keeps what was said before where nothing is said now."""
    recorded.revision = recorded.revision or row.revision
    recorded.actor = recorded.actor or row.actor
    recorded.url = recorded.url or row.url
