"""The largest release that is promised, through real processes."""

import time
from collections.abc import Iterator
from pathlib import Path

import grpc

from edgecode.v1 import release_pb2, release_pb2_grpc
from tests.harness.process import Processes
from tests.harness.release_requests import commits, registration
from tests.harness.up import Up

MANY = 100_000
OPTIONS = [("grpc.max_receive_message_length", 64 << 20)]


def requests() -> Iterator[release_pb2.RegisterReleaseRequest]:
    yield registration("1.1.0", 2, previous="1.0.0")
    found = commits(2, MANY, files=("server/edgecode/server/app.py", "docs/operations.md"))
    for place in range(0, MANY, 5000):
        yield release_pb2.RegisterReleaseRequest(commits=found[place : place + 5000])


async def test_a_release_of_100000_commits_is_registered_and_compared(processes: Processes, tmp_path: Path) -> None:
    up = await Up.start(processes, tmp_path, "--workers", "0")
    async with grpc.aio.insecure_channel(up.server, options=OPTIONS) as channel:
        releases = release_pb2_grpc.ReleaseServiceStub(channel)
        await releases.RegisterRelease(iter([registration("1.0.0", 1, commits=commits(1, 1))]))
        begin = time.monotonic()
        whole = await releases.RegisterRelease(requests())
        registered = time.monotonic()
        assert (whole.state, whole.commit_count) == (release_pb2.Release.STATE_REGISTERED, MANY)
        asked = release_pb2.CompareReleasesRequest(from_release="1.0.0", to_release="1.1.0", page_size=1000)
        found = await releases.CompareReleases(asked)
        compared = time.monotonic()
        assert (found.added_count, len(found.commits), found.file_count) == (MANY, 1000, 2)
        assert [each.commit_count for each in found.files] == [MANY, MANY]
    print(f"registered in {registered - begin:.1f} s, compared in {compared - registered:.1f} s")  # noqa: T201
