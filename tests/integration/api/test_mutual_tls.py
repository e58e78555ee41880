"""With mutual TLS the caller is who the certificate says, whatever the metadata claims."""

from pathlib import Path

import grpc
import pytest
from grpc import aio

from edgecode.v1 import asset_pb2, fleet_pb2
from tests.harness.api import Api, refusal, stream
from tests.harness.process import Processes
from tests.integration.api.conftest import start_stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

CERTIFICATES = Path(__file__).parent / "certificates"


def read(name: str) -> bytes:
    return (CERTIFICATES / name).read_bytes()


async def test_the_caller_is_the_subject_of_the_certificate_and_without_one_nobody_is_heard(tmp_path: Path) -> None:
    processes = Processes()
    try:
        stack = await start_stack(
            processes,
            tmp_path,
            worker=False,
            tls_certificate=CERTIFICATES / "server.pem",
            tls_key=CERTIFICATES / "server.key",
            tls_client_authorities=CERTIFICATES / "authority.pem",
        )
        alice = grpc.ssl_channel_credentials(read("authority.pem"), read("alice.key"), read("alice.pem"))
        async with aio.secure_channel(stack.address, alice) as channel:
            request = asset_pb2.UploadAssetRequest(upload_id="hers", data=b"abc", finish=True)
            call = Api(channel).assets.UploadAsset(stream(request), metadata=(("edgecode-caller", "mallory"),))
            assert (await call).asset.caller == "CN=alice,O=film"
        stranger = grpc.ssl_channel_credentials(read("authority.pem"))
        async with aio.secure_channel(stack.address, stranger) as channel:
            found = await refusal(Api(channel).fleet.GetStatus(fleet_pb2.GetStatusRequest(), timeout=20))
            assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "")
    finally:
        await processes.close()
