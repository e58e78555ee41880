"""A job and its repetition, compared, and what all pairs of a shadow come to."""

from typing import Any

import pytest

from edgecode.server.ledger.port import JobRecord
from edgecode.server.ledger.rows import JobState
from edgecode.server.routes.shadow_compare import Comparison, Outcome, compare
from edgecode.server.routes.shadow_pairs import Report
from edgecode.v1 import media_pb2, route_pb2
from tests.harness.builds import build_of
from tests.harness.rows import artifact_row, job_row

B, C = build_of("b"), build_of("c")
RENDITION = {
    "output_id": "720p", "file_name": "720p.mp4", "content_sha256": "a" * 64, "frames": 300, "duration_seconds": 10.0,
    "size_bytes": 1000, "width_pixels": 1280, "height_pixels": 720,
}  # fmt: skip


def file(kind: str = "RENDITION", **fields: Any) -> media_pb2.ArtifactFile:
    wanted: dict[str, Any] = RENDITION | fields
    ssim, likeness = wanted.pop("ssim", None), wanted.pop("likeness", None)
    found = media_pb2.ArtifactFile(kind=f"ARTIFACT_KIND_{kind}", **wanted)
    if ssim is not None:
        found.quality.add(metric=media_pb2.QUALITY_METRIC_SSIM, mean=ssim)
    if likeness is not None:
        found.served_likeness.mean = likeness
    return found


def a_job(
    build: str, *files: media_pb2.ArtifactFile, state: JobState = JobState.SUCCEEDED, failure: str = ""
) -> JobRecord:
    why = media_pb2.Failure(reason=failure, message="it broke", detail="a lot", fault=media_pb2.FAULT_OURS)
    record = JobRecord(
        job_row(
            f"job of {build}", build=build, state=state, create_time_us=1_000_000, failure_reason=failure,
            failure_pb=why.SerializeToString() if failure else b"",
        )
    )  # fmt: skip
    for number, each in enumerate(files):
        kind = media_pb2.ArtifactKind.Name(each.kind).removeprefix("ARTIFACT_KIND_")
        record.artifacts[str(number)] = artifact_row(
            record.job.job_id, str(number), output_id=each.output_id, kind=kind, build=build,
            file_pb=each.SerializeToString(),
        )  # fmt: skip
    return record


def aspects(pair: Comparison) -> list[list[str]]:
    return [
        [route_pb2.ShadowAspect.Name(aspect).removeprefix("SHADOW_ASPECT_") for aspect in row.differs]
        for row in pair.differences
    ]


def test_the_same_content_is_the_same_whatever_its_metadata_take() -> None:
    manifests = [file("MANIFEST", output_id="manifest", content_sha256=letter * 64) for letter in "de"]
    pair = compare(a_job(B, file(), manifests[0]), a_job(C, file(size_bytes=1400, file_name="b.mp4"), manifests[1]))
    assert (pair.outcome, pair.outputs, pair.identical, pair.differences) == (Outcome.COMPARED, 1, 1, ())


@pytest.mark.parametrize(
    ("served", "shadow", "expected"),
    [
        ({}, {}, []),
        ({}, {"frames": 299}, ["FRAMES"]),
        ({}, {"duration_seconds": 10.0005}, []),
        ({}, {"duration_seconds": 9.9}, ["DURATION"]),
        ({}, {"size_bytes": 1009}, []),
        ({}, {"size_bytes": 900}, ["SIZE"]),
        ({}, {"width_pixels": 640, "height_pixels": 360}, ["PICTURE_SIZE"]),
        ({"ssim": 0.99}, {"ssim": 0.9895}, []),
        ({"ssim": 0.99}, {"ssim": 0.95}, ["SSIM"]),
        ({"ssim": 0.99}, {}, []),
        ({}, {"likeness": 0.9991}, []),
        ({}, {"likeness": 0.9989}, ["SSIM"]),
        ({"ssim": 0.99}, {"ssim": 0.99, "likeness": 0.9}, ["SSIM"]),
    ],
)
def test_other_content_is_a_difference_that_says_in_what(
    served: dict[str, Any], shadow: dict[str, Any], expected: list[str]
) -> None:
    pair = compare(a_job(B, file(**served)), a_job(C, file(**{"content_sha256": "b" * 64, **shadow})))
    assert aspects(pair) == [["CONTENT", *expected]]
    assert (pair.outputs, pair.identical) == (1, 0)


def test_a_difference_holds_both_values_and_both_builds() -> None:
    [row] = compare(
        a_job(B, file(ssim=0.99)),
        a_job(C, file(content_sha256="b" * 64, frames=10, size_bytes=1, ssim=0.5, likeness=0.45)),
    ).differences
    assert (row.job_id, row.shadow_job_id, row.output_id) == (f"job of {B}", f"job of {C}", "720p")
    assert (row.served_build, row.shadow_build) == (B, C)
    assert (row.served_content_sha256, row.shadow_content_sha256) == ("a" * 64, "b" * 64)
    assert (row.served_frames, row.shadow_frames, row.served_size_bytes, row.shadow_size_bytes) == (300, 10, 1000, 1)
    assert (row.served_ssim, row.shadow_ssim, row.ssim, row.served_width_pixels) == (0.99, 0.5, 0.45, 1280)
    [row] = compare(a_job(B, file()), a_job(C, file(frames=10, content_sha256="b" * 64))).differences
    assert not row.HasField("ssim"), "what was not measured is not 0"


def test_files_of_one_output_are_compared_by_name_and_one_that_is_missing_is_told() -> None:
    sheets = [file("SPRITE", output_id="s", file_name=f"s-{n}.jpg", content_sha256=str(n) * 64) for n in (1, 2)]
    pair = compare(a_job(B, file(), *sheets), a_job(C, *reversed(sheets)))
    assert (pair.outputs, pair.identical, aspects(pair)) == (3, 2, [["MISSING"]])
    assert (pair.differences[0].output_id, pair.differences[0].served_frames) == ("720p", 300)
    assert (pair.differences[0].shadow_content_sha256, pair.differences[0].shadow_build) == ("", C)


@pytest.mark.parametrize(
    ("served", "shadow", "outcome", "told"),
    [
        ("", "BROKEN", Outcome.SHADOW_FAILED, [["MISSING"]]),
        ("BROKEN", "", Outcome.SERVED_FAILED, [["MISSING"]]),
        ("BROKEN", "BROKEN", Outcome.BOTH_FAILED, []),
        ("BROKEN", "NOT_MEDIA", Outcome.BOTH_FAILED, [["FAILURE"]]),
    ],
)
def test_failed_on_one_side_is_a_difference_of_the_job_with_its_reason(
    served: str, shadow: str, outcome: Outcome, told: list[list[str]]
) -> None:
    states = {True: JobState.FAILED, False: JobState.SUCCEEDED}
    pair = compare(
        a_job(B, file(), state=states[bool(served)], failure=served),
        a_job(C, state=states[bool(shadow)], failure=shadow),
    )
    assert (pair.outcome, aspects(pair)) == (outcome, told)
    for row in pair.differences:
        assert (row.served_failure.reason, row.shadow_failure.reason, row.output_id) == (served, shadow, "")
        assert not row.shadow_failure.detail, "a page of them must fit into a reply"


@pytest.mark.parametrize(
    ("served", "shadow", "outcome"),
    [
        (None, JobState.SUCCEEDED, Outcome.DROPPED),
        (JobState.DELETED, JobState.SUCCEEDED, Outcome.DROPPED),
        (JobState.CANCELLED, JobState.RUNNING, Outcome.DROPPED),
        (JobState.SUCCEEDED, JobState.CANCELLED, Outcome.DROPPED),
        (JobState.RUNNING, JobState.SUCCEEDED, Outcome.WAITING),
        (JobState.SUCCEEDED, JobState.QUEUED, Outcome.WAITING),
        (JobState.FAILED, JobState.CANCELLING, Outcome.WAITING),
    ],
)
def test_what_has_not_ended_waits_and_what_nobody_wants_any_more_is_dropped(
    served: JobState | None, shadow: JobState, outcome: Outcome
) -> None:
    assert compare(a_job(B, state=served) if served else None, a_job(C, state=shadow)) == Comparison(outcome)


def test_a_job_that_came_to_the_shadows_build_is_compared_with_nothing() -> None:
    assert compare(a_job(C, file()), a_job(C, file())).outcome is Outcome.DROPPED


def test_the_report_counts_each_pair_once_and_shows_the_newest_differences() -> None:
    report = Report()
    other = file(content_sha256="b" * 64, frames=1)
    for _ in range(30):
        report.take(compare(a_job(B, file(), file(output_id="t")), a_job(C, other, file(output_id="t"))))
    report.take(compare(a_job(B, file()), a_job(C, file())))
    report.take(compare(a_job(B), a_job(C, state=JobState.FAILED, failure="BROKEN")))
    report.take(compare(None, a_job(C)))
    report.take(compare(a_job(B, state=JobState.RUNNING), a_job(C)))
    message = route_pb2.Shadow()
    report.write_into(message)
    counts = (message.jobs_compared, message.jobs_failed, message.jobs_dropped, message.jobs_waiting)
    assert (counts, message.jobs_shadowed, message.jobs_identical) == ((31, 1, 1, 1), 34, 1)
    assert (message.outputs_compared, message.outputs_identical) == (61, 31)
    assert {each.aspect: each.count for each in message.differing} == {
        route_pb2.SHADOW_ASPECT_CONTENT: 30,
        route_pb2.SHADOW_ASPECT_FRAMES: 30,
        route_pb2.SHADOW_ASPECT_MISSING: 1,
    }
    assert len(message.differences) == 20
