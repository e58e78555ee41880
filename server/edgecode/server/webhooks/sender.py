"""One HTTP request to a webhook: no redirect, no address that may not be reached, no endless answer."""

import asyncio
import errno
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from edgecode.core.settings import Settings
from edgecode.core.stamp import Stamp
from edgecode.server.webhooks.addresses import Addresses

_ANSWER_BYTES = 16 << 10
_REFUSED = "webhooks of this server may not reach"
_LONGEST_RETRY_AFTER_SECONDS = 3600.0


class TryReason(StrEnum):
    """Why a try failed: the documented list."""

    STATUS_REFUSED = "STATUS_REFUSED"
    REDIRECT_REFUSED = "REDIRECT_REFUSED"
    TIMED_OUT = "TIMED_OUT"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    NAME_UNKNOWN = "NAME_UNKNOWN"
    CONNECT_FAILED = "CONNECT_FAILED"
    TLS_REFUSED = "TLS_REFUSED"
    ANSWER_BROKEN = "ANSWER_BROKEN"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a try ended. `reason` is empty where it was delivered; `retry_after_seconds` is what the receiver asked."""

    http_status: int
    reason: str
    latency_seconds: float
    retry_after_seconds: float = 0.0


class _Resolver(AbstractResolver):
    """The system's resolver without the addresses that may not be reached."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        kept = [each for each in found if self._addresses.may_reach(each["host"])]
        if found and not kept:
            raise PermissionError(errno.EACCES, f"{host} has only addresses that {_REFUSED}")
        return kept

    async def close(self) -> None:
        await self._system.close()


class Sender:
    """Sends bodies. Started before the first, stopped after the last."""

    def __init__(self, stamp: Stamp, settings: Settings) -> None:
        self._addresses = Addresses(settings.webhook_networks)
        self._timeout = aiohttp.ClientTimeout(total=settings.webhook_timeout_seconds)
        self._headers = {
            "content-type": "application/json",
            "user-agent": f"edgecode/{stamp.version}",
            "edgecode-version": stamp.version,
            "edgecode-revision": stamp.revision,
            "edgecode-instance": stamp.instance,
        }
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Gets ready; connects to nobody."""
        connector = aiohttp.TCPConnector(
            resolver=_Resolver(self._addresses), socket_factory=self._socket, limit=0, use_dns_cache=False
        )
        # No proxy, no cookies, no credentials of this machine.
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=self._timeout, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def stop(self) -> None:
        """Closes all connections; twice is legal."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _socket(self, info: Any) -> socket.socket:
        """A socket for the very address that is connected to: what a name meant a moment ago does not count."""
        family, kind, protocol, _, address = info
        if not self._addresses.may_reach(str(address[0])):
            raise PermissionError(errno.EACCES, f"{address[0]} is an address that {_REFUSED}")
        return socket.socket(family, kind, protocol)

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Posts a body, and says how that ended. Raises nothing of the network's."""
        assert self._session is not None, "start it first"
        began = time.monotonic()
        try:
            async with self._session.post(
                URL(url, encoded=True), data=body, headers={**self._headers, **headers}, allow_redirects=False
            ) as response:
                await response.content.read(_ANSWER_BYTES)
                status, wait = response.status, response.headers.get("retry-after", "")
                if not response.content.at_eof():
                    response.close()  # whatever else it would say
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, asyncio.LimitOverrunError) as error:
            return Answer(0, _reason_of(error), time.monotonic() - began)
        return Answer(status, _reason_of_status(status), time.monotonic() - began, _seconds(wait))


def _reason_of_status(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return TryReason.REDIRECT_REFUSED if 300 <= status < 400 else TryReason.STATUS_REFUSED


def _seconds(retry_after: str) -> float:
    return min(float(retry_after), _LONGEST_RETRY_AFTER_SECONDS) if retry_after.isdecimal() else 0.0


def _reason_of(error: Exception) -> TryReason:
    if _REFUSED in str(error):
        return TryReason.ADDRESS_REFUSED
    kinds: tuple[tuple[type[Exception], TryReason], ...] = (
        (TimeoutError, TryReason.TIMED_OUT),
        (aiohttp.ClientConnectorDNSError, TryReason.NAME_UNKNOWN),
        (aiohttp.ClientSSLError, TryReason.TLS_REFUSED),
        (aiohttp.ClientConnectorError, TryReason.CONNECT_FAILED),
    )
    return next((reason for kind, reason in kinds if isinstance(error, kind)), TryReason.ANSWER_BROKEN)
