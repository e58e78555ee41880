import pytest
from rich.console import Console, RenderableType

from edgecode.cli.commands.release_changes import moment
from edgecode.cli.exits import CommandFailed
from edgecode.cli.tables import artifacts, changes, fleet, jobs, shadows, trace
from edgecode.v1 import (
    asset_pb2,
    event_pb2,
    fleet_pb2,
    incident_pb2,
    job_pb2,
    media_pb2,
    release_pb2,
    route_pb2,
    stamp_pb2,
)

WORKER = stamp_pb2.Stamp(
    service="worker",
    version="0.1.0",
    revision="a" * 40,
    instance="1f2e3d4c5b6a7988",
    environment="test",
    build="0.1.0+gaaaaaaaaaaaa",
)
FILE = media_pb2.ArtifactFile(
    output_id="720p",
    kind=media_pb2.ARTIFACT_KIND_RENDITION,
    file_name="720p.mp4",
    size_bytes=1_234_567,
    sha256="c0ffee" + "0" * 58,
    width_pixels=1280,
    height_pixels=720,
    frames=132,
    duration_seconds=5.28,
)


def rendered(table: RenderableType, width: int = 240) -> str:
    console = Console(width=width, record=True, color_system=None)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_the_table_of_files_has_path_kind_bytes_pixels_frames_seconds_digest_and_build() -> None:
    text = rendered(artifacts.files([("720p.mp4", media_pb2.Artifact(file=FILE, made_by=WORKER))]))
    header, row = text.splitlines()
    assert header.split() == ["path", "kind", "bytes", "pixels", "frames", "seconds", "SHA-256", "made", "by"]
    assert row.split() == [
        "720p.mp4",
        "rendition",
        "1,234,567",
        "1280x720",
        "132",
        "5.28",
        FILE.sha256,
        "0.1.0+gaaaaaaaaaaaa",
    ]


def test_a_narrow_terminal_folds_and_loses_nothing() -> None:
    text = rendered(artifacts.files([("720p.mp4", media_pb2.Artifact(file=FILE, made_by=WORKER))]), width=80)
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "…" not in text


def test_what_a_caller_wrote_is_never_read_as_markup() -> None:
    asset = asset_pb2.Asset(asset_id="a", file_name="[bold]x[/nope].mp4", labels={"k": "[red]v"})
    text = rendered(jobs.asset(asset))
    assert "[bold]x[/nope].mp4" in text
    assert "k=[red]v" in text


def test_status_begins_with_the_worst_problem_and_what_to_run() -> None:
    status = fleet_pb2.Status(
        problems=["no worker lives", "the ledger is behind"],
        suggestions=["edgecode worker"],
        jobs_queued=3,
        log_sequence=12,
        ledger_sequence=10,
    )
    lines = rendered(fleet.status(status)).splitlines()
    assert lines[0].startswith("✗ no worker lives")
    assert lines[1].startswith("✗ the ledger is behind")
    assert lines[2].startswith("→ edgecode worker")
    assert any("12, ledger 2 behind" in line for line in lines)


def test_status_without_problems_says_so_and_leaves_out_what_it_does_not_know() -> None:
    text = rendered(fleet.status(fleet_pb2.Status()))
    assert text.startswith("✓ no problem known")
    assert "oldest waiting task" not in text
    assert "leader" not in text


def test_the_oldest_task_is_shown_even_when_it_is_brand_new() -> None:
    status = fleet_pb2.Status(oldest_task_age_seconds=0.0, oldest_task_job_id="j-1")
    assert "0.00 s, of job j-1" in rendered(fleet.status(status))


def test_builds_that_fail_most_stand_first() -> None:
    found = [
        fleet_pb2.Build(service="worker", build="good"),
        fleet_pb2.Build(service="worker", build="bad", failures_last_day=7, quarantined=True, warnings=["dirty"]),
    ]
    lines = rendered(fleet.builds(found)).splitlines()
    assert lines[1].split()[1:] == ["bad", "quarantined", "0", "0", "7", "dirty"]
    assert lines[2].split()[1] == "good"


def test_changes_say_then_and_now_first_and_each_step_with_its_commits() -> None:
    commit = release_pb2.ComparedCommit(
        commit=release_pb2.Commit(revision="c" * 40, subject="Thumbnails \x1b[31mof the best scene")
    )
    span = release_pb2.ChangeSpan(
        service="worker", environment="prod", from_build="1.0.0+ga", to_build="1.1.0+gb", deployment_count=3,
        rollback_count=1, relation=release_pb2.ReleaseComparison.RELATION_FORWARD, added_count=7, commits=[commit],
    )  # fmt: skip
    rollback = release_pb2.Change(
        kind=release_pb2.Change.KIND_ROLLBACK, service="worker", environment="prod", from_build="1.1.0+gb",
        to_build="1.0.0+ga", unknown=["1.1.0 was never registered"],
    )  # fmt: skip
    digests = release_pb2.Change(
        kind=release_pb2.Change.KIND_DIGEST_CHANGE, service="worker", environment="prod", to_build="1.0.0+ga",
        from_digests=stamp_pb2.Digests(toolchain_digest="1" * 64, config_digest="c" * 64),
        to_digests=stamp_pb2.Digests(toolchain_digest="2" * 64, config_digest="c" * 64),
    )  # fmt: skip
    found = release_pb2.ListChangesResponse(spans=[span], changes=[rollback, digests])
    lines = [line.rstrip() for line in rendered(changes.changes(found)).splitlines()]
    assert lines[:4] == [
        "worker in prod: 1.0.0+ga → 1.1.0+gb, forward",
        "  3 deployments, 1 rollback of them",
        "    + cccccccccccc Thumbnails \\x1b[31mof the best scene",
        "    and 6 more: edgecode release compare 1.0.0+ga 1.1.0+gb",
    ]
    assert lines[5].split() == ["rollback", "worker", "in", "prod:", "1.1.0+gb", "→", "1.0.0+ga"]
    assert lines[6] == "    not known: 1.1.0 was never registered"
    assert lines[7].split()[-4:] == ["toolchain", "11111111", "→", "22222222"]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("90m", 994_600), ("7d", 395_200), ("1970-01-01T00:00:10Z", 10), ("1970-01-01T02:00:00+01:00", 3600)],
)
def test_a_time_is_so_long_ago_or_a_moment(given: str, seconds: int) -> None:
    assert moment(given, 1_000_000.0).seconds == seconds


@pytest.mark.parametrize("given", ["yesterday", "7", "-1d", "0d", "2026-01-31T12:00:00"])
def test_what_is_no_time_is_refused(given: str) -> None:
    with pytest.raises(CommandFailed, match=r"no time|offset"):
        moment(given, 1_000_000.0)


def test_a_trace_shows_each_hop_with_its_build_and_seconds_after_the_first() -> None:
    server = stamp_pb2.Stamp(service="server", build="0.1.0+gbbbbbbbbbbbb", instance="2" * 16)
    first = incident_pb2.Hop(event="job.created", stamp=server, summary="created")
    first.hop_time.FromMilliseconds(1_000)
    second = incident_pb2.Hop(
        event="attempt.failed",
        stamp=WORKER,
        attempt_id="0123456789abcdef",
        duration_seconds=1.5,
        failure=media_pb2.Failure(reason="STALLED", message="clock stood still", fault=media_pb2.FAULT_OURS),
    )
    second.hop_time.FromMilliseconds(3_250)
    job = job_pb2.Job(job_id="j-1", state=job_pb2.Job.STATE_FAILED)
    text = rendered(trace.trace(incident_pb2.Trace(job=job, hops=[first, second])))
    lines = text.splitlines()
    assert lines[0].split() == ["job", "j-1", "FAILED"]
    assert lines[3].split()[:4] == ["0.000", "job.created", "server", "0.1.0+gbbbbbbbbbbbb"]
    assert lines[4].split()[:7] == [
        "2.250",
        "attempt.failed",
        "worker",
        "0.1.0+gaaaaaaaaaaaa",
        "1f2e3d4c",
        "01234567",
        "1.50",
    ]
    assert "STALLED (ours): clock stood still" in lines[4]
    assert "2 hops, made by 0.1.0+gaaaaaaaaaaaa, 0.1.0+gbbbbbbbbbbbb" in lines[6]


def test_a_shadow_shows_counts_and_what_differs_with_both_values_and_both_builds() -> None:
    failed = route_pb2.ShadowDifference(job_id="job-2", served_build="1.0.0+ga", shadow_build="1.1.0+gb")
    failed.shadow_failure.MergeFrom(media_pb2.Failure(reason="BROKEN", message="it broke", fault=media_pb2.FAULT_OURS))
    differs = route_pb2.ShadowDifference(
        job_id="job-1", output_id="720p", served_build="1.0.0+ga", shadow_build="1.1.0+gb",
        served_content_sha256="a" * 64, shadow_content_sha256="b" * 64, served_frames=300, shadow_frames=299,
        served_ssim=0.99, shadow_ssim=0.5, ssim=0.4567,
        differs=[route_pb2.SHADOW_ASPECT_CONTENT, route_pb2.SHADOW_ASPECT_FRAMES],
    )  # fmt: skip
    message = route_pb2.Shadow(
        shadow_id="sh", build="1.1.0+gb", against="1.0.0+ga", percent=5, jobs_shadowed=9, jobs_compared=7,
        jobs_identical=6, jobs_failed=1, outputs_compared=7, outputs_identical=6, waits_for=["1 pairs have not ended"],
        differing=[route_pb2.ShadowAspectCount(aspect=route_pb2.SHADOW_ASPECT_FRAMES, count=1)],
        differences=[failed, differs],
    )  # fmt: skip
    text = rendered(shadows.shadow(message))
    assert text.startswith("→ 1 pairs have not ended\n")
    assert "7, 6 of them the same" in text
    assert "frames 1" in text
    rows = [line.split() for line in text.splitlines() if "1.0.0+ga " in line or line.strip().startswith("1.1.0+gb")]
    assert [row[0] for row in rows[-4:]] == ["job-2", "1.1.0+gb", "job-1", "1.1.0+gb"]
    assert {"content,", "frames", "aaaaaaaaaaaa", "300", "0.9900"} <= set(rows[-2])
    assert {"bbbbbbbbbbbb", "299", "0.5000", "0.4567"} <= set(rows[-1])
    assert "BROKEN (ours): it broke" in text


def test_a_job_shows_why_it_failed_and_what_its_source_is() -> None:
    job = job_pb2.Job(
        job_id="j-1",
        state=job_pb2.Job.STATE_FAILED,
        priority=event_pb2.PRIORITY_LOW,
        failure=media_pb2.Failure(reason="NO_SPACE", message="disk full", fault=media_pb2.FAULT_TRANSIENT),
        outputs=[job_pb2.Output(spec=media_pb2.OutputSpec(output_id="1080p"), state=job_pb2.Output.STATE_SKIPPED)],
        source=media_pb2.MediaInfo(
            duration_seconds=5.28,
            video=media_pb2.VideoStream(
                codec="h264",
                display_width_pixels=1280,
                display_height_pixels=720,
                frames=132,
                frame_rate_numerator=25,
                frame_rate_denominator=1,
            ),
        ),
    )
    text = rendered(jobs.job(job))
    assert "NO_SPACE (transient): disk full" in text
    assert "h264 1280x720, 132 frames, 25 fps, 5.28 s, no audio" in text
    assert "1080p   SKIPPED" in text


def test_a_trace_fits_a_narrow_terminal_and_still_names_each_build() -> None:
    build = "0.1.0+gaaaaaaaaaaaa.dirty.00000000"
    stamp = stamp_pb2.Stamp(service="worker", build=build, instance="1" * 16)
    hops = [incident_pb2.Hop(event="artifact.published", task_id="thumbnail-thumbnail", stamp=stamp)] * 3
    lines = rendered(trace.hops(incident_pb2.Trace(hops=hops)), width=80).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert sum(build in line for line in lines) == 3


@pytest.mark.parametrize(
    "empty",
    [
        jobs.jobs(job_pb2.ListJobsResponse()),
        jobs.assets(asset_pb2.ListAssetsResponse()),
        jobs.tasks(job_pb2.ListTasksResponse()),
        jobs.presets(job_pb2.ListPresetsResponse()),
        artifacts.artifacts(job_pb2.ListArtifactsResponse()),
        fleet.instances(fleet_pb2.ListInstancesResponse()),
        trace.trace(incident_pb2.Trace()),
    ],
)
def test_an_empty_reply_is_a_header_and_no_crash(empty: RenderableType) -> None:
    assert rendered(empty).strip()
