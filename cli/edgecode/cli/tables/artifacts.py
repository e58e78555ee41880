"""Artifacts, with the figures that `facts.json` has."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from edgecode.cli import words
from edgecode.cli.tables.plain import Either, printable, rows
from edgecode.v1 import job_pb2, media_pb2


def artifacts(message: job_pb2.ListArtifactsResponse) -> RenderableType:
    """Artifacts, one a line."""
    return rows(
        ("artifact", "output", "kind", "bytes", "pixels", "frames", "seconds", "sha256", "made by"),
        [
            (
                each.artifact_id,
                each.file.output_id,
                *_figures(each.file),
                each.file.sha256[: words.SHORT],
                words.who(each.made_by),
            )
            for each in message.artifacts
        ],
        right=("bytes", "frames", "seconds"),
    )


def files(found: Sequence[tuple[str, media_pb2.Artifact]]) -> RenderableType:
    """Downloaded artifacts: path, figures, whole digest and build; on a narrow terminal digest and build below."""
    figures = ("path", "kind", "bytes", "pixels", "frames", "seconds")
    right = ("bytes", "frames", "seconds")
    return Either(
        160,
        rows(
            (*figures, "SHA-256", "made by"),
            [(path, *_figures(each.file), each.file.sha256, each.made_by.build) for path, each in found],
            right=right,
        ),
        Group(
            rows(figures, [(path, *_figures(each.file)) for path, each in found], right=right),
            "",
            Text("SHA-256 and who made it", style="bold"),
            *(Text(f"{each.file.sha256}\n  {printable(path)} by {each.made_by.build}") for path, each in found),
        ),
    )


def _figures(file: media_pb2.ArtifactFile) -> tuple[str, str, str, str, str]:
    return (
        words.artifact_kind(file.kind),
        words.size(file.size_bytes),
        words.pixels(file.width_pixels, file.height_pixels),
        str(file.frames) if file.frames else "",
        f"{file.duration_seconds:.2f}" if file.duration_seconds else "",
    )
