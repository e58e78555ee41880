"""Sections of a CHANGELOG, in the forms that people and tools write."""

from datetime import date

from edgecode.cli.releases.changelog import section, sections

TEXT = """# Changelog

## [Unreleased]

- soon

## [1.5.0-rc.1] - 2026-11-21

### Added

- a thing

## v1.4.2 (2026-10-01)

### Bug Fixes

- fixed

## 1.4.1

## Not a version

- else

[1.5.0-rc.1]: https://example.com
"""


def test_each_section_is_found_with_its_date_and_text() -> None:
    assert [(each.version, each.date) for each in sections(TEXT)] == [
        ("Unreleased", None),
        ("1.5.0-rc.1", date(2026, 11, 21)),
        ("1.4.2", date(2026, 10, 1)),
        ("1.4.1", None),
    ]
    found = section(TEXT, "1.5.0-rc.1")
    assert found is not None
    assert found.text == "### Added\n\n- a thing"
    last = section(TEXT, "1.4.1")
    assert last is not None
    assert last.text == ""


def test_a_version_is_found_whole_or_not_at_all() -> None:
    assert section(TEXT, "1.5.0") is None
    assert section("", "1.0.0") is None
