"""Artifacts over HTTP: whole, in ranges, with the stamp on every reply, closed where the API is closed."""

import hashlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from edgecode.server.signing import SigningKeys
from edgecode.server.web.tokens import make_token
from edgecode.v1 import job_pb2, media_pb2
from tests.harness.api import Api
from tests.integration.api.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
CERTIFICATES = Path(__file__).with_name("certificates")
FOREIGN = "00000000-0000-5000-8000-000000000000"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def base(stack: Stack) -> AsyncIterator[str]:
    """A server with HTTP."""
    async with stack.another_server(http_address="127.0.0.1:0") as (process, _):
        yield f"http://{(await process.ready())['http_address']}"


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


@pytest_asyncio.fixture(loop_scope="session")
async def picture(api: Api, finished_job: job_pb2.Job) -> media_pb2.Artifact:
    request = job_pb2.GetArtifactRequest(artifact_id=finished_job.outputs[0].artifact_id)
    return await api.jobs.GetArtifact(request)


def is_stamped(reply: aiohttp.ClientResponse) -> bool:
    return all(reply.headers.get(f"Edgecode-{name}") for name in ("Version", "Revision", "Instance"))


async def test_the_whole_comes_with_its_digest_type_and_name(
    base: str, http: aiohttp.ClientSession, picture: media_pb2.Artifact
) -> None:
    url = f"{base}/artifacts/{picture.artifact_id}"
    async with http.get(url) as reply:
        data = await reply.read()
        assert (reply.status, hashlib.sha256(data).hexdigest()) == (200, picture.file.sha256)
        assert reply.headers["ETag"] == f'"{picture.file.sha256}"'
        assert reply.headers["Content-Type"] == "image/jpeg"
        assert reply.headers["Content-Disposition"] == 'inline; filename="thumbnail.jpg"'
        assert reply.headers["Edgecode-Made-By"] == picture.made_by.build
        assert is_stamped(reply)
    async with http.head(f"{url}?download") as reply:
        assert (reply.status, reply.content_length, await reply.read()) == (200, len(data), b"")
        assert reply.headers["Content-Disposition"].startswith("attachment")
    async with http.get(url, headers={"If-None-Match": f'"{picture.file.sha256}"'}) as reply:
        assert (reply.status, await reply.read()) == (304, b"")
    async with http.get(f"{url}/statement") as reply:
        assert (await reply.json(content_type=None))["subject"][0]["digest"]["sha256"] == picture.file.sha256


async def test_ranges_give_the_bytes_asked_for_and_what_is_beyond_the_end_is_refused(
    base: str, http: aiohttp.ClientSession, picture: media_pb2.Artifact, api: Api
) -> None:
    url, whole = f"{base}/artifacts/{picture.artifact_id}", await api.download(picture.artifact_id)
    size, etag = len(whole), f'"{picture.file.sha256}"'
    for asked, start, end in (("0-9", 0, 10), ("100-", 100, size), ("-7", size - 7, size)):
        async with http.get(url, headers={"Range": f"bytes={asked}", "If-Range": etag}) as reply:
            assert (reply.status, await reply.read()) == (206, whole[start:end])
            assert reply.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
            assert is_stamped(reply)
    async with http.get(url, headers={"Range": f"bytes={size}-"}) as reply:
        assert (reply.status, reply.headers["Content-Range"]) == (416, f"bytes */{size}")
        assert (await reply.json())["error"]["reason"] == "RANGE_BEYOND_END"
    for headers in ({"Range": "bytes=0-9", "If-Range": '"another"'}, {"Range": "bytes=0-1,3-4"}):
        async with http.get(url, headers=headers) as reply:
            assert (reply.status, await reply.read()) == (200, whole)


async def test_a_signed_url_of_blobs_in_a_folder_leads_to_the_server(
    stack: Stack, http: aiohttp.ClientSession, picture: media_pb2.Artifact
) -> None:
    public = "https://media.example.com"
    async with stack.another_server(http_address="127.0.0.1:0", http_url=public) as (process, api):
        request = job_pb2.SignArtifactUrlRequest(artifact_id=picture.artifact_id, expires_in_seconds=60)
        signed = await api.jobs.SignArtifactUrl(request)
        assert signed.url.startswith(f"{public}/artifacts/{picture.artifact_id}?token=")
        base = f"http://{(await process.ready())['http_address']}"
        async with http.get(signed.url.replace(public, base)) as reply:
            assert hashlib.sha256(await reply.read()).hexdigest() == picture.file.sha256
        request.statement = True
        async with http.get((await api.jobs.SignArtifactUrl(request)).url.replace(public, base)) as reply:
            assert (await reply.json(content_type=None))["_type"] == "https://in-toto.io/Statement/v1"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/artifacts/{FOREIGN}", 404),
        ("GET", "/artifacts/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/artifacts/x%00y", 404),
        ("GET", "/", 404),
        ("POST", f"/artifacts/{FOREIGN}", 405),
        ("GET", f"/artifacts/{FOREIGN}?token=1.x", 403),
    ],
)
async def test_what_is_refused_is_stamped_too(
    base: str, http: aiohttp.ClientSession, method: str, path: str, status: int
) -> None:
    async with http.request(method, URL(base + path, encoded=True)) as reply:
        assert (reply.status, is_stamped(reply)) == (status, True)
        if path.startswith(f"/artifacts/{FOREIGN}") and status == 404:
            assert (await reply.json())["error"]["reason"] == "ARTIFACT_NOT_FOUND"


async def test_where_the_api_needs_a_certificate_so_does_http_unless_the_url_is_signed(
    stack: Stack, http: aiohttp.ClientSession, picture: media_pb2.Artifact
) -> None:
    tls = {
        "tls_certificate": CERTIFICATES / "server.pem",
        "tls_key": CERTIFICATES / "server.key",
        "tls_client_authorities": CERTIFICATES / "authority.pem",
        "http_address": "127.0.0.1:0",
    }
    process = await stack.processes.server(stack.settings.model_copy(update=tls))
    try:
        url = f"https://{(await process.ready())['http_address']}/artifacts/{picture.artifact_id}"
        stranger = ssl.create_default_context(cafile=str(CERTIFICATES / "authority.pem"))
        stranger.check_hostname = False
        async with http.get(url, ssl=stranger) as reply:
            assert (reply.status, (await reply.json())["error"]["reason"]) == (403, "TOKEN_REFUSED")
        keys = SigningKeys.open(stack.settings.signing_key, make=False)
        token = make_token(keys, f"/artifacts/{picture.artifact_id}", 4_000_000_000)
        async with http.get(f"{url}?token={token}", ssl=stranger) as reply:
            assert reply.status == 200
        over = make_token(keys, f"/artifacts/{picture.artifact_id}", 1_000_000_000)
        async with http.get(f"{url}?token={over}", ssl=stranger) as reply:
            assert reply.status == 403
        alice = ssl.create_default_context(cafile=str(CERTIFICATES / "authority.pem"))
        alice.check_hostname = False
        alice.load_cert_chain(CERTIFICATES / "alice.pem", CERTIFICATES / "alice.key")
        async with aiohttp.ClientSession() as known, known.get(url, ssl=alice) as reply:
            assert reply.status == 200
    finally:
        await process.terminate()
