"""With mutual TLS the caller is who the certificate says, whatever the metadata claims; and the command speaks it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from grpc import aio

from edgecode.cli import reach
from edgecode.v1 import asset_pb2, fleet_pb2
from tests.harness.api import Api, refusal, stream
from tests.harness.process import Process, Processes
from tests.integration.api.conftest import Stack, start_stack

pytestmark = pytest.mark.asyncio(loop_scope="module")

CERTIFICATES = Path(__file__).parent / "certificates"
TRUST = ("--ca", str(CERTIFICATES / "authority.pem"))
# Less than the 30 s for which a stream that a restart may have broken is tried again.
SOON_SECONDS = 20.0


def identity(name: str) -> tuple[str, ...]:
    return "--certificate", str(CERTIFICATES / f"{name}.pem"), "--key", str(CERTIFICATES / f"{name}.key")


def read(name: str) -> bytes:
    return (CERTIFICATES / name).read_bytes()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A server that asks for certificates."""
    processes = Processes()
    try:
        yield await start_stack(
            processes,
            tmp_path_factory.mktemp("tls"),
            worker=False,
            tls_certificate=CERTIFICATES / "server.pem",
            tls_key=CERTIFICATES / "server.key",
            tls_client_authorities=CERTIFICATES / "authority.pem",
        )
    finally:
        await processes.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plain(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A server without TLS."""
    processes = Processes()
    try:
        yield await start_stack(processes, tmp_path_factory.mktemp("plain"), worker=False)
    finally:
        await processes.close()


async def run(stack: Stack, *arguments: str, **variables: str) -> Process:
    """One command, ended."""
    command = await stack.processes.edgecode(*arguments, env={"EDGECODE_SERVER": stack.address, **variables})
    await command.exit(SOON_SECONDS)
    return command


async def test_the_caller_is_the_subject_of_the_certificate_and_without_one_nobody_is_heard(secured: Stack) -> None:
    alice = grpc.ssl_channel_credentials(read("authority.pem"), read("alice.key"), read("alice.pem"))
    async with aio.secure_channel(secured.address, alice) as channel:
        request = asset_pb2.UploadAssetRequest(upload_id="hers", data=b"abc", finish=True)
        call = Api(channel).assets.UploadAsset(stream(request), metadata=(("edgecode-caller", "mallory"),))
        assert (await call).asset.caller == "CN=alice,O=film"
    stranger = grpc.ssl_channel_credentials(read("authority.pem"))
    async with aio.secure_channel(secured.address, stranger) as channel:
        found = await refusal(Api(channel).fleet.GetStatus(fleet_pb2.GetStatusRequest(), timeout=20))
        assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "")


async def test_the_command_calls_with_its_certificate_given_by_options_or_variables(
    secured: Stack, tmp_path: Path
) -> None:
    (tmp_path / "bytes").write_bytes(b"abc")
    upload = ("asset", "upload", str(tmp_path / "bytes"), "--output", "json", "--caller", "mallory")
    by_options = await run(secured, *upload, *TRUST, *identity("alice"))
    by_variables = await run(
        secured,
        *upload,
        EDGECODE_CLIENT_CA=TRUST[1],
        EDGECODE_CLIENT_CERTIFICATE=str(CERTIFICATES / "alice.pem"),
        EDGECODE_CLIENT_KEY=str(CERTIFICATES / "alice.key"),
    )
    for command in (by_options, by_variables):
        assert command.ended.result() == 0, command.output
        assert json.loads(command.output)["caller"] == "CN=alice,O=film"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param((), reach.SPEAKS_TLS, id="without TLS"),
        pytest.param(TRUST, reach.WANTS_CERTIFICATE, id="without a certificate"),
        pytest.param((*TRUST, *identity("mallory")), reach.REFUSES_CERTIFICATE, id="with one of nobody's"),
        pytest.param(
            ("--ca", str(CERTIFICATES / "mallory.pem"), *identity("alice")), "that is not trusted", id="other authority"
        ),
        pytest.param(("--tls", *identity("alice")), "that is not trusted", id="public authorities"),
    ],
)
async def test_what_keeps_a_connection_with_tls_from_coming_about_is_said_soon(
    secured: Stack, options: tuple[str, ...], says: str
) -> None:
    # One asks once; the other is a stream, which a restarted server would be asked for again.
    commands = (("status",), ("job", "watch", "5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa"))
    for command in await asyncio.gather(*(run(secured, *each, *options) for each in commands)):
        assert command.ended.result() == 3, command.output
        assert says in command.output
        assert secured.address in command.output


async def test_tls_with_a_server_that_speaks_none_is_said(plain: Stack) -> None:
    command = await run(plain, "status", *TRUST, *identity("alice"))
    assert command.ended.result() == 3, command.output
    assert reach.SPEAKS_NO_TLS in command.output


async def test_a_name_that_the_certificate_does_not_have_is_said(secured: Stack) -> None:
    port = secured.address.rpartition(":")[2]
    # The same address by a name that only the test uses.
    command = await run(secured, "status", "--server", f"127.1:{port}", *TRUST, *identity("alice"))
    assert command.ended.result() == 3, command.output
    assert "certificate is not valid for '127.1'" in command.output
