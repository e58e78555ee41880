"""Ramps that nobody asked for: of a build that comes after the current one, where the settings say so."""

import uuid
from collections.abc import Iterable

import structlog

from edgecode.core.contract import CONTRACT
from edgecode.core.errors import InvalidRequest
from edgecode.core.settings import Settings
from edgecode.core.stamp import parse_build
from edgecode.server.ledger.port import Ledger
from edgecode.server.ledger.projector import Projector
from edgecode.server.planner.route_keeper import RouteKeeper
from edgecode.server.planner.workers import Workers
from edgecode.server.routes.policy_settings import with_settings
from edgecode.server.routes.ramp import GOING, started
from edgecode.server.routes.ramp_policy import filled
from edgecode.server.routes.revisions import Revising
from edgecode.server.routes.route import LEADER, Change, Route
from edgecode.v1 import ramp_pb2

log = structlog.get_logger()

_DAY_US = 86_400_000_000


class NewBuilds:
    """Begins a ramp of a later version that never had jobs, while nothing else ramps."""

    def __init__(self, projector: Projector, ledger: Ledger, keeper: RouteKeeper, settings: Settings) -> None:
        self._projector = projector
        self._ledger = ledger
        self._keeper = keeper
        self._settings = settings

    async def ramp(self, workers: Workers, now_us: int) -> None:
        """One look; does nothing unless the setting `new_builds` is `ramp`."""
        route, live = self._projector.route, workers.builds(CONTRACT)
        if self._settings.new_builds != "ramp" or route.current not in live:
            return
        build = newest(route, live, self._projector.ever_routed())
        if not build:
            return
        try:
            policy = filled(with_settings(ramp_pb2.RampPolicy(), self._settings))
        except InvalidRequest as error:
            log.error("ramp.stuck", its_build=build, why=f"the settings allow no ramp: {error.message}")
            return
        jobs, failures = await self._ledger.recorded(route.current, now_us - _DAY_US)
        ramp = started(
            str(uuid.uuid4()),
            build,
            route.current,
            policy,
            recorded=ramp_pb2.RecordedRate(jobs=jobs, failures=failures),
            now_us=now_us,
        )
        document = Revising(route, live, Change("NEW_BUILD", LEADER, now_us)).start(ramp)
        if await self._keeper.change(document):
            log.warning("ramp.started", its_build=build, percent=document.ramp_percent, route=document.revision)


def newest(route: Route, live: Iterable[str], ever_routed: Iterable[str]) -> str:
    """The live build of the latest version after the current one that never had jobs; empty where there is none.

    While a ramp or the watch after one goes on none is.
    """
    if route.ramp is not None and route.ramp.state in GOING:
        return ""
    floor = parse_build(route.current).version
    versions = {build: parse_build(build).version for build in set(live) - set(ever_routed) - route.quarantined}
    later = sorted((build for build, version in versions.items() if version > floor), key=lambda b: (versions[b], b))
    return later[-1] if later else ""
