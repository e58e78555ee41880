"""What changed, as one timeline, and deployments."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from edgecode.cli import words
from edgecode.cli.tables.plain import BAD, QUIET, printable, rows, state
from edgecode.v1 import release_pb2

_KINDS = release_pb2.Change.Kind
_WORDS = {
    _KINDS.KIND_DEPLOYMENT: "deployment",
    _KINDS.KIND_ROLLBACK: "rollback",
    _KINDS.KIND_DIGEST_CHANGE: "digests",
    _KINDS.KIND_BUILD_GONE: "gone",
    _KINDS.KIND_RELEASE_REGISTERED: "release",
    _KINDS.KIND_ROUTE_CHANGE: "route",
}
_SHORT_DIGEST = 8


def changes(message: release_pb2.ListChangesResponse) -> RenderableType:
    """Then and now of each service first, then the timeline with the commits of each step."""
    parts: list[RenderableType] = []
    for span in message.spans:
        parts += [*_span(span), ""]
    if not message.changes:
        return Group(*parts, Text("nothing changed", style=QUIET))
    return Group(*parts, *(line for change in message.changes for line in _change(change)))


def _line(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)


def _span(span: release_pb2.ChangeSpan) -> Iterator[RenderableType]:
    relation = words.enum_word(release_pb2.ReleaseComparison.Relation, span.relation, "RELATION_").lower()
    how = f", {relation}" if span.relation else ""
    yield _line(f"{span.service} in {span.environment}: {_way(span.from_build, span.to_build)}{how}", style="bold")
    yield Text(
        f"  {_counted(span.deployment_count, 'deployment')}, {_counted(span.rollback_count, 'rollback')} of them"
    )
    yield from _commits(span)


def _change(change: release_pb2.Change) -> Iterator[RenderableType]:
    style = BAD if change.kind == _KINDS.KIND_ROLLBACK else ""
    yield _line(f"{words.when(change.change_time)}  {brief(change)}", style=style)
    for warning in change.deployment.warnings:
        yield _line(f"    {warning}", style=BAD)
    yield from _commits(change)


def brief(change: release_pb2.Change) -> str:
    """A change in one line, without its time."""
    where = f"{change.service} in {change.environment}" if change.environment else change.service
    kind = _WORDS.get(change.kind, str(change.kind))
    return " ".join(filter(None, (f"{kind:10}", f"{where}:" if where else "", *_what(change))))


def _what(change: release_pb2.Change) -> Iterator[str]:
    if change.kind == _KINDS.KIND_RELEASE_REGISTERED:
        yield f"{change.to_version} registered, {_counted(change.added_count, 'commit')}"
    elif change.kind == _KINDS.KIND_DIGEST_CHANGE:
        yield change.to_build
        before, after = change.from_digests, change.to_digests
        yield from _digest("toolchain", before.toolchain_digest, after.toolchain_digest)
        yield from _digest("config", before.config_digest, after.config_digest)
    elif change.kind == _KINDS.KIND_BUILD_GONE:
        yield change.from_build
    elif change.kind == _KINDS.KIND_ROUTE_CHANGE:
        moved = change.from_build != change.to_build
        yield _way(change.from_build, change.to_build) if moved else change.about_build or change.to_build
        yield f"{change.reason} by {change.actor}"
    else:
        yield _way(change.from_build, change.to_build or f"{change.to_version}, declared only")


def _digest(name: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        yield f"{name} {before[:_SHORT_DIGEST]} → {after[:_SHORT_DIGEST]}"


def _way(before: str, after: str) -> str:
    return f"{before} → {after}" if before and before != after else after


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _commits(found: release_pb2.Change | release_pb2.ChangeSpan) -> Iterator[RenderableType]:
    for each in found.commits:
        sign = "-" if each.removed else "+"
        yield _line(f"    {sign} {each.commit.revision[: words.SHORT]} {each.commit.subject}")
    hidden = found.added_count + found.removed_count - len(found.commits)
    if found.commits and hidden > 0:
        yield _line(f"    and {hidden} more: edgecode release compare {found.from_build} {found.to_build}", style=QUIET)
    yield from _unknown(found.unknown)


def _unknown(sentences: Iterable[str]) -> Iterator[RenderableType]:
    for sentence in sentences:
        yield _line(f"    not known: {sentence}", style=QUIET)


def deployments(message: release_pb2.ListDeploymentsResponse) -> RenderableType:
    """Deployments, one a line."""
    return rows(
        (
            "deployment",
            "service",
            "environment",
            "version",
            "",
            "declared",
            "state",
            "seen",
            "until",
            "peak",
            "not right",
        ),
        [
            (
                each.deployment_id,
                each.service,
                each.environment,
                each.build or each.version,
                Text("rollback", style=BAD) if each.rollback else "",
                words.when(each.declare_time),
                state(words.enum_word(release_pb2.Deployment.State, each.state, "STATE_")) if each.declared else "",
                words.when(each.first_seen_time),
                "now" if each.live_instances else words.when(each.last_seen_time),
                str(each.peak_instances) if each.seen else "",
                Text("; ".join(each.warnings), style=BAD),
            )
            for each in message.deployments
        ],
        right=("peak",),
    )
