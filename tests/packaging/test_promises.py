"""Each sentence promised is proven by a test that exists and is never skipped."""

import re
import sys
import tomllib
from pathlib import Path
from typing import TypedDict

import pytest

from tests.packaging.conftest import REPOSITORY, run

TESTS = REPOSITORY / "tests"
_EVASION = re.compile(r"pytest\.(?:skip|xfail|importorskip)\(|mark\.(?:skip|skipif|xfail)\b|unittest\.skip")


class Promise(TypedDict):
    sentence: str
    tests: list[str]


def _promises() -> list[Promise]:
    files = [
        path for path in [TESTS / "promises.toml", *sorted((TESTS / "promises.d").glob("*.toml"))] if path.exists()
    ]
    return [promise for path in files for promise in tomllib.loads(path.read_text()).get("promise", [])]


def find_broken(promises: list[Promise], collected: set[str], sources: dict[str, str]) -> list[str]:
    """What is wrong with `promises`, one line each.

    Args:
        promises: the sentences with the node ids of their tests; an id without parameters stands for all of them.
        collected: node ids that pytest collects, with their parameters.
        sources: path of each test file to its text.
    """
    whole = {node.partition("[")[0] for node in collected} | collected
    broken = []
    for promise in promises:
        if not promise["tests"]:
            broken.append(f"no test is named for: {promise['sentence']}")
        for node in promise["tests"]:
            if node not in whole:
                broken.append(f"{node} does not exist, for: {promise['sentence']}")
            elif _EVASION.search(sources[node.partition("::")[0]]):
                broken.append(f"{node} stands in a file that skips, for: {promise['sentence']}")
    return broken


@pytest.fixture(scope="module")
def collected() -> set[str]:
    # Warnings while importing a test file are that file's own failure, not ours.
    listing = run(
        *(sys.executable, "-m", "pytest", "--collect-only", "-q", "-W", "default", "-p", "no:cacheprovider", TESTS),
        cwd=REPOSITORY,
    )
    return {line for line in listing.splitlines() if "::" in line}


def test_every_promise_has_a_test_that_exists_and_is_not_skipped(collected: set[str]) -> None:
    promises = _promises()
    assert promises, "no promise is listed"
    files = {node.partition("::")[0] for node in collected}
    sources = {path: (REPOSITORY / path).read_text() for path in files}
    assert find_broken(promises, collected, sources) == []


def test_a_promise_is_made_once() -> None:
    sentences = [promise["sentence"] for promise in _promises()]
    assert len(sentences) == len(set(sentences))


def test_a_promise_without_its_test_or_with_a_skipped_one_is_found() -> None:
    skipping = "@pytest.mark." + "skip\ndef test_b(): ..."
    sources = {"tests/a.py": "def test_a(): ...", "tests/b.py": skipping}
    collected = {"tests/a.py::test_a[one]", "tests/b.py::test_b"}
    assert find_broken([{"sentence": "kept", "tests": ["tests/a.py::test_a"]}], collected, sources) == []
    for named in ([], ["tests/a.py::test_gone"], ["tests/a.py::test_a[two]"], ["tests/b.py::test_b"]):
        assert len(find_broken([{"sentence": "broken", "tests": named}], collected, sources)) == 1


def test_no_test_file_skips_or_expects_failure() -> None:
    itself = Path(__file__)
    evading = [path.name for path in TESTS.rglob("*.py") if path != itself and _EVASION.search(path.read_text())]
    assert evading == []
