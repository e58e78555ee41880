"""`edgecode demo` as a user runs it; every figure it leaves is derived again from the files, the broker and git."""

import copy
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import nats
import pytest

from edgecode.cli.demo import folder as demo_folder
from edgecode.cli.exits import CommandFailed
from tests.e2e import derived
from tests.e2e.derived import Facts, Stored
from tests.harness.broker import Broker
from tests.harness.process import Processes, tool
from tests.harness.stores import environment_of

ROOT = Path(__file__).resolve().parents[2]
CLIP = ROOT / "cli/edgecode/cli/data/bbb.mp4"
PROMISED_SECONDS = 30
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True).stdout


def head() -> tuple[str, str]:
    return (ROOT / "VERSION").read_text().strip(), git("rev-parse", "HEAD").strip()


def still_running(folder: Path) -> list[str]:
    """Command lines of processes that name a folder or work in it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                environment = (entry / "environ").read_bytes().decode("utf-8", "replace")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if str(folder) in command or f"EDGECODE_DATA_DIR={folder}" in environment:
                found.append(command)
    return found


class Demo:
    """One finished demo of the clip whose data was kept."""

    def __init__(self, folder: Path, output: str, heads: set[tuple[str, str]]) -> None:
        self.folder = folder
        self.output = output
        self.heads = heads
        self.facts: Facts = json.loads((folder / "facts.json").read_bytes())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    cwd = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EDGECODE_")}
    # The checkout may be that of a developer, who commits meanwhile.
    before = head()
    done = subprocess.run(
        [tool("edgecode"), "demo", "--keep-data"], cwd=cwd, env={**environment, **environment_of(cwd)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return Demo(cwd / "demo-output", done.stdout, {before, head()})


@pytest.fixture
async def stored(demo: Demo, processes: Processes, tmp_path: Path) -> list[Stored]:
    """The job's messages as the broker keeps them, read by a broker of the test's own."""
    store = tmp_path / "store"
    shutil.copytree(demo.folder / ".edgecode/nats/store", store)
    broker = Broker(processes, store)
    await broker.start()
    client = await nats.connect(broker.url)
    js = client.jetstream()
    last = (await js.stream_info("EVENTS")).state.last_seq
    subject = f"event.job.{demo.facts['job']['job_id']}"
    found = []
    for sequence in range(1, last + 1):
        message = await js.get_msg("EVENTS", sequence)
        if message.subject == subject:
            assert message.data is not None
            assert message.time is not None
            time_us = (message.time - EPOCH) // timedelta(microseconds=1)
            found.append(Stored(sequence, subject, dict(message.headers or {}), message.data, time_us))
    await client.close()
    return found


def test_the_clip_gives_its_ladder_in_stereo_a_thumbnail_and_a_manifest(demo: Demo) -> None:
    found = {each["file"]["output_id"]: each["file"] for each in demo.facts["artifacts"]}
    assert found.keys() == {"720p", "480p", "360p", "thumbnail", "manifest"}
    for lines in (720, 480, 360):
        rung = found[f"{lines}p"]
        assert (rung["height_pixels"], rung["frames"], rung["audio_channels"]) == (lines, "132", 2)
        assert rung["duration_seconds"] == pytest.approx(132 / 25)
    skipped = [each["spec"]["output_id"] for each in demo.facts["job"]["outputs"] if each["state"] == "STATE_SKIPPED"]
    assert skipped == ["1080p"]


def test_every_figure_of_the_facts_follows_from_the_files(demo: Demo) -> None:
    assert derived.of_files(demo.folder, demo.facts) == []
    assert derived.of_source(CLIP, demo.facts) == []


def test_every_hop_and_every_artifact_of_the_facts_follows_from_the_brokers_own_stream(
    demo: Demo, stored: list[Stored]
) -> None:
    assert len(stored) >= 15
    assert derived.of_stream(stored, demo.facts) == []


def test_every_build_of_the_facts_is_the_one_git_has(demo: Demo) -> None:
    found = derived.builds(demo.facts)
    assert {(version, revision) for version, revision, _ in found} <= demo.heads
    assert len(found) == 1


def test_a_changed_byte_of_any_file_is_noticed(demo: Demo, tmp_path: Path) -> None:
    for artifact in demo.facts["artifacts"]:
        for name in (artifact["path"], artifact["statement_path"]):
            copied = tmp_path / name
            shutil.copytree(demo.folder, copied, ignore=shutil.ignore_patterns(".edgecode"))
            data = bytearray((copied / name).read_bytes())
            place = data.index(artifact["file"]["sha256"].encode()) if name.endswith(".intoto.json") else len(data) // 2
            data[place] ^= 0x01
            (copied / name).write_bytes(data)
            if name == artifact["path"] and name.endswith(".json"):
                # Broken or not, the manifest's own digest tells.
                wrong = list(derived.differences(artifact["file"], derived._file(copied / name), name))
            else:
                wrong = derived.of_files(copied, demo.facts)
            assert any(name in sentence for sentence in wrong), name


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda facts: facts["artifacts"][1]["file"].update(frames="131"), "files"),
        (lambda facts: facts["artifacts"][1]["file"].update(size_bytes="1"), "files"),
        (lambda facts: facts["artifacts"][1]["file"].update(width_pixels=1278), "files"),
        (lambda facts: facts["artifacts"][1]["file"].update(duration_seconds=5.32), "files"),
        (lambda facts: facts["artifacts"][1]["file"].update(content_sha256="0" * 64), "files"),
        (lambda facts: facts["artifacts"][1]["file"].update(audio_channels=6), "files"),
        (lambda facts: facts["artifacts"][0]["made_by"].update(revision="0" * 40), "stream"),
        (lambda facts: facts["artifacts"][0]["digests"].update(toolchain_digest="0" * 64), "stream"),
        (lambda facts: facts["artifacts"].pop(), "stream"),
        (lambda facts: facts["trace"].pop(), "stream"),
        (lambda facts: facts["trace"][3]["stamp"].update(build="0.1.0+g000000000000"), "stream"),
        (lambda facts: facts["trace"][3]["stamp"].update(instance="0" * 16), "stream"),
        (lambda facts: facts["trace"][3].update(hop_time="2026-01-01T00:00:00Z"), "stream"),
        (lambda facts: facts["trace"][3].update(event="job.created"), "stream"),
    ],
)
def test_a_changed_figure_is_noticed(
    demo: Demo, stored: list[Stored], change: Callable[[Any], object], where: str
) -> None:
    facts = copy.deepcopy(demo.facts)
    change(facts)
    wrong = derived.of_stream(stored, facts) if where == "stream" else derived.of_files(demo.folder, facts)
    assert wrong


def test_it_shows_progress_per_output_the_table_and_every_hop_with_its_build(demo: Demo) -> None:
    build = demo.facts["build_info"]["stamp"]["build"]
    for lines in (720, 480, 360):
        assert f"  {lines}p 100 % (132/132 frames)" in demo.output
    for artifact in demo.facts["artifacts"]:
        row = next(line for line in demo.output.splitlines() if line.startswith(f"{artifact['path']} "))
        assert artifact["file"]["sha256"] in row
        assert row.endswith(artifact["made_by"]["build"])
    for hop in demo.facts["trace"]:
        assert any(hop["event"] in line and build in line and hop["stamp"]["instance"][:8] in line
                   for line in demo.output.splitlines())  # fmt: skip


def test_it_stops_all_it_started_within_the_promised_time(demo: Demo) -> None:
    assert still_running(demo.folder / ".edgecode") == []
    assert list((demo.folder / ".edgecode/run").iterdir()) == []
    last = demo.output.splitlines()[-1]
    assert "all processes are stopped" in last
    assert float(last.partition(" after ")[2].split()[0]) < PROMISED_SECONDS


@pytest.fixture
def full_hd(tmp_path: Path) -> Path:
    """Two generated seconds of 1080p with stereo sound."""
    source = tmp_path / "generated.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=25:d=2"]
    command += ["-f", "lavfi", "-i", "sine=d=2", "-ac", "2", "-c:v", "libx264", "-preset", "ultrafast", str(source)]
    subprocess.run(command, check=True)
    return source


async def test_a_1080p_source_fills_the_top_rung_and_only_results_are_left(
    processes: Processes, tmp_path: Path, full_hd: Path
) -> None:
    demo = await processes.edgecode("demo", str(full_hd), cwd=tmp_path)
    assert await demo.exit(seconds=120) == 0, demo.output
    output = tmp_path / "demo-output"
    facts = json.loads((output / "facts.json").read_bytes())
    assert derived.of_files(output, facts) == []
    assert derived.of_source(full_hd, facts) == []
    found = {each["file"]["output_id"]: each["file"] for each in facts["artifacts"]}
    assert (found["1080p"]["width_pixels"], found["1080p"]["height_pixels"]) == (1920, 1080)
    assert found.keys() == {"1080p", "720p", "480p", "360p", "thumbnail", "manifest"}
    names = {each[key] for each in facts["artifacts"] for key in ("path", "statement_path")}
    assert {entry.name for entry in output.iterdir()} == {*names, "facts.json"}


async def test_a_source_that_is_no_video_ends_with_its_reason_and_status_1(
    processes: Processes, tmp_path: Path
) -> None:
    source = tmp_path / "notes.mp4"
    source.write_bytes(b"not a video at all" * 100)
    demo = await processes.edgecode("demo", str(source), cwd=tmp_path)
    assert await demo.exit(seconds=120) == 1, demo.output
    assert "NOT_MEDIA" in demo.output
    assert "(user)" in demo.output
    assert still_running(tmp_path / "demo-output/.edgecode") == []


async def test_ctrl_c_stops_everything_it_started(processes: Processes, tmp_path: Path) -> None:
    demo = await processes.edgecode("demo", cwd=tmp_path)
    await demo.line(lambda text: "attempt.started transcode" in text)
    assert await demo.terminate() == 130
    assert still_running(tmp_path / "demo-output/.edgecode") == []


def test_results_of_an_earlier_demo_give_way_and_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "720p.mp4").write_text("old")
    (tmp_path / "720p.mp4.intoto.json").write_text("old")
    entry = {"path": "720p.mp4", "statement_path": "720p.mp4.intoto.json"}
    hostile = {"path": "../outside", "statement_path": "mine/../x"}
    (tmp_path / "facts.json").write_text(json.dumps({"artifacts": [entry, hostile]}))
    outside = tmp_path.parent / "outside"
    outside.write_text("not yours")
    (tmp_path / ".edgecode").mkdir()
    (tmp_path / ".edgecode" / "ledger.sqlite").write_text("old")
    folder = demo_folder.prepare(tmp_path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".edgecode", "mine.txt"]
    assert not (folder.path / "ledger.sqlite").exists()
    assert outside.exists()
    folder.release()


def test_a_facts_file_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text('{"other": 1}')
    with pytest.raises(CommandFailed, match="move it away"):
        demo_folder.prepare(tmp_path)
    assert (tmp_path / "facts.json").read_text() == '{"other": 1}'
