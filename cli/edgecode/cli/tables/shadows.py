"""A shadow: what was compared, and each output that differs with both values."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from edgecode.cli import words
from edgecode.cli.tables.plain import facts, rows
from edgecode.v1 import route_pb2

_DIGITS = 12


def shadow(message: route_pb2.Shadow) -> RenderableType:
    """What it waits for first, then the counts, then the newest differences."""
    ended = f"stopped {words.when(message.stop_time)} {message.stop_reason}".strip()
    parts: list[RenderableType] = [Text(f"→ {each}") for each in message.waits_for]
    parts.append(
        facts(
            [
                ("shadow", message.shadow_id),
                ("build", f"{message.build}, against {message.against}"),
                ("state", ended if message.stopped else "goes on"),
                ("share", f"{message.percent:g} % of the current build's jobs"),
                ("began", words.when(message.start_time)),
                ("by", f"{message.actor}: {message.comment}".removesuffix(": ")),
                ("jobs repeated", _repeated(message)),
                ("jobs compared", f"{message.jobs_compared}, {message.jobs_identical} of them the same"),
                ("failed", _failed(message)),
                ("dropped", f"{message.jobs_dropped}" if message.jobs_dropped else ""),
                ("outputs compared", f"{message.outputs_compared}, {message.outputs_identical} of them the same"),
                ("differ in", ", ".join(f"{_aspect(each.aspect)} {each.count}" for each in message.differing)),
            ]
        )
    )
    if message.differences:
        parts += ["", _differences(message.differences)]
    return Group(*parts)


def differences(message: route_pb2.ListShadowDifferencesResponse) -> RenderableType:
    """A page of what differs."""
    return _differences(message.differences)


def _repeated(message: route_pb2.Shadow) -> str:
    of_more = " and more, of which nothing is counted here" if message.newest_only else ""
    return f"{message.jobs_shadowed}, {message.jobs_waiting} of them not ended{of_more}"


def _failed(message: route_pb2.Shadow) -> str:
    return (
        f"{message.jobs_failed} on the shadow only, {message.jobs_served_failed} on the serving build only, "
        f"{message.jobs_both_failed} on both"
    )


def _aspect(number: int) -> str:
    return words.enum_word(route_pb2.ShadowAspect, number, "SHADOW_ASPECT_").lower().replace("_", " ")


def _differences(found: Sequence[route_pb2.ShadowDifference]) -> RenderableType:
    """Two lines each: as served, and as the shadow made it."""
    columns = (
        "job",
        "output",
        "made by",
        "differs in",
        "content",
        "pixels",
        "frames",
        "seconds",
        "bytes",
        "ssim",
        "like served",
        "failed",
    )
    lines: list[tuple[str, ...]] = []
    for each in found:
        lines += [_served(each), _shadowed(each)]
    return rows(columns, lines, right=("frames", "seconds", "bytes", "ssim", "like served"))


def _served(each: route_pb2.ShadowDifference) -> tuple[str, ...]:
    return (
        each.job_id,
        f"{each.output_id} {each.file_name}".strip(),
        each.served_build,
        ", ".join(map(_aspect, each.differs)),
        each.served_content_sha256[:_DIGITS],
        words.pixels(each.served_width_pixels, each.served_height_pixels),
        *_numbers(each.served_frames, each.served_duration_seconds, each.served_size_bytes),
        f"{each.served_ssim:.4f}" if each.HasField("served_ssim") else "",
        "",
        words.failure(each.served_failure),
    )


def _shadowed(each: route_pb2.ShadowDifference) -> tuple[str, ...]:
    return (
        "",
        "",
        each.shadow_build,
        "",
        each.shadow_content_sha256[:_DIGITS],
        words.pixels(each.shadow_width_pixels, each.shadow_height_pixels),
        *_numbers(each.shadow_frames, each.shadow_duration_seconds, each.shadow_size_bytes),
        f"{each.shadow_ssim:.4f}" if each.HasField("shadow_ssim") else "",
        f"{each.ssim:.4f}" if each.HasField("ssim") else "",
        words.failure(each.shadow_failure),
    )


def _numbers(frames: int, seconds: float, size_bytes: int) -> tuple[str, str, str]:
    return (
        str(frames) if frames else "",
        f"{seconds:.3f}" if seconds else "",
        words.size(size_bytes) if size_bytes else "",
    )
