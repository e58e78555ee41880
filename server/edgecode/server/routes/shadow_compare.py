"""A job and its repetition on a shadow's build, compared by what the ledger holds of both. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from edgecode.server.convert import failure_message, time_message
from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import FINISHED, ArtifactRow, JobState
from edgecode.v1 import media_pb2, route_pb2

Files = Mapping[tuple[str, str], tuple[media_pb2.ArtifactFile, str]]
"""By output and file name (empty where the output has one file): the file, and the build that made it."""

_ASPECTS = route_pb2.ShadowAspect
_SHORTEST_SECONDS = 0.001
_LEAST_PART = 0.01
_LEAST_SSIM = 0.001
_NO_FILE = media_pb2.ArtifactFile()


class Outcome(Enum):
    """What became of a pair; the value is the field of `Shadow` that counts it."""

    WAITING = "jobs_waiting"
    COMPARED = "jobs_compared"
    SHADOW_FAILED = "jobs_failed"
    SERVED_FAILED = "jobs_served_failed"
    BOTH_FAILED = "jobs_both_failed"
    DROPPED = "jobs_dropped"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One pair: of those that both succeeded, how many outputs there are and how many are the same."""

    outcome: Outcome
    outputs: int = 0
    identical: int = 0
    differences: tuple[route_pb2.ShadowDifference, ...] = ()


def compare(served: JobRecord | None, shadow: JobRecord) -> Comparison:
    """What a pair says; `served` is None where the ledger keeps it no more."""
    outcome = _outcome(served, shadow)
    if served is None or outcome in {Outcome.WAITING, Outcome.DROPPED}:
        return Comparison(outcome)
    if outcome is not Outcome.COMPARED:
        return Comparison(outcome, differences=tuple(_of_failures(served, shadow, outcome)))
    left, right = _files(served), _files(shadow)
    keys = [*left, *(key for key in right if key not in left)]
    found = tuple(row for key in keys if (row := _of_output(served, shadow, key, left, right)) is not None)
    return Comparison(outcome, len(keys), len(keys) - len(found), found)


def _outcome(served: JobRecord | None, shadow: JobRecord) -> Outcome:
    gone = {JobState.CANCELLED, JobState.DELETED}
    if served is None or served.job.state in gone or shadow.job.state in gone:
        return Outcome.DROPPED
    if served.job.state not in FINISHED or shadow.job.state not in FINISHED:
        return Outcome.WAITING
    if served.job.build == shadow.job.build:
        return Outcome.DROPPED
    succeeded = served.job.state == JobState.SUCCEEDED, shadow.job.state == JobState.SUCCEEDED
    return {
        (True, True): Outcome.COMPARED,
        (True, False): Outcome.SHADOW_FAILED,
        (False, True): Outcome.SERVED_FAILED,
        (False, False): Outcome.BOTH_FAILED,
    }[succeeded]


def _pair(served: JobRecord, shadow: JobRecord) -> route_pb2.ShadowDifference:
    return route_pb2.ShadowDifference(
        job_id=served.job.job_id,
        shadow_job_id=shadow.job.job_id,
        served_build=served.job.build,
        shadow_build=shadow.job.build,
        create_time=time_message(served.job.create_time_us),
    )


def _of_failures(served: JobRecord, shadow: JobRecord, outcome: Outcome) -> Iterator[route_pb2.ShadowDifference]:
    both = outcome is Outcome.BOTH_FAILED
    if both and served.job.failure_reason == shadow.job.failure_reason:
        return
    row = _pair(served, shadow)
    row.differs.append(_ASPECTS.SHADOW_ASPECT_FAILURE if both else _ASPECTS.SHADOW_ASPECT_MISSING)
    for failure, failure_pb in (
        (row.served_failure, served.job.failure_pb),
        (row.shadow_failure, shadow.job.failure_pb),
    ):
        failure.MergeFrom(failure_message(failure_pb) or media_pb2.Failure())
        failure.ClearField("detail")  # `job trace` has the tool's own words
    yield row


def _files(record: JobRecord) -> Files:
    """All but the manifest, which names the job."""
    manifest = media_pb2.ArtifactKind.Name(media_pb2.ARTIFACT_KIND_MANIFEST).removeprefix("ARTIFACT_KIND_")
    by_output: dict[str, list[ArtifactRow]] = {}
    for row in record.artifacts.values():
        if row.kind != manifest:
            by_output.setdefault(row.output_id, []).append(row)
    found = {}
    for output_id, rows in sorted(by_output.items()):
        for row in rows:
            file = media_pb2.ArtifactFile.FromString(row.file_pb)
            found[output_id, file.file_name if len(rows) > 1 else ""] = file, row.build
    return found


def _of_output(
    served: JobRecord, shadow: JobRecord, key: tuple[str, str], left: Files, right: Files
) -> route_pb2.ShadowDifference | None:
    ours, served_build = left.get(key, (_NO_FILE, served.job.build))
    other, shadow_build = right.get(key, (_NO_FILE, shadow.job.build))
    missing = key not in left or key not in right
    differs = [_ASPECTS.SHADOW_ASPECT_MISSING] if missing else list(_aspects(ours, other))
    if not differs:
        return None
    row = _pair(served, shadow)
    row.output_id, row.file_name = key
    row.differs.extend(differs)
    row.served_build, row.shadow_build = served_build, shadow_build
    row.served_content_sha256, row.shadow_content_sha256 = ours.content_sha256, other.content_sha256
    row.served_frames, row.shadow_frames = ours.frames, other.frames
    row.served_duration_seconds, row.shadow_duration_seconds = ours.duration_seconds, other.duration_seconds
    row.served_size_bytes, row.shadow_size_bytes = ours.size_bytes, other.size_bytes
    row.served_width_pixels, row.shadow_width_pixels = ours.width_pixels, other.width_pixels
    row.served_height_pixels, row.shadow_height_pixels = ours.height_pixels, other.height_pixels
    if other.HasField("served_likeness"):
        row.ssim = other.served_likeness.mean
    if (measured := _ssim(ours)) is not None:
        row.served_ssim = measured
    if (measured := _ssim(other)) is not None:
        row.shadow_ssim = measured
    return row


def _aspects(ours: media_pb2.ArtifactFile, other: media_pb2.ArtifactFile) -> Iterator[route_pb2.ShadowAspect]:
    """In what two files differ; in nothing where their content is the same: metadata names job and build."""
    if ours.content_sha256 == other.content_sha256:
        return
    yield _ASPECTS.SHADOW_ASPECT_CONTENT
    if (ours.width_pixels, ours.height_pixels) != (other.width_pixels, other.height_pixels):
        yield _ASPECTS.SHADOW_ASPECT_PICTURE_SIZE
    if ours.frames != other.frames:
        yield _ASPECTS.SHADOW_ASPECT_FRAMES
    if abs(ours.duration_seconds - other.duration_seconds) > _SHORTEST_SECONDS:
        yield _ASPECTS.SHADOW_ASPECT_DURATION
    if abs(ours.size_bytes - other.size_bytes) > _LEAST_PART * ours.size_bytes:
        yield _ASPECTS.SHADOW_ASPECT_SIZE
    if _looks_otherwise(ours, other):
        yield _ASPECTS.SHADOW_ASPECT_SSIM


def _looks_otherwise(ours: media_pb2.ArtifactFile, other: media_pb2.ArtifactFile) -> bool:
    """By the pictures of one against the other's, or by what both are against the source."""
    if other.HasField("served_likeness") and 1 - other.served_likeness.mean > _LEAST_SSIM:
        return True
    measured = _ssim(ours), _ssim(other)
    return measured[0] is not None and measured[1] is not None and abs(measured[0] - measured[1]) > _LEAST_SSIM


def _ssim(file: media_pb2.ArtifactFile) -> float | None:
    return next((each.mean for each in file.quality if each.metric == media_pb2.QUALITY_METRIC_SSIM), None)
