"""`edgecode release check`: whether a checkout, and what was built of it, keeps the contract of RELEASING.md."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from edgecode.cli.releases import dist
from edgecode.cli.releases.changelog import section
from edgecode.cli.releases.checkout import Checkout
from edgecode.core.source_tree import SHAPING_PATHS
from edgecode.core.version import Version, read_version_file


@dataclass(slots=True)
class Findings:
    """What was found: faults, and what could not be checked here; the version and revision checked, for a server."""

    version: str = ""
    revision: str = ""
    faults: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def check(checkout: Checkout, folder: Path | None) -> Findings:
    """Checks all that needs no server; `folder` holds wheel and sdist, None where nothing was built."""
    found = Findings(revision=checkout.revision())
    version = _version(checkout, found)
    if version is not None:
        found.version = str(version)
        found.faults += _tag_faults(checkout, found)
        found.faults += _changelog_faults(checkout, found.version)
    found.faults += _tree_faults(checkout)
    if version is not None and folder is not None:
        found.faults += dist.faults(folder, version, found.revision)
    elif folder is None:
        found.unchecked.append("wheel and sdist: name their folder with --dist")
    return found


def _version(checkout: Checkout, found: Findings) -> Version | None:
    try:
        return read_version_file((checkout.root / "VERSION").read_bytes().decode())
    except (OSError, ValueError) as error:
        found.faults.append(f"VERSION: {error}")
        return None


def _tag_faults(checkout: Checkout, found: Findings) -> Iterator[str]:
    tag = f"v{found.version}"
    others = [each for each in checkout.tags_at("HEAD") if each != tag]
    if not checkout.has_tag(tag):
        if checkout.is_shallow and not others and not checkout.ask("tag", "--list"):
            found.unchecked.append(f"tag {tag}: this shallow clone has no tags; git fetch --tags brings them")
            return
        yield f"tag {tag}: there is none, and VERSION says {found.version}"
    elif (tagged := checkout.revision(tag)) != found.revision:
        yield f"tag {tag}: is at {tagged[:12]}, and HEAD is {found.revision[:12]}"
    elif not checkout.is_annotated(tag):
        yield f"tag {tag}: is not annotated: nobody can say who made it and when (git tag --annotate)"
    for other in others:
        yield f"tag {other}: is at HEAD too, and VERSION says {found.version}"
    if checkout.is_shallow:
        found.unchecked.append("the release before, and the commits since: this is a shallow clone")


def _changelog_faults(checkout: Checkout, version: str) -> Iterator[str]:
    path = checkout.root / "CHANGELOG.md"
    if not path.is_file():
        yield "CHANGELOG.md: is missing"
        return
    found = section(path.read_text(encoding="utf-8", errors="replace"), version)
    if found is None:
        yield f"CHANGELOG.md: has no section of {version}"
    elif found.date is None:
        yield f"CHANGELOG.md: the section of {version} has no date"


def _tree_faults(checkout: Checkout) -> Iterator[str]:
    changed = checkout.ask("status", "--porcelain", "--untracked-files=no").splitlines()
    for line in changed:
        yield f"{line[3:]}: differs from the commit"
    # Only .gitignore counts, as for the build: what someone's global excludes hide would still be packaged.
    listed = checkout.ask("ls-files", "-z", "--others", "--exclude-per-directory=.gitignore", "--", *SHAPING_PATHS)
    for path in filter(None, listed.split("\0")):
        if "__pycache__" not in path:
            yield f"{path}: is in no commit, and would be packaged"
