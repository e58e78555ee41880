"""The versions VERSION may hold: `X.Y.Z` or `X.Y.Z-(alpha|beta|rc).N`.

This subset of SemVer 2.0.0 has a PEP 440 form that sorts the same way; all of SemVer has not (`1.4.0-1` would become a
post-release). The wheel gets the PEP 440 form, the wire always the SemVer.

The build loads this file alone, from its path: it imports nothing but the standard library.
"""

import re
from dataclasses import dataclass
from functools import total_ordering

_NUMBER = r"(?:0|[1-9][0-9]*)"
_PATTERN = re.compile(
    rf"(?P<major>{_NUMBER})\.(?P<minor>{_NUMBER})\.(?P<patch>{_NUMBER})"
    rf"(?:-(?P<phase>alpha|beta|rc)\.(?P<number>{_NUMBER}))?"
)
_PEP440_PHASE = {"alpha": "a", "beta": "b", "rc": "rc"}
_FINAL = "~"  # sorts after every phase: SemVer puts a release after its pre-releases


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A version, ordered by SemVer precedence; `phase` is empty for a release."""

    major: int
    minor: int
    patch: int
    phase: str = ""
    number: int = 0

    def __str__(self) -> str:
        """The SemVer form, as VERSION and the wire have it."""
        release = f"{self.major}.{self.minor}.{self.patch}"
        return f"{release}-{self.phase}.{self.number}" if self.phase else release

    def __lt__(self, other: "Version") -> bool:
        """Tell whether `other` takes precedence."""
        return self._precedence() < other._precedence()

    @property
    def pep440(self) -> str:
        """The form a wheel carries, such as `1.4.0rc1`."""
        release = f"{self.major}.{self.minor}.{self.patch}"
        return f"{release}{_PEP440_PHASE[self.phase]}{self.number}" if self.phase else release

    def _precedence(self) -> tuple[int, int, int, str, int]:
        return self.major, self.minor, self.patch, self.phase or _FINAL, self.number


def parse_version(text: str) -> Version:
    """Read one version.

    Raises:
        ValueError: `text` is not of the two accepted forms.
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"version {text!r} is neither X.Y.Z nor X.Y.Z-(alpha|beta|rc).N")
    return Version(
        int(match["major"]), int(match["minor"]), int(match["patch"]), match["phase"] or "", int(match["number"] or 0)
    )


def read_version_file(text: str) -> Version:
    """Read the content of VERSION: exactly one line that ends in a newline.

    Raises:
        ValueError: there is more or less than that, or the line is no accepted version.
    """
    if not text.endswith("\n") or text.count("\n") != 1:
        raise ValueError(f"VERSION must be exactly one line ending in a newline, not {text!r}")
    return parse_version(text[:-1])
