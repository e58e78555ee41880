"""Each sentence promised is proven by a test that exists and is never skipped."""

import re
import sys
import tomllib
from pathlib import Path
from typing import TypedDict

import pytest

from tests.packaging.conftest import REPOSITORY, run

TESTS = REPOSITORY / "tests"
BENCH = "bench::"
_EVASION = re.compile(r"pytest\.(?:skip|xfail|importorskip)\(|mark\.(?:skip|skipif|xfail)\b|unittest\.skip")


class Promise(TypedDict):
    sentence: str
    tests: list[str]


def _promises() -> list[Promise]:
    promises: list[Promise] = tomllib.loads((TESTS / "promises.toml").read_text(encoding="utf-8"))["promise"]
    return promises


def find_broken(promises: list[Promise], collected: set[str], sources: dict[str, str]) -> list[str]:
    """What is wrong with `promises`, one line each.

    Args:
        promises: the sentences with the node ids of their tests; an id without parameters stands for all of them.
            `bench::<row>` is a row of `make bench`.
        collected: node ids that pytest collects, with their parameters, and the rows.
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
            elif not node.startswith(BENCH) and _EVASION.search(sources[node.partition("::")[0]]):
                broken.append(f"{node} stands in a file that skips, for: {promise['sentence']}")
    return broken


@pytest.fixture(scope="module")
def collected() -> set[str]:
    # All folders, also those that `make test` does not run. Warnings while importing a file are its own failure.
    listing = run(
        *(sys.executable, "-m", "pytest", "--collect-only", "-q", "-W", "default", "-p", "no:cacheprovider", TESTS),
        cwd=REPOSITORY,
    )
    rows = run(sys.executable, "-m", "bench", "--list", cwd=REPOSITORY)
    return {line for line in listing.splitlines() if "::" in line} | {
        BENCH + row.split()[0] for row in rows.splitlines()
    }


def test_every_promise_has_a_test_that_exists_and_is_not_skipped(collected: set[str]) -> None:
    promises = _promises()
    assert promises, "no promise is listed"
    files = {node.partition("::")[0] for node in collected if not node.startswith(BENCH)}
    sources = {path: (REPOSITORY / path).read_text() for path in files}
    assert find_broken(promises, collected, sources) == []


def test_a_promise_is_made_once() -> None:
    sentences = [promise["sentence"] for promise in _promises()]
    assert len(sentences) == len(set(sentences))


def test_a_promise_without_its_test_or_with_a_skipped_one_is_found() -> None:
    skipping = "@pytest.mark." + "skip\ndef test_b(): ..."
    sources = {"tests/a.py": "def test_a(): ...", "tests/b.py": skipping}
    collected = {"tests/a.py::test_a[one]", "tests/b.py::test_b", "bench::row"}
    assert find_broken([{"sentence": "kept", "tests": ["tests/a.py::test_a", "bench::row"]}], collected, sources) == []
    for named in ([], ["tests/a.py::test_gone"], ["tests/a.py::test_a[two]"], ["tests/b.py::test_b"], ["bench::gone"]):
        assert len(find_broken([{"sentence": "broken", "tests": named}], collected, sources)) == 1


def test_no_test_file_skips_or_expects_failure() -> None:
    itself = Path(__file__)
    evading = [path.name for path in TESTS.rglob("*.py") if path != itself and _EVASION.search(path.read_text())]
    assert evading == []
