"""Registrations of releases with made-up commits."""

import hashlib
from collections.abc import Sequence
from typing import Any

from edgecode.v1 import release_pb2


def revision_of(*parts: object) -> str:
    """A made-up revision, the same for the same parts."""
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()


def registration(version: str, number: int, *, previous: str = "", **fields: Any) -> release_pb2.RegisterReleaseRequest:
    """A release of a made-up revision, with its tag."""
    given = {"revision": revision_of(version, number), "tag": f"v{version}", "previous_version": previous, **fields}
    request = release_pb2.RegisterReleaseRequest(version=version, **given)
    request.commit_time.FromSeconds(1_790_000_000 - number)
    return request


def commit(line: int, number: int, subject: str = "", *, files: Sequence[str] = ("a.py",)) -> release_pb2.Commit:
    """One commit; `line` keeps those of several tests apart."""
    made = release_pb2.Commit(
        revision=revision_of("commit", line, number), author="Ada <ada@example.com>", subject=subject or f"c{number}",
        files=files,
    )  # fmt: skip
    made.author_time.FromSeconds(1_780_000_000 + number)
    return made


def commits(line: int, count: int, *, files: Sequence[str] = ("a.py",)) -> list[release_pb2.Commit]:
    """Some commits, newest first."""
    return [commit(line, number, files=files) for number in range(count, 0, -1)]
