"""What watchers see of a whole job: weighted by cost, never falling, one at its end, whatever its attempts do."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edgecode.server.ledger.rows import JobState, TaskState
from edgecode.server.progress.job_meter import JobMeter
from edgecode.v1 import bus_pb2, media_pb2
from tests.harness.folding import JOB, OURS, B, Story, created, situation

SOURCE = media_pb2.MediaInfo(
    duration_seconds=10.0,
    video=media_pb2.VideoStream(
        width_pixels=640, height_pixels=360, display_width_pixels=640, display_height_pixels=360, frames=300
    ),
)
# Which of the running tasks, what becomes of it, how far it says it is, and whether the ledger is read then.
WHAT = ("report", "report", "late", "fail", "succeed")
STEPS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(WHAT), st.floats(0, 1), st.booleans()), max_size=25)


class Played:
    """A job with workers that report what they are told to."""

    def __init__(self) -> None:
        self.story = Story(created(outputs=("a", "b", "t"), budget=100))
        self.meter = JobMeter()
        self.attempts: dict[str, list[str]] = {}
        self.decide()

    def decide(self) -> None:
        """The leader decides, and what it gives to a worker is begun."""
        self.story.decide(situation(B))
        for task in self.story.job.tasks.values():
            if task.state == TaskState.SCHEDULED:
                attempts = self.attempts.setdefault(task.task_id, [])
                attempts.append(f"{task.task_id}-{len(attempts)}")
                self.story.tell("attempt_started", task_id=task.task_id, attempt_id=attempts[-1], n=task.n)

    def running(self) -> list[str]:
        return [task.task_id for task in self.story.job.tasks.values() if task.state == TaskState.RUNNING]

    def outputs(self, task_id: str) -> list[str]:
        return [name for name in self.story.job.tasks[task_id].output_ids.split(",") if name]

    def report(self, task_id: str, fraction: float, attempt: int = -1, **fields: object) -> bus_pb2.Progress:
        progress = bus_pb2.Progress(
            job_id=JOB, task_id=task_id, attempt_id=self.attempts[task_id][attempt], fraction=fraction, **fields  # type: ignore[arg-type]
        )  # fmt: skip
        progress.outputs.extend(
            bus_pb2.OutputProgress(output_id=name, fraction=fraction) for name in self.outputs(task_id)
        )
        self.meter.take(progress)
        return progress

    def fail(self, task_id: str) -> None:
        self.story.tell("attempt_failed", task_id=task_id, attempt_id=self.attempts[task_id][-1], failure=OURS)
        self.decide()

    def succeed(self, task_id: str) -> None:
        files = [media_pb2.ArtifactFile(output_id=name) for name in self.outputs(task_id)]
        source = {"source": SOURCE} if task_id == "probe" else {}
        self.story.tell(
            "attempt_succeeded", task_id=task_id, attempt_id=self.attempts[task_id][-1], files=files, **source
        )
        self.decide()

    def read(self) -> bus_pb2.JobProgress:
        self.meter.plan(self.story.job)
        return self.meter.job()


def probed() -> Played:
    played = Played()
    played.succeed("probe")
    return played


@settings(max_examples=50, deadline=None)
@given(STEPS)
def test_no_history_of_attempts_lets_it_fall_and_its_end_is_one(
    steps: list[tuple[int, str, float, bool]],
) -> None:
    played, shown = Played(), list[bus_pb2.JobProgress]()
    outputs: dict[str, list[float]] = {}
    for place, what, fraction, reads in steps:
        running = played.running()
        if not running:
            break
        task_id = running[place % len(running)]
        match what:
            case "report" | "late":
                attempt = 0 if what == "late" else -1
                seen = played.meter.shown(played.report(task_id, fraction, attempt))
                for output in seen.outputs:
                    outputs.setdefault(output.output_id, []).append(output.fraction)
            case "fail":
                played.fail(task_id)
            case "succeed":
                played.succeed(task_id)
        shown.append(played.read() if reads else played.meter.job())
    while running := played.running():
        played.succeed(running[0])
        shown.append(played.read())
    assert played.story.job.job.state == JobState.SUCCEEDED
    fractions = [each.fraction for each in shown]
    assert fractions == sorted(fractions)
    assert played.read().fraction == 1.0
    assert all(seen == sorted(seen) for seen in outputs.values())


def test_before_the_probe_is_done_nobody_knows_the_whole() -> None:
    played = Played()
    assert played.read().fraction == 0.0
    played.succeed("probe")
    assert 0.0 < played.read().fraction < 0.9


def test_tasks_weigh_what_they_cost() -> None:
    played = probed()
    before = played.read().fraction
    played.succeed("thumbnail-t")
    after_thumbnail = played.read().fraction
    played.succeed("transcode")
    assert played.read().fraction - after_thumbnail > 2 * (after_thumbnail - before) > 0


def test_an_attempt_that_begins_again_leaves_its_outputs_where_they_were_and_counts() -> None:
    played = probed()
    played.report("transcode", 0.7, remaining_seconds=3.0)
    high = played.read()
    assert [(each.output_id, each.fraction, each.restarts) for each in high.outputs] == [("a", 0.7, 0), ("b", 0.7, 0)]
    played.fail("transcode")
    seen = played.meter.shown(played.report("transcode", 0.1, remaining_seconds=9.0))
    again = played.read()
    assert again.fraction == high.fraction
    assert [(each.fraction, each.restarts) for each in seen.outputs] == [(0.7, 1), (0.7, 1)]
    assert again.remaining_seconds > high.remaining_seconds
    played.report("transcode", 0.8)
    assert played.read().fraction > high.fraction


def test_an_attempt_that_another_followed_is_not_heard_any_more() -> None:
    played = probed()
    played.report("transcode", 0.3)
    played.fail("transcode")
    played.report("transcode", 0.2)
    before = played.read()
    played.report("transcode", 0.9, attempt=0)
    assert played.read() == before


def test_the_remaining_time_is_unknown_while_a_task_waits_for_a_worker_and_counts_what_comes_after() -> None:
    played = probed()
    played.succeed("thumbnail-t")
    assert not played.read().HasField("remaining_seconds")
    played.report("transcode", 0.5, remaining_seconds=4.0, speed_ratio=2.0)
    found = played.read()
    # The manifest comes after it.
    assert 4.0 < found.remaining_seconds < 5.0
    assert found.speed_ratio == 2.0
    played.story.tell("attempt_failed", task_id="transcode", attempt_id="transcode-0", failure=OURS)
    assert not played.read().HasField("remaining_seconds")


def test_late_comers_get_the_last_report_of_what_is_under_way() -> None:
    played = probed()
    played.report("thumbnail-t", 0.4)
    latest = played.report("transcode", 0.5)
    played.succeed("thumbnail-t")
    played.read()
    assert played.meter.last() == [latest]


def test_a_record_older_than_the_one_before_changes_nothing() -> None:
    played = probed()
    old = played.story.job.copy()
    played.succeed("transcode")
    new = played.read()
    played.meter.plan(old)
    assert played.meter.job() == new
