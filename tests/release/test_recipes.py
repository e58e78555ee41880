"""The commands of RELEASING.md, run as they stand: by both tools, and as CI runs them beside a server."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.harness.documents import script
from tests.harness.process import Processes
from tests.harness.up import Up, run_script
from tests.packaging.conftest import REPOSITORY, Tree, run

TOOLS = (REPOSITORY / ".venv-release/bin", Path(sys.executable).parent)
DOCUMENT = "RELEASING.md"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A clone on `main` without a release."""
    root = tmp_path / "edgecode"
    run("git", "clone", "--quiet", "--no-tags", REPOSITORY, root, cwd=tmp_path)
    found = Tree(root)
    found.git("checkout", "--quiet", "-B", "main")
    found.git("config", "user.name", "Release")
    found.git("config", "user.email", "release@example.invalid")
    return found


def shell(tree: Tree, mark: str) -> str:
    """The blocks of a mark as one script that ends at its first failure."""
    path = os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]])
    text = "set -e\n" + script(DOCUMENT, mark, server="")
    return run("sh", "-c", text, cwd=tree.root, PATH=path, USER="ci", TERM="dumb", NO_COLOR="1")


def tags(tree: Tree) -> list[str]:
    return tree.git("tag", "--list", "--sort=creatordate", "--sort=version:refname").split()


def test_each_command_of_bump_my_version_cuts_a_release(tree: Tree) -> None:
    shell(tree, "release-first")
    shell(tree, "release-bump")
    assert set(tags(tree)) == {"v0.1.0", "v0.1.1", "v0.2.0", "v1.0.0", "v1.1.0-rc.1", "v1.1.0-rc.2", "v1.1.0"}
    assert (tree.root / "VERSION").read_text() == "1.1.0\n"


def test_the_command_of_semantic_release_cuts_what_the_commits_say(tree: Tree) -> None:
    shell(tree, "release-first")
    tree.commit("feat: something")
    shell(tree, "release-semantic")
    assert (tree.root / "VERSION").read_text() == "0.2.0\n"


async def test_the_recipe_of_ci_checks_builds_registers_and_records(
    tree: Tree, processes: Processes, tmp_path: Path
) -> None:
    (tmp_path / "up").mkdir()
    up = await Up.start(processes, tmp_path / "up")
    shell(tree, "release-first")
    tree.commit("fix: what the next release brings")
    shell(tree, "release-semantic")
    # Its `make` would install the clone into the environment of these tests.
    (tree.root / ".venv-test").symlink_to(REPOSITORY / ".venv-test")
    recipe = script(DOCUMENT, "release-ci", server=up.server).replace("make dist", "make -o .venv-test/dev-pins dist")
    status, output = await run_script(processes, recipe, tree.root, env={"USER": "ci"})
    assert status == 0, output
    assert output.count("0.1.1 of") == 2, "checked before the build and after it"
    assert "what the next release brings" in (tree.root / "notes.md").read_text()
    shown = 'edgecode release show "$(cat VERSION)" --output json'
    status, output = await run_script(processes, shown, tree.root, server=up.server)
    found = json.loads(output)
    assert (found["revision"], found["tag"], found["previous_version"]) == (tree.revision, "v0.1.1", "0.1.0")
    assert (found["commit_count"], found["url"]) == (2, "https://ci.example.com/runs/7")
    assert "what the next release brings" in found["notes"]
