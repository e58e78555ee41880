"""Measuring outputs against their source."""

from collections.abc import Iterator

from edgecode.core.errors import Violation
from edgecode.server.jobs.specs.fields import Choice, Number, check_choices, check_numbers, fill
from edgecode.v1 import media_pb2

NUMBERS = {
    "min_quality": Number(0, 100, meaning="none fails"),
    "sample_count": Number(1, 100, 5),
    "sample_seconds": Number(0.1, 60, 2),
}
CHOICES = {"metric": Choice(media_pb2.QualityMetric, media_pb2.QUALITY_METRIC_SSIM)}
_HIGHEST = {media_pb2.QUALITY_METRIC_SSIM: 1, media_pb2.QUALITY_METRIC_VMAF: 100}


def check_quality(path: str, spec: media_pb2.OutputSpec) -> Iterator[Violation]:
    """What is wrong with the measuring of an output."""
    if not spec.HasField("quality"):
        return
    if not spec.HasField("rendition"):
        yield Violation(path, "is measured of renditions only")
    quality = spec.quality
    wrong = [*check_numbers(path, quality, NUMBERS), *check_choices(path, quality, CHOICES)]
    yield from wrong
    metric = quality.metric or media_pb2.QUALITY_METRIC_SSIM
    if not wrong and quality.min_quality > _HIGHEST[metric]:
        name = media_pb2.QualityMetric.Name(metric)
        yield Violation(f"{path}.min_quality", f"must be 0 to {_HIGHEST[metric]} with {name}")


def fill_quality(spec: media_pb2.OutputSpec) -> None:
    """Puts every default in."""
    if spec.HasField("quality"):
        fill(spec.quality, NUMBERS, CHOICES)
