import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version as Pep440

from edgecode.core.version import Version, parse_version, read_version_file

NUMBER = st.integers(0, 10**6)
RELEASES = st.builds(Version, NUMBER, NUMBER, NUMBER)
CANDIDATES = st.builds(Version, NUMBER, NUMBER, NUMBER, st.sampled_from(["alpha", "beta", "rc"]), NUMBER)
# Few numbers, so that versions often differ in their last part only.
NEAR = st.builds(Version, st.just(1), st.just(4), st.integers(0, 1), st.sampled_from(["", "alpha", "beta", "rc"]))
VERSIONS = RELEASES | CANDIDATES | NEAR


@given(VERSIONS)
def test_a_version_reads_back_as_itself(version: Version) -> None:
    assert parse_version(str(version)) == version


@given(VERSIONS, VERSIONS)
def test_the_pep_440_form_sorts_exactly_as_the_version(one: Version, other: Version) -> None:
    assert (one < other) == (Pep440(one.pep440) < Pep440(other.pep440))
    assert (one == other) == (Pep440(one.pep440) == Pep440(other.pep440))


def test_precedence_is_that_of_the_semver_specification() -> None:
    ordered = ["0.9.0", "1.0.0-alpha.1", "1.0.0-alpha.11", "1.0.0-beta.2", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0"]
    assert sorted(map(parse_version, reversed(ordered))) == [parse_version(text) for text in ordered]


@pytest.mark.parametrize(
    ("semver", "pep440"),
    [("1.4.0", "1.4.0"), ("1.4.0-alpha.2", "1.4.0a2"), ("1.4.0-beta.0", "1.4.0b0"), ("1.4.0-rc.1", "1.4.0rc1")],
)
def test_the_wheel_form_is_the_normal_form_of_pep_440(semver: str, pep440: str) -> None:
    assert parse_version(semver).pep440 == pep440 == str(Pep440(semver))


@pytest.mark.parametrize(
    "text",
    # Among these are forms of SemVer that PEP 440 lacks or sorts otherwise, and forms of PEP 440 that SemVer lacks.
    [
        "",
        "1",
        "1.4",
        "1.4.0.0",
        "v1.4.0",
        "01.4.0",
        "1.4.0-1",
        "1.4.0-alpha",
        "1.4.0-alpha.beta",
        "1.4.0-rc.1.2",
        "1.4.0-rc.01",
        "1.4.0-SNAPSHOT",
        "1.4.0+build.5",
        "1.4.0rc1",
        "1.4.0.post1",
        " 1.4.0",
        "1.4.0\n",
        "1.4.٠",
    ],
)
def test_all_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither X"):
        parse_version(text)


def test_the_version_file_is_one_line_that_ends() -> None:
    assert read_version_file("0.1.0\n") == Version(0, 1, 0)
    for text in ("0.1.0", "0.1.0\n\n", "\n0.1.0\n", "0.1.0\r\n", "", "0.1.0 \n"):
        with pytest.raises(ValueError, match=r"VERSION must be|neither X"):
            read_version_file(text)
