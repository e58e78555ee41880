"""A real S3 server of the test's own: moto's from its wheel, or versitygw where EDGECODE_TEST_S3 names its program.

moto keeps objects in memory and speaks the protocol over HTTP; it checks signatures and rights once it `enforces` them.
"""

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import boto3  # type: ignore[import-untyped] # they ship no types

from edgecode.cli.stack.ports import free_port
from tests.harness.eventually import eventually
from tests.harness.process import Process, Processes

PROGRAM = "EDGECODE_TEST_S3"
REGION = "us-east-1"
# With its bucket from the first moment on; quiet, since nobody reads a line for each request, and a full pipe stops it.
_MOTO = """
import logging, sys
from moto import server
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
logging.getLogger("werkzeug").setLevel("ERROR")
s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(sys.argv[1], sys.argv[2])
server.main(sys.argv[3:])
"""


class S3Server:
    """One server with one bucket.

    Attributes:
        process: what runs.
        endpoint: `http://127.0.0.1:port`.
        keys: the owner's key and secret.
        client: of AWS's own library, for what a test does beside Edgecode.
    """

    bucket = "edgecode-test"

    def __init__(self, argv: Sequence[str], address: str) -> None:
        self._argv = argv
        self.endpoint = f"http://{address}"
        self.keys = ("owner", "secret-of-owner")
        self.client: Any = self._client("s3")
        self.process: Process

    @classmethod
    async def start(cls, processes: Processes, folder: Path) -> Self:
        """A server that is ready, its bucket made."""
        server = cls.on_a_free_port(folder)
        await server.run(processes)
        return server

    @classmethod
    def on_a_free_port(cls, folder: Path) -> Self:
        """A server to be started; `folder` is versitygw's."""
        address = f"127.0.0.1:{free_port()}"
        program = os.environ.get(PROGRAM)
        return cls(_versitygw(program, address, folder) if program else _moto(address), address)

    async def run(self, processes: Processes) -> None:
        """Starts it, also again, on the same port; moto has then forgotten all objects."""
        self.process = await processes.start("s3", *self._argv, env=self._owner)
        await eventually(self._answers)
        self._make_bucket()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Starts it beside whatever runs inside, and ends it."""
        with subprocess.Popen(self._argv, env={**os.environ, **self._owner}, stderr=subprocess.DEVNULL) as process:
            try:
                asyncio.run(eventually(self._answers))
                self._make_bucket()
                yield
            finally:
                process.terminate()

    @property
    def _owner(self) -> dict[str, str]:
        return {"ROOT_ACCESS_KEY": self.keys[0], "ROOT_SECRET_KEY": self.keys[1]}

    def _make_bucket(self) -> None:
        if self.bucket not in [found["Name"] for found in self.client.list_buckets()["Buckets"]]:
            self.client.create_bucket(Bucket=self.bucket)

    async def _answers(self) -> bool:
        try:
            self.client.list_buckets()
        except Exception:  # noqa: BLE001 it does not listen yet
            return False
        return True

    def _client(self, service: str) -> Any:
        key, secret = self.keys
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            verify=False,
        )

    def url(self, prefix: str = "", **options: str) -> str:
        """URL of a store of its own below the bucket."""
        place = prefix or uuid.uuid4().hex
        query = "&".join(f"{name}={value}" for name, value in {"region": REGION, **options}.items())
        return f"s3://{self.bucket}/{place}?endpoint={self.endpoint}&{query}"

    @property
    def environment(self) -> dict[str, str]:
        """Where processes find the owner's credentials."""
        return {"AWS_ACCESS_KEY_ID": self.keys[0], "AWS_SECRET_ACCESS_KEY": self.keys[1]}

    def objects(self, url: str) -> dict[str, int]:
        """Keys and sizes below a store's URL, as AWS's own library lists them."""
        prefix = url.partition("?")[0].removeprefix(f"s3://{self.bucket}/")
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{prefix}/")
        found = [item for page in pages for item in page.get("Contents", ())]
        return {item["Key"].removeprefix(f"{prefix}/"): item["Size"] for item in found}

    def unfinished(self) -> list[str]:
        """Keys of multipart uploads that were neither completed nor aborted."""
        reply = self.client.list_multipart_uploads(Bucket=self.bucket)
        return [upload["Key"] for upload in reply.get("Uploads", ())]

    def user(self, name: str, policy: dict[str, Any]) -> tuple[str, str]:
        """A user with these rights alone; key and secret. moto only, and only before it `enforces`."""
        iam = self._client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    def enforce(self) -> None:
        """From now on signatures and rights are checked. moto only."""
        request = urllib.request.Request(
            f"{self.endpoint}/moto-api/reset-auth", data=b"0", headers={"content-type": "text/plain"}
        )
        urllib.request.urlopen(request).close()


async def zeros(size_bytes: int) -> AsyncGenerator[bytes, None]:
    """A source of one chunk."""
    yield bytes(size_bytes)


def _moto(address: str) -> list[str]:
    host, _, port = address.partition(":")
    return [sys.executable, "-c", _MOTO, S3Server.bucket, REGION, "-H", host, "-p", port]


def _versitygw(program: str, address: str, folder: Path) -> list[str]:
    objects, sidecar = folder / "objects", folder / "sidecar"
    for path in (objects, sidecar):
        path.mkdir(parents=True, exist_ok=True)
    return [program, "--quiet", "--region", REGION, "--port", address, "posix", "--sidecar", str(sidecar), str(objects)]
