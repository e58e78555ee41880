"""Which build gets a new job: the one its client asked for, the one a ramp's share says, else the current one. Pure."""

import hashlib
from dataclasses import dataclass

from edgecode.server.planner.workers import Workers
from edgecode.server.routes.ramp import end_us
from edgecode.server.routes.route import Route
from edgecode.v1 import event_pb2, ramp_pb2

_CHOICES = event_pb2.JobAssigned.Choice
# A job is over a little before its rows go.
_MARGIN_US = 120_000_000


def place_of(salt: str, key: str) -> float:
    """Where a key stands among all, in percent from 0 to below 100: evenly spread, and the same for one salt."""
    digest = hashlib.sha256(f"{salt}\0{key}".encode()).digest()
    return int.from_bytes(digest[:6]) * 100 / (1 << 48)


@dataclass(frozen=True, slots=True)
class Choice:
    """A build for a job, and why: as `JobAssigned` says it. Only what CHOICE_SHARE decided tells anything of a ramp."""

    build: str
    choice: event_pb2.JobAssigned.Choice

    def assigned(self, route: Route) -> event_pb2.JobAssigned:
        """The decision."""
        event = event_pb2.JobAssigned(
            build=self.build,
            route_revision=route.revision,
            share_percent=route.share_percent(self.build),
            epoch=0,
            choice=self.choice,
        )
        if self.choice == _CHOICES.CHOICE_SHARE and route.ramp is not None:
            event.ramp_id = route.ramp.ramp_id
            event.ramp_percent = route.share_percent(route.ramp.build)
            event.ramp_step = route.ramp.step
            event.ramp_round = route.ramp.round
        return event


def choose(route: Route, created: event_pb2.JobCreated, workers: Workers) -> Choice | None:
    """The build that gets a job now; None where the job waits: no build that may have it has a worker that reads it.

    Raising the share moves no key back from the ramping build: its place is compared with the share, and stays.
    """
    contract = created.contract
    if created.shadow_id:
        return _of_shadow(route, created.shadow_id, contract, workers)
    override = created.override_build if created.override_fate == event_pb2.OVERRIDE_FATE_HONOURED else ""
    if route.usable(override) and not workers.lacks(override, contract):
        return Choice(override, _CHOICES.CHOICE_OVERRIDE)
    if route.usable(route.ramping):
        return _of_ramp(route, created, workers)
    watched = route.ramp is not None and route.ramp.state == ramp_pb2.RAMP_STATE_WATCHING
    return _current(route, contract, workers, _share(route, created) if watched else _CHOICES.CHOICE_CURRENT)


def _share(route: Route, created: event_pb2.JobCreated) -> event_pb2.JobAssigned.Choice:
    """Whether a job that the share decides for counts: only if it is kept until the ramp is over, come what may.

    Else some of what a verdict rests upon would be forgotten in mid-ramp. How long a job is kept has nothing to do with
    its build, so neither side is favoured.
    """
    if route.ramp is None or not created.HasField("expire_time"):
        return _CHOICES.CHOICE_SHARE
    kept = created.expire_time.ToMicroseconds() - _MARGIN_US >= end_us(route.ramp)
    return _CHOICES.CHOICE_SHARE if kept else _CHOICES.CHOICE_SHARE_UNCOUNTED


def _of_shadow(route: Route, shadow_id: str, contract: int, workers: Workers) -> Choice | None:
    """The build of the job's shadow while that goes on, and no other."""
    if route.shadow is None or route.shadow_id != shadow_id or workers.lacks(route.shadow.build, contract):
        return None
    return Choice(route.shadow.build, _CHOICES.CHOICE_SHADOW)


def _current(route: Route, contract: int, workers: Workers, why: event_pb2.JobAssigned.Choice) -> Choice | None:
    free = route.usable(route.current) and not workers.lacks(route.current, contract)
    return Choice(route.current, why) if free else None


def _of_ramp(route: Route, created: event_pb2.JobCreated, workers: Workers) -> Choice | None:
    """One of two builds.

    Where one of them is not to be had, neither side's jobs count for the verdict: that rests upon each job having had
    the share's chance to go to either.
    """
    contract, key = created.contract, created.version_key or created.job_id
    if workers.misreads(route.ramping, contract):
        return _current(route, contract, workers, _CHOICES.CHOICE_CONTRACT)
    if workers.lacks(route.ramping, contract):
        return _current(route, contract, workers, _CHOICES.CHOICE_OTHER_HAS_NO_WORKER)
    if workers.misreads(route.current, contract):
        return Choice(route.ramping, _CHOICES.CHOICE_CONTRACT)
    ramped = place_of(route.salt, key) < route.ramp_percent
    if not route.usable(route.current) or workers.lacks(route.current, contract):
        # Its share is all that a ramping build gets; the others wait for the current one, or for the route to move.
        return Choice(route.ramping, _CHOICES.CHOICE_OTHER_HAS_NO_WORKER) if ramped else None
    return Choice(route.ramping if ramped else route.current, _share(route, created))


def override_fate(build: str, contract: int, route: Route, workers: Workers, *, known: bool) -> event_pb2.OverrideFate:
    """What becomes of a client's wish for a build, as it looks when the job is accepted.

    Args:
        build: the build asked for, empty for none.
        contract: the smallest one that its workers must read.
        route: as this server knows it.
        workers: the same.
        known: whether the build is registered, was routed to or ever had a worker.
    """
    if not build:
        return event_pb2.OVERRIDE_FATE_UNSPECIFIED
    if build in route.quarantined:
        return event_pb2.OVERRIDE_FATE_BUILD_QUARANTINED
    if workers.misreads(build, contract):
        return event_pb2.OVERRIDE_FATE_CONTRACT_UNREADABLE
    if build in workers.builds(contract):
        return event_pb2.OVERRIDE_FATE_HONOURED
    return event_pb2.OVERRIDE_FATE_BUILD_HAS_NO_WORKER if known else event_pb2.OVERRIDE_FATE_BUILD_UNKNOWN
