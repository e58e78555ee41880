"""A shadow of a real second build that makes something else: the report says so, and users see nothing of it."""

from demos.rollout.variants import Edit, Variant
from edgecode.v1 import job_pb2, route_pb2
from tests.harness import clips
from tests.harness.eventually import eventually
from tests.rollout.conftest import AddWorker, MakeBuild, StartSystem
from tests.rollout.flow import first_current

BY = (("edgecode-caller", "release"),)
JOBS = 3
# Every file of it is well made: no test of a single file tells.
COARSER = Variant(
    "coarser",
    "0.3.6",
    "Renditions take less room",
    (
        Edit(
            "workers/edgecode/workers/media/video_encoders.py",
            "spec.crf or encoder.default_crf",
            "(spec.crf or encoder.default_crf) + 12",
        ),
    ),
)


async def test_a_build_whose_renditions_differ_is_found_out_while_users_get_those_of_the_current_one(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker
) -> None:
    build = second_build(COARSER)
    system = await start()
    good = await first_current(system)
    await add_worker(system, build)
    request = route_pb2.StartShadowRequest(build=build.build, percent=100, comment="a release")
    begun = await system.api.routes.StartShadow(request, metadata=BY)
    rendition = clips.rendition(144, "ultrafast")
    asset_id = await system.upload(clips.small())
    jobs = [await system.create(asset_id, [rendition, clips.thumbnail()]) for _ in range(JOBS)]

    async def ended() -> route_pb2.Shadow | None:
        found = await system.api.routes.GetShadow(route_pb2.GetShadowRequest())
        return found if found.jobs_shadowed == JOBS and not found.jobs_waiting else None

    report = await eventually(ended, 120)
    assert report is not None
    assert (report.shadow_id, report.jobs_compared, report.jobs_identical) == (begun.shadow_id, JOBS, 0)
    assert (report.outputs_compared, report.outputs_identical) == (2 * JOBS, JOBS), "thumbnails are the same"
    assert sorted(each.job_id for each in report.differences) == sorted(jobs)
    for row in report.differences:
        assert (row.output_id, row.served_build, row.shadow_build) == ("144p", good, build.build)
        assert {*row.differs} == {
            route_pb2.SHADOW_ASPECT_CONTENT, route_pb2.SHADOW_ASPECT_SIZE, route_pb2.SHADOW_ASPECT_SSIM,
        }  # fmt: skip
        assert 0.5 < row.ssim < 0.98, "measured though the user asked for no measure"
        assert not row.HasField("served_ssim")
        assert row.shadow_size_bytes < row.served_size_bytes
        assert (row.served_frames, row.served_height_pixels) == (row.shadow_frames, row.shadow_height_pixels)
    for job_id in jobs:
        job = await system.api.jobs.GetJob(job_pb2.GetJobRequest(job_id=job_id))
        assert (job.state, job.build, job.epoch) == (job_pb2.Job.STATE_SUCCEEDED, good, 0)
        assert {each.made_by.build for each in await system.whole_artifacts(job_id)} == {good}
    listed = await system.api.jobs.ListJobs(job_pb2.ListJobsRequest())
    assert {each.job_id for each in listed.jobs} == set(jobs)
