"""The route: builds with their states, and who follows."""

from rich.console import Group, RenderableType

from edgecode.cli import words
from edgecode.cli.tables.plain import facts, rows, state
from edgecode.v1 import route_pb2


def route(message: route_pb2.Route) -> RenderableType:
    """The document, its builds, and processes that are behind it."""
    behind = [each for each in message.followers if each.revision < message.revision]
    parts: list[RenderableType] = [revision(message)]
    if message.builds:
        parts += ["", _builds(message)]
    if behind:
        parts += ["", _followers(behind)]
    return Group(*parts)


def revision(message: route_pb2.Route) -> RenderableType:
    """One revision of the document."""
    return facts(
        [
            ("revision", str(message.revision)),
            ("current", message.current or "none"),
            ("ramping", f"{message.ramping} at {message.ramp_percent:g} %" if message.ramping else ""),
            ("shadow", f"{message.shadow_build} at {message.shadow_percent:g} %" if message.shadow_build else ""),
            ("quarantined", ", ".join(message.quarantined)),
            ("former", ", ".join(message.former)),
            ("changed", words.when(message.change_time)),
            ("by", message.actor),
            ("why", f"{message.reason}: {message.comment}" if message.comment else message.reason),
            ("followers", _agreement(message)),
            ("etag", message.etag),
        ]
    )


def one_build(message: route_pb2.RoutedBuild) -> RenderableType:
    """One build of the route."""
    return _builds(route_pb2.Route(builds=[message]))


def _agreement(message: route_pb2.Route) -> str:
    there = sum(each.revision >= message.revision for each in message.followers)
    return f"{there} of {len(message.followers)} are at this revision" if message.followers else ""


def _builds(message: route_pb2.Route) -> RenderableType:
    return rows(
        ("build", "state", "unfinished jobs", "tasks waiting", "tasks under way", "instances"),
        [
            (
                each.build,
                state(words.enum_word(route_pb2.RoutedBuild.State, each.state, "STATE_")),
                str(each.jobs_unfinished),
                str(each.tasks_pending),
                str(each.tasks_unacknowledged),
                str(each.instances),
            )
            for each in message.builds
        ],
        right=("unfinished jobs", "tasks waiting", "tasks under way", "instances"),
    )


def _followers(behind: list[route_pb2.RouteFollower]) -> RenderableType:
    return rows(
        ("behind", "instance", "build", "at revision"),
        [(each.service, each.instance, each.build, str(each.revision)) for each in behind],
        right=("at revision",),
    )
