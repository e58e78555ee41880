"""A shadow as it stands in the route: begun by an operator, ended by one or by another change of the route. Pure."""

from collections.abc import Collection

from edgecode.v1 import shadow_pb2


def started(
    shadow_id: str, build: str, percent: float, *, against: str, revision: int, actor: str, comment: str, now_us: int
) -> shadow_pb2.ShadowDocument:
    """A shadow that begins with a revision of the route."""
    document = shadow_pb2.ShadowDocument(
        shadow_id=shadow_id,
        build=build,
        against=against,
        percent=percent,
        start_revision=revision,
        actor=actor,
        comment=comment,
    )
    document.start_time.FromMicroseconds(now_us)
    return document


def stopped(document: shadow_pb2.ShadowDocument, reason: str, now_us: int) -> shadow_pb2.ShadowDocument:
    """The same, over; `reason` is UPPER_SNAKE."""
    after = shadow_pb2.ShadowDocument()
    after.CopyFrom(document)
    after.stop_reason = reason
    after.stop_time.FromMicroseconds(now_us)
    return after


def goes_on(document: shadow_pb2.ShadowDocument | None) -> bool:
    """Whether new jobs are shadowed by it."""
    return document is not None and not document.HasField("stop_time")


def overtaken(
    document: shadow_pb2.ShadowDocument, current: str, ramping: str, quarantined: Collection[str], now_us: int
) -> shadow_pb2.ShadowDocument:
    """The shadow after a change of the route: over where its build now gets jobs of users, or may get none.

    So no worker ever has to choose between a job that somebody waits for and one that nobody does.
    """
    if document.build in quarantined:
        return stopped(document, "BUILD_QUARANTINED", now_us)
    if document.build == current:
        return stopped(document, "BUILD_CURRENT", now_us)
    return stopped(document, "BUILD_RAMPS", now_us) if document.build == ramping else document
