"""The story of `make demo-rollout`, on a system that a test has started."""

from pathlib import Path

from demos.rollout.second_build import SecondBuild
from demos.rollout.story import Story
from demos.rollout.variants import BROKEN, HEALTHY
from tests.harness import clips
from tests.rollout.conftest import AddWorker, MakeBuild, StartSystem
from tests.rollout.flow import first_current


async def test_the_story_of_the_demo_promotes_the_good_build_catches_the_bad_one_and_its_facts_say_on_what_numbers(
    second_build: MakeBuild, start: StartSystem, add_worker: AddWorker, tmp_path: Path
) -> None:
    good, bad = second_build(HEALTHY), second_build(BROKEN)
    system = await start()
    first = await first_current(system)
    video = tmp_path / "video.mp4"
    video.write_bytes(clips.small())

    async def start_worker(build: SecondBuild) -> None:
        await add_worker(system, build)

    story = Story(system.settings.grpc_address, start_worker)
    try:
        facts = (await story.tell(video, good, bad)).as_dict()
    finally:
        await story.close()

    assert set(facts["jobs_by_end"]) == {"SUCCEEDED"}
    assert set(facts["jobs_by_build"]) == {first, good.build}
    assert len(facts["jobs"]) == sum(facts["jobs_by_build"].values())
    assert (facts["route"]["current"], facts["route"]["quarantined"]) == (good.build, [bad.build])
    promoted, caught = (ramp["document"] for ramp in facts["ramps"])
    assert (promoted["build"], promoted["state"]) == (good.build, "RAMP_STATE_WATCHING")
    assert (caught["build"], caught["state"]) == (bad.build, "RAMP_STATE_ROLLED_BACK")
    verdict = caught["verdict"]
    assert int(verdict["ramping"]["failures_seen"]) >= 4
    assert verdict["log_e"] >= 4.6
    numbers = [int(each["revision"]) for each in facts["revisions"]]
    assert numbers == list(range(1, int(facts["route"]["revision"]) + 1))
    if facts["jobs_moved"]:
        assert 0.0 < facts["seconds_from_verdict_to_first_rerun"] < 2.0
