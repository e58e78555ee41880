"""`edgecode release …` from a checkout to a server and back."""

import json
from pathlib import Path

from tests.harness.process import Processes
from tests.harness.up import Up, run_script

# Two releases, a backport of the first, and a commit after the second.
CHECKOUT = """
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com
cut() {
  echo "$1" > VERSION
  printf '# Changelog\\n\\n## [%s] - 2026-11-21\\n\\n- %s\\n' "$1" "$2" > CHANGELOG.md
  git add --all; git commit --quiet -m "Release $1"; git tag --annotate -m "Release $1" "v$1"
}
git init --quiet --initial-branch=main .
echo a > a.txt; git add .; git commit --quiet -m 'begin'
cut 1.4.2 first
echo b > b.txt; git add .; git commit --quiet -m 'the café opens'
cut 1.5.0 second
git checkout --quiet -b backport v1.4.2
echo c > c.txt; git add .; git commit --quiet -m 'mend it'
cut 1.4.3 mended
git checkout --quiet main
"""


async def test_a_checkout_is_checked_registered_shown_and_compared_with_a_server(
    processes: Processes, tmp_path: Path
) -> None:
    (tmp_path / "checkout").mkdir()
    checkout = tmp_path / "checkout"
    up = await Up.start(processes, tmp_path, "--workers", "0")

    async def edgecode(command: str, *, status: int = 0) -> str:
        found, output = await run_script(processes, f"edgecode release {command}", checkout, server=up.server)
        assert found == status, output
        return output

    assert (await run_script(processes, CHECKOUT, checkout))[0] == 0
    assert "1.5.0 of" in await edgecode("check")
    for tag in ("v1.5.0", "v1.4.2", "v1.4.3", "v1.5.0"):
        await edgecode(f"register --revision {tag} --url https://ci/{tag}")

    listed = json.loads(await edgecode("list --output json"))["releases"]
    assert [each["version"] for each in listed] == ["1.5.0", "1.4.3", "1.4.2"]
    assert [each["previous_version"] for each in listed] == ["1.4.2", "1.4.2", ""]
    assert [each["commit_count"] for each in listed] == [2, 2, 2]
    assert "the café opens" in await edgecode("compare 1.4.2 1.5.0")
    assert "- mended" in await edgecode("show v1.4.3")

    apart = json.loads(await edgecode("compare 1.4.3 1.5.0 --output json"))
    assert (apart["relation"], apart["common_version"]) == ("RELATION_DIVERGED", "1.4.2")
    subjects = [(each["removed"], each["commit"]["subject"]) for each in apart["commits"]]
    assert subjects == [
        (False, "Release 1.5.0"), (False, "the café opens"), (True, "Release 1.4.3"), (True, "mend it"),
    ]  # fmt: skip
    opened = apart["commits"][1]["commit"]
    assert (opened["author"], opened["files"]) == ("Ada <ada@example.com>", ["b.txt"])

    moved = "git commit --quiet --allow-empty -m later; git tag --force --annotate -m again v1.5.0"
    author = "-c user.name=Ada -c user.email=ada@example.com"
    status, output = await run_script(processes, moved.replace("git ", f"git {author} "), checkout)
    assert status == 0, output
    assert "was registered of revision" in await edgecode("check", status=1)
    assert "cannot be" in await edgecode("register", status=1)

    recorded = await edgecode("record 1.5.0 --service worker --environment production --actor ada --output json")
    assert json.loads(recorded)["revision"] == listed[0]["revision"]
    assert "RELEASE_NOT_FOUND" in await edgecode("show 7.0.0", status=1)


async def test_a_shallow_clone_registers_what_it_knows_and_a_whole_one_adds_the_rest(
    processes: Processes, tmp_path: Path
) -> None:
    for name in ("checkout", "up"):
        (tmp_path / name).mkdir()
    up = await Up.start(processes, tmp_path / "up", "--workers", "0")
    assert (await run_script(processes, CHECKOUT, tmp_path / "checkout"))[0] == 0
    script = """
    git clone --quiet --depth 1 --branch v1.5.0 "file://$PWD/checkout" shallow 2>/dev/null
    edgecode release register --folder shallow --previous 1.4.2 --output json > shallow.json
    edgecode release register --folder checkout --output json > whole.json
    """
    status, output = await run_script(processes, script, tmp_path, server=up.server)
    assert status == 0, output
    shallow, whole = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("shallow", "whole"))
    assert (shallow["commits_known"], shallow["previous_version"]) == (False, "1.4.2")
    assert (whole["commits_known"], whole["commit_count"]) == (True, 2)
