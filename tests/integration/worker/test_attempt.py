"""One attempt: what it logs, when it acknowledges, what it makes."""

import hashlib
import json
import signal
from pathlib import Path

from nats.aio.msg import Msg

from edgecode.core import headers, subjects
from edgecode.core.blobs import Blobs
from edgecode.core.bus import EXEMPT_SUBJECTS, Bus, Incoming, Outgoing
from edgecode.core.log import Entry
from edgecode.core.settings import Settings
from edgecode.core.statement import read_statement
from edgecode.v1 import bus_pb2, event_pb2, media_pb2
from tests.harness.broker import round_trip
from tests.harness.process import Processes
from tests.harness.stand_in import MANIFEST, NOOP, PROBE, THUMBNAIL, TRANSCODE, StandIn, kind
from tests.integration.worker.media_tasks import CLIP_FRAMES, probed, rendition


def files_of(entry: Entry) -> list[media_pb2.ArtifactFile]:
    assert entry.event is not None
    assert kind(entry) == "attempt_succeeded", entry.event
    return list(entry.event.attempt_succeeded.files)


def failure_of(entry: Entry) -> media_pb2.Failure:
    assert entry.event is not None
    assert kind(entry) == "attempt_failed", entry.event
    return entry.event.attempt_failed.failure


async def test_an_attempt_is_started_then_recorded_then_acknowledged(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings)
    task = await lead.give(lead.task(NOOP, epoch=3, n=7))
    found = await lead.until_event(task.job_id, "attempt_succeeded")
    assert [kind(entry) for entry in found] == ["attempt_started", "attempt_succeeded"]
    started, succeeded = (entry.event for entry in found)
    assert started is not None
    assert succeeded is not None
    assert (started.attempt_started.epoch, started.attempt_started.n) == (3, 7)
    assert started.attempt_started.attempt_id == succeeded.attempt_succeeded.attempt_id
    assert len(started.attempt_started.digests.toolchain_digest) == 64
    assert len(started.attempt_started.digests.config_digest) == 64
    for entry, word in zip(found, ("started", "outcome"), strict=True):
        assert entry.message_id == f"{started.attempt_started.attempt_id}-{word}"
        assert entry.origin.path == (headers.hop(lead.bus.stamp), f"worker@{lead.build}")
        assert entry.origin.stamp.service == "worker"
    await lead.until_tasks_left(0)
    ready = await worker.ready()
    assert {entry.origin.stamp.instance for entry in found} == {ready["instance"]}


async def test_a_worker_that_dies_after_its_outcome_has_not_acknowledged_yet(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings, crash_at="worker.after_outcome")
    task = await lead.give(lead.task(NOOP))
    assert await worker.exit() == -signal.SIGKILL
    found = await lead.until_event(task.job_id, "attempt_succeeded")
    assert [kind(entry) for entry in found] == ["attempt_started", "attempt_succeeded"]
    assert await lead.tasks_left() == 1


async def test_a_worker_that_dies_before_its_outcome_leaves_the_task(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings, crash_at="worker.before_outcome")
    task = await lead.give(lead.task(NOOP))
    assert await worker.exit() == -signal.SIGKILL
    found = await lead.until_event(task.job_id, "attempt_started")
    assert [kind(entry) for entry in found] == ["attempt_started"]
    assert await lead.tasks_left() == 1


async def test_a_real_video_goes_through_probe_ladder_thumbnail_and_manifest(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings)
    instance = (await worker.ready())["instance"]
    info = await probed(lead, clip)
    assert (info.video.height_pixels, info.video.frames) == (720, CLIP_FRAMES)

    thumbnail = media_pb2.OutputSpec(output_id="thumbnail", thumbnail=media_pb2.ThumbnailSpec(height_pixels=180))
    ladder = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=[rendition(360), rendition(240)]))
    picture = await lead.give(lead.task(THUMBNAIL, sha256=clip, source=info, outputs=[thumbnail]))
    encoded = (await lead.until_event(ladder.job_id, "attempt_succeeded"))[-1]
    shot = (await lead.until_event(picture.job_id, "attempt_succeeded"))[-1]
    assert [f.frames for f in files_of(encoded)] == [CLIP_FRAMES] * 2
    assert [f.height_pixels for f in files_of(encoded)] == [360, 240]
    assert [f.height_pixels for f in files_of(shot)] == [180]

    blobs = Blobs(settings.blobs)
    for entry, task in ((encoded, ladder), (shot, picture)):
        assert entry.event is not None
        attempt_id = entry.event.attempt_succeeded.attempt_id
        for file in files_of(entry):
            assert file.blob_key == f"artifacts/{task.job_id}/{task.task_id}/{attempt_id}/{file.file_name}"
            data = await blobs.get(file.blob_key)
            assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size_bytes, file.sha256)
            facts = read_statement(await blobs.get(file.statement_blob_key))
            assert (facts.sha256, facts.attempt_id, facts.instance) == (file.sha256, attempt_id, instance)
            assert (facts.source_sha256, facts.build, facts.job_id) == (clip, lead.build, task.job_id)
        keys = json.loads(await blobs.get(f"artifacts/{task.job_id}/{task.task_id}/{attempt_id}/attempt.json"))
        assert [each["blob_key"] for each in keys["files"]] == [file.blob_key for file in files_of(entry)]
    assert not list(settings.scratch.glob(f"{instance}/*"))


async def test_a_retry_gives_the_same_bytes_under_keys_of_its_own(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    await processes.worker(settings)
    info = await probed(lead, clip)
    first = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=[rendition(144)]))
    one = (await lead.until_event(first.job_id, "attempt_succeeded"))[-1]
    again = lead.task(TRANSCODE, sha256=clip, source=info, outputs=[rendition(144)], job_id=first.job_id, n=2, epoch=1)
    await lead.give(again)
    two = (await lead.until_event(first.job_id, "attempt_succeeded", count=2))[-1]
    assert files_of(one)[0].sha256 == files_of(two)[0].sha256
    assert files_of(one)[0].blob_key != files_of(two)[0].blob_key


async def test_a_manifest_lists_the_artifacts_and_two_attempts_give_the_same_bytes(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    await processes.worker(settings)
    made = [
        media_pb2.Artifact(
            artifact_id=f"id-{name}",
            file=media_pb2.ArtifactFile(output_id=name, sha256=f"{number}" * 64, content_sha256="c" * 64),
        )
        for number, name in enumerate(("b", "a"))
    ]
    one = await lead.give(lead.task(MANIFEST, artifacts=made))
    two = await lead.give(lead.task(MANIFEST, artifacts=made[::-1], job_id=one.job_id, n=2))
    found = await lead.until_event(one.job_id, "attempt_succeeded", count=2)
    first, second = (files_of(entry)[0] for entry in found if kind(entry) == "attempt_succeeded")
    assert first.sha256 == second.sha256
    assert (first.output_id, first.kind) == ("manifest", media_pb2.ARTIFACT_KIND_MANIFEST)
    data = await Blobs(settings.blobs).get(first.blob_key)
    assert hashlib.sha256(data).hexdigest() == first.sha256
    document = json.loads(data)
    assert [a["output_id"] for a in document["artifacts"]] == ["a", "b"]
    assert document["made_by"]["edgecode-revision"] == lead.bus.stamp.revision
    assert two.task_id == "manifest"


async def test_a_source_that_is_no_video_is_the_users_fault(
    lead: StandIn, processes: Processes, settings: Settings, tmp_path: Path
) -> None:
    await processes.worker(settings)
    path = tmp_path / "text.mp4"
    path.write_bytes(b"no video at all, whatever its name says\n" * 1000)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    await lead.store_source(path, sha256)
    task = await lead.give(lead.task(PROBE, sha256=sha256))
    failure = failure_of((await lead.until_event(task.job_id, "attempt_failed"))[-1])
    assert failure.fault == media_pb2.FAULT_USER
    await lead.until_tasks_left(0)


async def test_a_source_missing_in_the_store_is_ours_and_damaged_bytes_are_transient(
    lead: StandIn, processes: Processes, settings: Settings, tmp_path: Path
) -> None:
    await processes.worker(settings)
    missing = await lead.give(lead.task(PROBE, sha256="0" * 64))
    failure = failure_of((await lead.until_event(missing.job_id, "attempt_failed"))[-1])
    assert (failure.reason, failure.fault) == ("SOURCE_MISSING", media_pb2.FAULT_OURS)
    path = tmp_path / "other"
    path.write_bytes(b"other bytes")
    await lead.store_source(path, "1" * 64)
    damaged = await lead.give(lead.task(PROBE, sha256="1" * 64))
    failure = failure_of((await lead.until_event(damaged.job_id, "attempt_failed"))[-1])
    assert (failure.reason, failure.fault) == ("SOURCE_DAMAGED", media_pb2.FAULT_TRANSIENT)


async def test_a_defect_of_the_worker_is_ours(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    await processes.worker(settings)
    # A thumbnail of a source of which nothing is known cannot be sized.
    output = media_pb2.OutputSpec(output_id="thumbnail", thumbnail=media_pb2.ThumbnailSpec())
    task = await lead.give(lead.task(THUMBNAIL, sha256=clip, outputs=[output]))
    failure = failure_of((await lead.until_event(task.job_id, "attempt_failed"))[-1])
    assert (failure.reason, failure.fault) == ("WORKER_ERROR", media_pb2.FAULT_OURS)


async def test_nothing_is_appended_past_the_expiry_of_a_job(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    # Events of an expired job vanish: what was said is heard as it is said.
    said: list[tuple[str, str]] = []

    async def hear(incoming: Incoming) -> None:
        event = event_pb2.Event.FromString(incoming.payload)
        said.append((incoming.subject, str(event.WhichOneof("kind"))))

    await lead.bus.subscribe(subjects.ALL_EVENTS, hear)
    worker = await processes.worker(settings)
    late = await lead.give(lead.task(NOOP, life_seconds=-1))
    await worker.event("host.dropped_expired")
    info = await probed(lead, clip)
    outputs = [rendition(720, "medium")]
    short = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=outputs, life_seconds=1.0))
    await worker.event("attempt.expired", job_id=short.job_id)
    await lead.until_tasks_left(0)
    await round_trip(lead.bus.nc)
    assert [name for subject, name in said if subject == subjects.job_events(short.job_id)] == ["attempt_started"]
    assert [name for subject, name in said if subject == subjects.job_events(late.job_id)] == []


async def test_an_unstamped_task_is_refused_and_removed(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings)
    task = lead.task(NOOP)
    await lead.bus.js.publish(str(lead.subject(task)), task.SerializeToString())
    await lead.give(lead.task(NOOP))
    await worker.event("host.refused_unstamped", subject=str(lead.subject(task)))
    await lead.until_tasks_left(0)
    assert task.job_id not in {entry.subject.rpartition(".")[2] for entry in await lead.log()}


async def test_a_task_of_a_later_contract_is_left_to_those_who_read_it(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    worker = await processes.worker(settings)
    later = lead.task(NOOP)
    stamped = headers.stamp_headers(lead.bus.stamp) | {headers.CONTRACT_HEADER: "99"}
    await lead.bus.js.publish(str(lead.subject(later)), later.SerializeToString(), headers=stamped)
    task = await lead.give(lead.task(NOOP))
    await worker.event("host.left_unread")
    await lead.until_event(task.job_id, "attempt_succeeded")
    await lead.until_tasks_left(1)
    assert {entry.subject for entry in await lead.log()} == {subjects.job_events(task.job_id)}


async def test_progress_never_falls_and_ends_at_one(
    lead: StandIn, clip: str, processes: Processes, settings: Settings
) -> None:
    await processes.worker(settings)
    info = await probed(lead, clip)
    seen: list[bus_pb2.Progress] = []

    async def take(message: Msg) -> None:
        seen.append(bus_pb2.Progress.FromString(message.data))

    await lead.bus.nc.subscribe(subjects.ALL_PROGRESS, cb=take)
    outputs = [rendition(480, "fast"), rendition(360, "fast")]
    task = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=outputs))
    await lead.until_event(task.job_id, "attempt_succeeded")
    await lead.until_tasks_left(0)
    await round_trip(lead.bus.nc)
    assert len(seen) > 2
    for place, output in enumerate(outputs):
        fractions = [one.outputs[place].fraction for one in seen if one.outputs]
        assert fractions == sorted(fractions)
        assert 0 <= fractions[0] < 1
        assert fractions[-1] == 1.0
        assert seen[-1].outputs[place].output_id == output.output_id
        assert seen[-1].outputs[place].frames_done == CLIP_FRAMES


async def test_every_message_of_a_worker_bears_its_stamp(
    lead: StandIn, clip: str, processes: Processes, settings: Settings, bus: Bus
) -> None:
    seen: list[Msg] = []

    async def take(message: Msg) -> None:
        seen.append(message)

    await bus.nc.subscribe(">", cb=take)
    worker = await processes.worker(settings)
    info = await probed(lead, clip)
    task = await lead.give(lead.task(TRANSCODE, sha256=clip, source=info, outputs=[rendition(144)]))
    await lead.until_event(task.job_id, "attempt_succeeded")
    await bus.publish(Outgoing(subjects.control((await worker.ready())["instance"]), b""))
    assert await worker.terminate() == 0
    await round_trip(bus.nc)
    # What the broker delivers or answers is not a message of ours, nor are requests to it.
    ours = [m for m in seen if not m.subject.startswith(EXEMPT_SUBJECTS) and not m.subject.startswith("$JS.EVENT.")]
    assert {m.subject.split(".")[0] for m in ours} >= {"event", "task", "wake", "progress", "$KV", "control"}
    for message in ours:
        origin = headers.read_origin(message.headers)
        assert origin.stamp.revision == bus.stamp.revision
        assert origin.stamp.service in {"test", "worker"}


async def test_one_worker_runs_hundreds_of_small_tasks_each_exactly_once(
    lead: StandIn, processes: Processes, settings: Settings
) -> None:
    busy = settings.model_copy(update={"light_slots": 32})
    tasks = [lead.task(NOOP, task_id=f"noop-{number}", job_id="many") for number in range(500)]
    for task in tasks:
        await lead.give(task)
    await processes.worker(busy)
    found = await lead.until_event("many", "attempt_succeeded", count=len(tasks))
    done = [e.event.attempt_succeeded.task_id for e in found if e.event and kind(e) == "attempt_succeeded"]
    assert sorted(done) == sorted(task.task_id for task in tasks)
    await lead.until_tasks_left(0)
    seconds = (found[-1].time - found[0].time).total_seconds()
    assert len(tasks) / seconds > 100, f"{len(tasks) / seconds:.0f} tasks/s"
    print(f"{len(tasks) / seconds:.0f} no-op tasks/s")  # noqa: T201 - a figure for the reader, not a judgement
