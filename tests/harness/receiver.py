"""A receiver of webhooks as tests see it: what it got, checked as a receiver's library would."""

import base64
import hmac
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.harness.process import Process, Processes


@dataclass(frozen=True)
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def payload(self) -> Any:
        return json.loads(self.body)

    @property
    def type(self) -> str:
        return str(self.payload["type"])

    @property
    def job_id(self) -> str:
        return str(self.payload["data"]["job"]["job_id"])

    @property
    def sequence(self) -> int:
        return int(self.payload["data"]["event"]["sequence"])

    def is_signed_with(self, secret: str) -> bool:
        """Whether one of the signatures is that of a secret, reckoned as https://www.standardwebhooks.com says."""
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.{self.body}".encode()
        wanted = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


class ReceiverProcess:
    """Started, stopped and started again on the same port."""

    def __init__(self, processes: Processes, folder: Path) -> None:
        self._processes = processes
        self._folder = folder
        self._past: list[dict[str, Any]] = []
        self.port = 0
        self.process: Process

    async def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self.process = await self._processes.start(
            "receiver", sys.executable, "-m", "tests.harness.receiver_process", str(self._folder), str(self.port)
        )
        self.port = (await self.process.ready())["port"]

    async def kill(self) -> None:
        await self.process.kill()
        self._past += self.process.events

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def shut(self, name: str) -> None:
        """`/gate/NAME` answers 503 from now on."""
        (self._folder / name).touch()

    def open(self, name: str) -> None:
        """`/gate/NAME` answers 200 from now on."""
        (self._folder / name).unlink()

    def got(self, job_id: str = "") -> list[Got]:
        """All requests so far, of one job or of all."""
        found = [
            Got(e["path"], {key.lower(): value for key, value in e["headers"].items()}, e["body"])
            for e in (*self._past, *self.process.events)
            if e.get("event") == "received"
        ]
        return [got for got in found if job_id in {"", got.job_id}]

    async def until(self, enough: Callable[[list[Got]], bool], job_id: str = "", seconds: float = 30.0) -> list[Got]:
        """All requests of a job as soon as they are enough; those to come are awaited."""
        while not enough(found := self.got(job_id)):
            seen = len(self.process.events)
            await self.process._find(self.process.events, partial(self._is_news, seen), seconds)
        return found

    def _is_news(self, seen: int, _: object) -> bool:
        return len(self.process.events) > seen
