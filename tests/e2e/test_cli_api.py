"""Every command that talks to a server, against one `edgecode up`, judged by output, exit status and files."""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgecode.cli.api import connect
from edgecode.cli.reach import Reach
from edgecode.cli.transfer.upload import query, upload
from edgecode.core.stamp import build_info
from edgecode.v1 import asset_pb2
from tests.harness.cli import CLIP, Cli

UNKNOWN = "00000000-0000-5000-8000-000000000000"


def test_a_file_is_uploaded_with_its_digests_and_found_again(cli: Cli) -> None:
    asset = cli.json("asset", "upload", str(CLIP), "--label", "album=2026", "--name", "holiday.mp4")
    assert asset["sha256"] == hashlib.sha256(CLIP.read_bytes()).hexdigest()
    assert (asset["file_name"], asset["size_bytes"]) == ("holiday.mp4", str(CLIP.stat().st_size))
    assert cli.json("asset", "show", asset["asset_id"])["labels"] == {"album": "2026"}
    listed = cli.json("asset", "list", "--filter", 'labels.album = "2026"')["assets"]
    assert [each["asset_id"] for each in listed] == [asset["asset_id"]]
    assert cli.json("asset", "delete", asset["asset_id"])["state"] == "STATE_DELETED"


def test_the_same_upload_id_is_the_same_asset(cli: Cli) -> None:
    first = cli.json("asset", "upload", str(CLIP), "--upload-id", "twice")
    assert cli.json("asset", "upload", str(CLIP), "--upload-id", "twice")["asset_id"] == first["asset_id"]


def test_a_broken_upload_goes_on_where_it_stopped(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "long.bin"
    source.write_bytes(os.urandom(5 << 20))
    with contextlib.closing(connect(Reach(cli.address), "", build_info())) as api:

        def half() -> Iterator[asset_pb2.UploadAssetRequest]:
            data = source.read_bytes()
            metadata = asset_pb2.UploadMetadata(file_name="long.bin")
            yield asset_pb2.UploadAssetRequest(upload_id="broken", metadata=metadata)
            for offset in (0, 1 << 20):
                part = data[offset : offset + (1 << 20)]
                yield asset_pb2.UploadAssetRequest(upload_id="broken", offset_bytes=offset, data=part)

        assert not api.assets.UploadAsset(half()).HasField("asset")
        assert query(api, "broken").committed_bytes == 2 << 20
        sent: list[int] = []
        asset = upload(api, source, "broken", asset_pb2.UploadMetadata(file_name="long.bin"), sent.append)
        assert min(sent) == 2 << 20
        assert max(sent) == 5 << 20
        assert asset.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()


def test_another_file_under_a_half_used_upload_id_is_refused_by_its_digest(cli: Cli, tmp_path: Path) -> None:
    with contextlib.closing(connect(Reach(cli.address), "", build_info())) as api:
        metadata = asset_pb2.UploadMetadata(file_name="a")
        first = asset_pb2.UploadAssetRequest(upload_id="mixed", metadata=metadata, data=b"a" * 1000)
        api.assets.UploadAsset(iter([first]))
    other = tmp_path / "a"
    other.write_bytes(b"b" * 2000)
    done = cli("asset", "upload", str(other), "--upload-id", "mixed")
    assert done.status == 1
    assert "SHA256" in done.err or "DIGEST" in done.err


def test_an_empty_file_is_refused_with_its_reason(cli: Cli, tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    done = cli("asset", "upload", str(empty))
    assert done.status == 1
    assert "EMPTY_UPLOAD" in done.err
    assert "answered by server" in done.err


def test_a_preset_named_at_the_upload_starts_a_job(cli: Cli) -> None:
    asset = cli.json("asset", "upload", str(CLIP), "--preset", "thumbnail")
    assert cli.json("job", "wait", asset["job_id"])["state"] == "STATE_SUCCEEDED"


def test_a_watched_job_ends_with_its_outputs_and_status_0(job: dict[str, Any]) -> None:
    assert job["state"] == "STATE_SUCCEEDED"
    assert {each["spec"]["output_id"]: each["state"] for each in job["outputs"]} == {
        "180p": "STATE_SUCCEEDED",
        "thumbnail": "STATE_SUCCEEDED",
    }
    assert job["labels"] == {"a": "b"}


def test_jobs_are_listed_by_filter_and_limit(cli: Cli, job: dict[str, Any]) -> None:
    found = cli.json("job", "list", "--filter", f'job_id = "{job["job_id"]}"')
    assert [each["job_id"] for each in found["jobs"]] == [job["job_id"]]
    assert len(cli.json("job", "list", "--limit", "1")["jobs"]) == 1
    assert cli.json("job", "list", "--filter", 'labels.a = "none"')["jobs"] == []
    wrong = cli("job", "list", "--filter", "colour = 1")
    assert wrong.status == 1
    assert "INVALID_FILTER" in wrong.err


def test_a_job_is_shown_watched_again_and_traced_with_the_build_of_each_hop(cli: Cli, job: dict[str, Any]) -> None:
    shown = cli("job", "show", job["job_id"])
    assert "SUCCEEDED" in shown.out
    watched = cli("job", "watch", job["job_id"], "--output", "json")
    events = [json.loads(line)["event"] for line in watched.out.splitlines() if '"event"' in line]
    assert (watched.status, events[-1]["sequence"]) == (0, job["sequence"])
    later = cli("job", "watch", job["job_id"], "--after-sequence", events[-2]["sequence"], "--output", "json")
    assert [json.loads(line)["event"]["sequence"] for line in later.out.splitlines()] == [job["sequence"]]
    trace = cli("job", "trace", job["job_id"])
    hops = cli.json("job", "trace", job["job_id"])["hops"]
    assert [hop["sequence"] for hop in hops] == [event["sequence"] for event in events]
    for hop in hops:
        assert any(hop["event"] in line and hop["stamp"]["build"] in line for line in trace.out.splitlines())


def test_artifacts_are_listed_and_downloaded_whole_with_their_statements(
    cli: Cli, job: dict[str, Any], tmp_path: Path
) -> None:
    listed = cli.json("artifact", "list", "--job", job["job_id"])["artifacts"]
    assert {each["file"]["output_id"] for each in listed} == {"180p", "thumbnail", "manifest"}
    arguments = ("artifact", "download", "--job", job["job_id"], "--to", str(tmp_path), "--statements")
    saved = cli.json(*arguments)
    for each in saved:
        data = Path(each["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == each["artifact"]["file"]["sha256"]
    names = {entry.name for entry in tmp_path.iterdir()}
    assert names == {Path(each["path"]).name + end for each in saved for end in ("", ".intoto.json")}
    # The same again is no error, another file of that name is.
    assert cli(*arguments).status == 0
    Path(saved[0]["path"]).write_bytes(b"mine")
    clash = cli("artifact", "download", saved[0]["artifact"]["artifact_id"], "--to", str(tmp_path))
    assert clash.status == 1
    assert "is another file" in clash.err
    assert Path(saved[0]["path"]).read_bytes() == b"mine"


def test_inspect_reads_statement_and_metadata_and_says_so_and_notices_a_changed_byte(
    cli: Cli, job: dict[str, Any], tmp_path: Path
) -> None:
    saved = cli.json("artifact", "download", "--job", job["job_id"], "--to", str(tmp_path), "--statements")
    by_output = {each["artifact"]["file"]["output_id"]: each for each in saved}
    for output in ("180p", "thumbnail"):
        artifact, path = by_output[output]["artifact"], by_output[output]["path"]
        found = cli.json("inspect", path)
        assert found["contradictions"] == []
        assert found["statement"]["build"] == artifact["made_by"]["build"]
        assert found["statement"]["attempt_id"] == artifact["attempt_id"]
        assert found["tags"]["edgecode-revision"] == artifact["made_by"]["revision"]
        assert found["tags"]["edgecode-job-id"] == job["job_id"]
        assert found["tags"]["content_sha256"] == artifact["file"]["content_sha256"]
        assert "statement read from" in found["how"][0]
        assert "in the sandbox" in found["how"][1]
    video = Path(by_output["180p"]["path"])
    data = bytearray(video.read_bytes())
    data[-100] ^= 1
    video.write_bytes(data)
    changed = cli("inspect", str(video))
    assert changed.status == 1
    assert "the statement is about a file with SHA-256" in changed.out


def test_inspect_of_a_file_that_is_not_ours_says_so(cli: Cli) -> None:
    done = cli("inspect", str(CLIP))
    assert done.status == 1
    assert "nothing says that edgecode made" in done.err


def test_cancel_of_a_running_job_ends_it_and_of_a_finished_one_is_refused(cli: Cli, job: dict[str, Any]) -> None:
    running = cli.json("job", "submit", str(CLIP), "--preset", "web")
    cli.json("job", "cancel", running["job_id"], "--reason", "wrong file")
    done = cli("job", "wait", running["job_id"])
    assert done.status == 1
    assert "CANCELLED" in done.out
    refused = cli("job", "cancel", job["job_id"])
    assert refused.status == 1
    assert "JOB_FINISHED" in refused.err


def test_a_wait_that_is_too_short_is_status_4(cli: Cli) -> None:
    rungs = [word for lines in range(720, 560, -20) for word in ("--rendition", str(lines))]
    running = cli.json("job", "submit", str(CLIP), *rungs)
    assert cli("job", "wait", running["job_id"], "--timeout", "0.1").status == 4
    cli.json("job", "cancel", running["job_id"])


def test_a_source_that_is_no_video_fails_the_job_with_the_reason_and_shows_among_the_dead(
    cli: Cli, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.mp4"
    notes.write_bytes(b"words, words, words " * 50)
    done = cli("job", "submit", str(notes), "--preset", "web", "--watch")
    assert done.status == 1
    assert "NOT_MEDIA (user)" in done.err
    job_id = next(line.split()[1] for line in done.out.splitlines() if line.startswith("job "))
    dead = cli.json("dead", "list", "--job", job_id)["tasks"]
    assert [each["task_id"] for each in dead] == ["probe"]
    assert "NOT_MEDIA" in cli("dead", "list", "--job", job_id).out
    assert [each["job_id"] for each in cli.json("dead", "requeue", job_id)] == [job_id]
    assert cli("job", "wait", job_id).status == 1
    assert cli.json("job", "retry", job_id)["job_id"] == job_id
    assert cli("job", "wait", job_id).status == 1
    assert job_id in [each["job_id"] for each in cli.json("dead", "requeue", "--all")]
    assert cli("job", "wait", job_id).status == 1
    assert cli.json("job", "delete", job_id)["state"] == "STATE_DELETED"
    # Its dead task is still listed, and is no longer to be tried again.
    assert job_id not in [each["job_id"] for each in cli.json("dead", "requeue", "--all")]
