"""Cuts three releases, runs them side by side, rolls one back, plants lies, and shows what on-call would see.

`python -m demos.releases FOLDER` leaves `facts.json` there. Status 1 where a planted lie was not found.
"""

import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from demos.releases.clone import Built, Clone
from demos.releases.fleet import Fleet
from demos.releases.lies import Lie, in_checkouts, look

_MARK = ".edgecode-demo-releases"


def say(text: str) -> None:
    """A line of the story."""
    sys.stdout.write(f"\n## {text}\n\n")
    sys.stdout.flush()


def show(fleet: Fleet, *arguments: str) -> None:
    """A command with what it prints."""
    sys.stdout.write(f"$ edgecode {' '.join(arguments)}\n{fleet.edgecode(*arguments)}\n\n")
    sys.stdout.flush()


def cut(clone: Clone) -> list[Built]:
    """Three releases by both tools, each built."""
    clone.bump("--current-version", "0.0.0", "--new-version", "0.1.0")
    built = [clone.build()]
    clone.change("docs/presets.md", "A preset for vertical video.", "feat: a preset for vertical video")
    clone.change("docs/presets.md", "It keeps the sound.", "fix: vertical video keeps its sound")
    clone.semantic_release()
    built.append(clone.build())
    clone.change("docs/operations.md", "Look at status first.", "Status comes first in operations")
    clone.bump("patch")
    built.append(clone.build())
    return built


def lying(clone: Clone) -> list[Built]:
    """A build of changed files, and one whose version is that of another revision."""
    planted = clone.root / "core/edgecode/core/planted.py"
    planted.write_text("PLANTED = True\n", encoding="utf-8")
    dirty = clone.build("dirty")
    planted.unlink()
    clone.change("README.md", "Not released.", "chore: a commit under an old version")
    return [dirty, clone.build("twice")]


def release(fleet: Fleet, clone: Clone, built: Built) -> dict[str, Any]:
    """What CI does at a tag."""
    clone.git("checkout", "--quiet", f"v{built.version}")
    sys.stdout.write(fleet.edgecode("release", "check", "--dist", str(built.dist), cwd=clone.root) + "\n")
    found: dict[str, Any] = fleet.told("release", "register", cwd=clone.root)
    clone.git("checkout", "--quiet", "main")
    return found


def deploy(fleet: Fleet, built: Built, before: Built | None) -> None:
    """Declares a deployment and makes it: the new worker comes before the old one goes."""
    fleet.edgecode("release", "record", built.version, "--service", "worker", "--environment", "production",
                   "--actor", "demo")  # fmt: skip
    fleet.start_worker(built)
    if before is not None:
        fleet.stop_worker(before)
    name = f"{built.version}+g{built.revision[:12]}"
    fleet.until(lambda: _is_deployed(fleet, name, before), f"the deployment of {name}")
    sys.stdout.write(f"deployed {name}\n")


def _is_deployed(fleet: Fleet, name: str, before: Built | None) -> bool:
    found = fleet.told("release", "changes", "--since", "1h")["changes"]
    newest = next((each for each in found if each["kind"] in {"KIND_DEPLOYMENT", "KIND_ROLLBACK"}), None)
    workers = [
        each["stamp"] for each in fleet.told("fleet", "list")["instances"] if each["stamp"]["service"] == "worker"
    ]
    gone = before is None or before.version not in {stamp["version"] for stamp in workers}
    return newest is not None and newest["to_build"] == name and gone


def story(folder: Path) -> list[Lie]:
    """Everything, in order."""
    clone = Clone(folder)
    say("Three releases, cut by bump-my-version and python-semantic-release, and built")
    releases = cut(clone)
    for built in releases:
        sys.stdout.write(f"{built.version:8} {built.revision[:12]} {next(built.dist.glob('*.whl')).name}\n")
    liars = lying(clone)
    first, second, third = releases
    with Fleet(folder, first) as fleet:
        say("Checked and registered")
        registered = [release(fleet, clone, built) for built in releases]
        say("Deployed one after another; the third is rolled back to the second")
        for built, before in ((first, None), (second, first), (third, second), (second, third)):
            deploy(fleet, built, before)
        say("Two more workers, whose labels lie")
        for built in liars:
            fleet.start_worker(built)
        lies = [
            Lie("a worker's files differ from its revision", "files differ from the revision"),
            Lie("a version names two revisions", "revisions"),
        ]
        fleet.until(lambda: _all_warned(fleet), "the warnings about both builds")
        say("What on-call sees")
        for command in (
            ("status",), ("fleet", "list"), ("fleet", "builds"), ("release", "list"),
            ("release", "changes", "--since", "1h"), ("release", "compare", third.version, second.version),
        ):  # fmt: skip
            show(fleet, *command)
        for where in (("status",), ("fleet", "builds")):
            look(lies, f"edgecode {' '.join(where)}", fleet.edgecode(*where))
        say("Lies planted in checkouts")
        lies += in_checkouts(clone, third, fleet.server)
        for lie in lies:
            sys.stdout.write(f"{'found' if lie.found else 'MISSED':7} {lie.what}: {', '.join(lie.found)}\n")
        facts = {
            "releases": registered,
            "status": fleet.told("status"),
            "instances": fleet.told("fleet", "list")["instances"],
            "builds": fleet.told("fleet", "builds")["builds"],
            "changes": fleet.told("release", "changes", "--since", "1h"),
            "comparison": fleet.told("release", "compare", third.version, second.version),
            "lies": [{"what": lie.what, "found_by": lie.found} for lie in lies],
        }
    (folder / "facts.json").write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return lies


def _all_warned(fleet: Fleet) -> bool:
    builds = fleet.told("fleet", "builds")["builds"]
    return sum(bool(each["warnings"]) for each in builds if each["service"] == "worker" and each["instances"]) >= 2


def main() -> int:
    """Begins in an empty folder of its own."""
    # What it started is ended when it is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(sys.argv[1]).resolve()
    if folder.exists() and not (folder / _MARK).exists():
        sys.stderr.write(f"{folder} is there and is no folder of this demo: name another one\n")
        return 2
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
    missed = [lie for lie in story(folder) if not lie.found]
    say(f"facts in {folder / 'facts.json'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
