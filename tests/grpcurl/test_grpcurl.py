"""The README's tour with a real grpcurl: reflection and the descriptor set are all it has."""

import hashlib
from pathlib import Path

from tests.harness.documents import blocks, reader_folder, script, write_descriptor_set
from tests.harness.process import Processes
from tests.harness.up import Up, run_script

JPEG_BEGINS = b"\xff\xd8\xff"


def words(text: str) -> list[str]:
    """Text without its layout."""
    return text.split()


async def test_reflection_is_enough_to_upload_transcode_watch_trace_and_download(
    processes: Processes, tmp_path: Path
) -> None:
    reader_folder(tmp_path)
    up = await Up.start(processes, tmp_path)
    status, output = await run_script(processes, script("README.md", "grpcurl", server=up.server), tmp_path)
    assert status == 0, output
    picture = (tmp_path / "thumbnail.jpg").read_bytes()
    assert picture.startswith(JPEG_BEGINS)
    assert hashlib.sha256(picture).hexdigest() in (tmp_path / "artifacts.json").read_text()
    assert "edgecode-revision: " in output
    assert "grpc.health.v1.Health\n" in output
    assert "edgecode.v1.JobService.CreateJob is a method:" in output
    assert '"job.succeeded"' in output


async def test_errors_are_decoded_as_the_readme_shows_them(processes: Processes, tmp_path: Path) -> None:
    reader_folder(tmp_path)
    up = await Up.start(processes, tmp_path)
    whole = script("README.md", "grpcurl", server=up.server)
    refused = script("README.md", "grpcurl-refused", server=up.server)
    status, output = await run_script(
        processes, f"( {whole} ) >/dev/null\nSERVER={up.server} ASSET=x\n{refused}", tmp_path
    )
    assert status != 0
    shown = next(block.text for block in blocks("README.md") if block.text.startswith("ERROR:"))
    assert words(output) == words(shown)


async def test_the_descriptor_set_of_a_release_stands_in_for_reflection(processes: Processes, tmp_path: Path) -> None:
    write_descriptor_set(tmp_path)
    up = await Up.start(processes, tmp_path)
    status, output = await run_script(processes, script("docs/clients.md", "grpcurl-set", server=up.server), tmp_path)
    assert status == 0, output
    assert "edgecode.v1.JobService" in output
    assert '"answeredBy"' in output


async def test_grpcurl_alone_registers_a_release_and_declares_a_deployment(
    processes: Processes, tmp_path: Path
) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    commit = "git -c user.name=ci -c user.email=ci@example.com commit --quiet --allow-empty -m"
    setup = (
        f"git init --quiet && echo 0.1.0 > VERSION && git add . && {commit} first && git tag v0.1.0 && {commit} next"
    )
    status, output = await run_script(processes, f"{setup} && echo 0.1.1 > VERSION", checkout)
    assert status == 0, output
    up = await Up.start(processes, tmp_path)
    status, output = await run_script(processes, script("RELEASING.md", "grpcurl-release", server=up.server), checkout)
    assert status == 0, output
    assert '"previous_version": "0.1.0"' in output
    assert '"commit_count": 1' in output
    assert '"state": "STATE_STARTED"' in output
