"""Stamps of builds that never were: a letter stands for a revision."""

import uuid

from edgecode.core.stamp import Stamp


def stamp_of(service: str, letter: str) -> Stamp:
    """A process of the build `0.1.0+g<letter * 12>`; the letter is a hexadecimal digit."""
    return Stamp(service, "0.1.0", letter * 40, "", uuid.uuid4().hex[:16], "test")


def build_of(letter: str) -> str:
    """The build's name."""
    return stamp_of("worker", letter).build
