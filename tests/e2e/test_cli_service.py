"""What the command says of the service itself, and how it behaves when the server or a name is not as it should be."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from edgecode.cli.api import connect
from edgecode.cli.calls import Abandoned
from edgecode.cli.reach import Reach
from edgecode.cli.transfer.download import file_name
from edgecode.cli.transfer.upload import query, upload
from edgecode.cli.watching.follow import follow
from edgecode.core.blobs import Blobs
from edgecode.core.stamp import build_info
from edgecode.v1 import asset_pb2, media_pb2
from tests.harness.cli import CLIP, Cli
from tests.harness.process import tool
from tests.harness.stores import blobs_url
from tests.integration.worker.test_metrics import get

UNKNOWN = "00000000-0000-5000-8000-000000000000"


async def test_each_process_of_up_answers_prometheus_where_the_file_of_the_data_folder_says(cli: Cli) -> None:
    told = json.loads((cli.folder / "metrics-targets.json").read_text(encoding="utf-8"))
    assert [target["labels"]["process"] for target in told] == ["server", "worker-1", "worker-2"]
    for target in told:
        (address,) = target["targets"]
        _, text = await get(f"http://{address}/metrics")
        service = target["labels"]["process"].partition("-")[0]
        assert re.search(rf'^edgecode_build_info{{.*service="{service}".*}} 1.0$', text, re.MULTILINE)


def test_the_same_request_id_is_the_same_job_and_validate_only_creates_none(cli: Cli) -> None:
    asset = cli.json("asset", "upload", str(CLIP))["asset_id"]
    first = cli.json("job", "submit", asset, "--preset", "thumbnail", "--request-id", "r-1")
    assert cli.json("job", "submit", asset, "--preset", "thumbnail", "--request-id", "r-1")["job_id"] == first["job_id"]
    other = cli("job", "submit", asset, "--preset", "web", "--request-id", "r-1")
    assert "REQUEST_ID_REUSED" in other.err
    checked = cli.json("job", "submit", asset, "--preset", "web", "--validate-only")
    assert len(checked["outputs"]) == 5
    assert cli.json("job", "list", "--filter", f'asset_id = "{asset}"')["jobs"] == [
        cli.json("job", "show", first["job_id"])
    ]


def test_validate_only_of_a_file_uploads_nothing_and_says_what_to_do_first(cli: Cli) -> None:
    before = cli.json("asset", "list")
    refused = cli("job", "submit", str(CLIP), "--preset", "web", "--validate-only")
    assert refused.status == 2
    assert "edgecode asset upload" in refused.err
    assert cli.json("asset", "list") == before


def test_presets_are_listed_and_an_unknown_one_says_where_to_look(cli: Cli) -> None:
    assert {each["preset"] for each in cli.json("preset", "list")["presets"]} >= {"web", "thumbnail"}
    assert [each["output_id"] for each in cli.json("preset", "show", "web")["outputs"]] == [
        "1080p", "720p", "480p", "360p", "thumbnail",
    ]  # fmt: skip
    unknown = cli("preset", "show", "cinema")
    assert unknown.status == 1
    assert "PRESET_NOT_FOUND" in unknown.err
    assert "see edgecode preset list" in unknown.err


def test_status_and_fleet_show_what_runs_and_its_build(cli: Cli, job: dict[str, Any]) -> None:
    status = cli.json("status")
    assert status["current_build"] == job["build"]
    assert status["instances"] == 3
    instances = cli.json("fleet", "list")["instances"]
    assert sorted(each["stamp"]["service"] for each in instances) == ["server", "worker", "worker"]
    workers = cli.json("fleet", "list", "--filter", 'service = "worker"')["instances"]
    assert len(workers) == 2
    builds = cli.json("fleet", "builds")["builds"]
    assert {(each["service"], each["build"]) for each in builds} >= {("worker", job["build"])}
    shown = [("status",), ("fleet", "list", "--gone"), ("fleet", "builds"), ("release", "changes", "--since", "7d"),
             ("release", "deployments")]  # fmt: skip
    for arguments in shown:
        assert job["build"] in cli(*arguments).out


def test_what_changed_is_told_as_json_too_and_a_time_that_is_none_is_refused(cli: Cli, job: dict[str, Any]) -> None:
    changes = cli.json("release", "changes", "--since", "1h", "--filter", "service = worker")
    assert ("KIND_DEPLOYMENT", job["build"]) in {(each["kind"], each["to_build"]) for each in changes["changes"]}
    assert job["build"] in {each["to_build"] for each in changes["spans"]}
    refused = cli("release", "changes", "--since", "yesterday")
    assert refused.status == 2
    assert "such as 90m, 12h, 7d" in refused.err


@pytest.mark.parametrize(("words", "key"), [(("status",), "current_build"), (("fleet", "list"), "instances")])
def test_what_is_watched_is_shown_again_and_again_until_ctrl_c(cli: Cli, words: tuple[str, ...], key: str) -> None:
    command = [tool("edgecode"), *words, "--watch", "--interval", "0.1", "--output", "json", "--server", cli.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        first, second = (json.loads(watch.stdout.readline()) for _ in range(2))
        watch.send_signal(signal.SIGINT)
        _, err = watch.communicate(timeout=30)
    assert first[key]
    assert second[key]
    assert watch.returncode == 130
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "reason", "command"),
    [
        (("job", "show", UNKNOWN), "JOB_NOT_FOUND", "edgecode job list"),
        (("asset", "show", UNKNOWN), "ASSET_NOT_FOUND", "edgecode asset list"),
        (("artifact", "download", UNKNOWN), "ARTIFACT_NOT_FOUND", "edgecode artifact list"),
        (("job", "watch", UNKNOWN), "JOB_NOT_FOUND", "edgecode job list"),
        (("job", "trace", UNKNOWN), "JOB_NOT_FOUND", "edgecode job list"),
        (("job", "submit", UNKNOWN, "--preset", "web"), "ASSET_NOT_FOUND", "edgecode asset list"),
    ],
)
def test_an_id_of_nothing_is_status_1_with_the_reason_and_what_to_run(
    cli: Cli, arguments: tuple[str, ...], reason: str, command: str
) -> None:
    done = cli(*arguments)
    assert done.status == 1
    assert reason in done.err
    assert f"see {command}" in done.err


async def test_a_watch_goes_on_over_a_killed_server_and_misses_no_event(cli: Cli) -> None:
    job_id = cli.json("job", "submit", str(CLIP), "--preset", "web")["job_id"]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("EDGECODE_")}
    watch = await asyncio.create_subprocess_exec(
        tool("edgecode"), "job", "watch", job_id, "--output", "json", env={**ours, "EDGECODE_SERVER": cli.address},
        stdout=asyncio.subprocess.PIPE, limit=1 << 20,
    )  # fmt: skip
    assert watch.stdout is not None
    sequences: list[str] = []
    killed = False
    async for line in watch.stdout:
        update = json.loads(line)
        if "event" in update:
            sequences.append(update["event"]["sequence"])
        elif not killed:
            killed = True
            os.kill(json.loads((cli.folder / "run/server.json").read_bytes())["pid"], signal.SIGKILL)
    assert await watch.wait() == 0
    assert killed
    hops = [hop["sequence"] for hop in cli.json("job", "trace", job_id)["hops"]]
    assert sequences == hops


@pytest.mark.parametrize(
    ("name", "saved_as"),
    [
        ("720p.mp4", "720p.mp4"),
        ("../../etc/passwd", "passwd"),
        ("..\\x.mp4", "x.mp4"),
        (".bashrc", "bashrc"),
        ("..", "id.bin"),
        ("a\nb", "id.bin"),
        ("", "id.bin"),
    ],
)
def test_a_name_from_the_server_is_never_a_path(name: str, saved_as: str) -> None:
    artifact = media_pb2.Artifact(artifact_id="id", file=media_pb2.ArtifactFile(file_name=name))
    assert file_name(artifact) == saved_as


def test_a_download_with_a_wrong_byte_on_the_way_is_not_saved(cli: Cli, job: dict[str, Any], tmp_path: Path) -> None:
    blobs = Blobs(blobs_url(cli.folder))
    keys = asyncio.run(blobs.entries(f"artifacts/{job['job_id']}/"))
    key = next(key for key, _ in keys if key.endswith("/180p.mp4"))
    kept = asyncio.run(blobs.get(key))
    data = bytearray(kept)
    data[len(data) // 2] ^= 1
    asyncio.run(blobs.put(key, bytes(data)))
    try:
        done = cli("artifact", "download", "--job", job["job_id"], "--to", str(tmp_path / "out"))
        assert done.status == 1
        assert not (tmp_path / "out" / "180p.mp4").exists()
        assert not list((tmp_path / "out").glob(".*"))
    finally:
        asyncio.run(blobs.put(key, kept))


def test_a_client_told_to_stop_ends_its_stream_and_begins_nothing(cli: Cli) -> None:
    job_id = cli.json("job", "submit", str(CLIP), "--preset", "web")["job_id"]
    with contextlib.closing(connect(Reach(cli.address), "", build_info())) as api:
        updates = follow(api, job_id)
        next(updates)
        api.stopping.stop()
        with pytest.raises(Abandoned):
            deque(updates)
        with pytest.raises(Abandoned):
            query(api, "x")
        with pytest.raises(Abandoned):
            upload(api, CLIP, "never", asset_pb2.UploadMetadata(file_name="x"), lambda _count: None)
    assert cli("job", "wait", job_id).status == 0


def test_the_route_is_shown_changed_with_a_reason_and_refused_what_it_cannot_have(cli: Cli) -> None:
    nobody = "9.9.9+gaaaaaaaaaaaa"
    route = cli.json("route", "show")
    current = route["current"]
    assert [each["state"] for each in route["builds"] if each["build"] == current] == ["STATE_CURRENT"]
    unsaid = cli("route", "quarantine", nobody)
    assert (unsaid.status, "comment" in unsaid.err) == (1, True)
    changed = cli.json("route", "quarantine", nobody, "-m", "a drill")
    assert (changed["quarantined"], changed["comment"], "@" in changed["actor"]) == ([nobody], "a drill", True)
    late = cli("route", "readmit", nobody, "-m", "over", "--etag", route["etag"])
    assert (late.status, "a drill" in late.err) == (1, True)
    shown = cli("route", "readmit", nobody, "-m", "over", "--caller", "ann").out
    assert {"revision", "ann", current, "CURRENT"} <= set(shown.split())
    for refused, why in (
        (("promote", nobody, "-m", "x"), "no live worker"),
        (("ramp", "start", nobody, "-m", "x"), "no live worker"),
        (("ramp", "status"), "no ramp"),
        (("shadow", "start", nobody, "--percent", "5", "-m", "x"), "no live worker"),
        (("shadow", "stop", "-m", "x"), "no shadow goes on"),
        (("shadow", "status"), "no shadow"),
        (("shadow", "report"), "no shadow"),
        (("rollback", "-m", "x"), "no former current build"),
        (("wait-drained", current), "gets new jobs"),
    ):
        done = cli("route", *refused)
        assert (done.status, why in done.err) == (1, True), done
