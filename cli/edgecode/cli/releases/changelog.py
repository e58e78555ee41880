"""CHANGELOG.md by Keep a Changelog: the section of one version. Pure."""

import re
from dataclasses import dataclass
from datetime import date

# `## [1.4.2] - 2026-11-21`, and as python-semantic-release writes it: `## v1.4.2 (2026-11-21)`.
_HEADING = re.compile(r"^##\s+\[?v?(?P<version>[0-9][^\]\s(]*|Unreleased)\]?(?P<rest>.*)$", re.IGNORECASE)
_DATE = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_LINK = re.compile(r"^\[[^\]]+\]:\s")


@dataclass(frozen=True, slots=True)
class Section:
    """One version's part: the date of its heading, None where it has none, and what stands below it."""

    version: str
    date: date | None
    text: str


def sections(changelog: str) -> list[Section]:
    """All sections, in their order."""
    found: list[tuple[str, date | None, list[str]]] = []
    for line in changelog.splitlines():
        heading = _HEADING.match(line)
        if heading:
            found.append((heading["version"], _date(heading["rest"]), []))
        elif line.startswith(("# ", "## ")):
            found.append(("", None, []))
        elif found and not _LINK.match(line):
            found[-1][2].append(line)
    return [Section(version, day, "\n".join(lines).strip()) for version, day, lines in found if version]


def section(changelog: str, version: str) -> Section | None:
    """The section of a version."""
    return next((each for each in sections(changelog) if each.version == version), None)


def _date(text: str) -> date | None:
    match = _DATE.search(text)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
