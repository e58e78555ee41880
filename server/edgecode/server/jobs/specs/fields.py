"""Fields of a specification as data: which values each takes, and what it means when it is left out."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message

from edgecode.core.errors import Violation

LONGEST_SECONDS = 1e6


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `low` to `high`.

    Attributes:
        default: what a field that is left out means. None where the field may stay so, or must not (`required`).
        even: takes even numbers only.
        required: must be given.
        meaning: of a field that stays left out, for the documents.
    """

    low: float
    high: float
    default: float | None = None
    even: bool = False
    required: bool = False
    meaning: str = ""

    @property
    def values(self) -> str:
        """The values it takes, in words."""
        return f"{'even and ' if self.even else ''}{_spelled(self.low)} to {_spelled(self.high)}"

    def takes(self, value: float) -> bool:
        """Whether `value` is one of them; not a number is none."""
        return self.low <= value <= self.high and not (self.even and value % 2)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of an enum's values, by number; `default` is what UNSPECIFIED means, 0 where that may stay."""

    enum: EnumTypeWrapper
    default: int = 0


Numbers = Mapping[str, Number]
Choices = Mapping[str, Choice]


def check_numbers(path: str, spec: Message, numbers: Numbers) -> Iterator[Violation]:
    """A violation for each number that is out of its range."""
    for name, number in numbers.items():
        value = getattr(spec, name)
        if is_left_out(spec, name):
            if number.required:
                yield Violation(f"{path}.{name}", f"must be {number.values}, and is {value}")
        elif not math.isfinite(value) or not number.takes(value):
            unset = "" if number.required else "left out or " if _is_optional(spec, name) else "0 for the default or "
            yield Violation(f"{path}.{name}", f"must be {unset}{number.values}, and is {value}")


def check_choices(path: str, spec: Message, choices: Choices) -> Iterator[Violation]:
    """A violation for each enum whose number this build does not know."""
    for name, choice in choices.items():
        value = getattr(spec, name)
        if value not in choice.enum.values():
            yield Violation(f"{path}.{name}", f"must be one of {', '.join(choice.enum.keys()[1:])}, and is {value}")


def fill(spec: Message, numbers: Numbers, choices: Choices) -> None:
    """Puts in what fields that are left out mean."""
    for name, number in numbers.items():
        if number.default is not None and is_left_out(spec, name):
            whole = isinstance(getattr(spec, name), int)
            setattr(spec, name, int(number.default) if whole else number.default)
    for name, choice in choices.items():
        if not getattr(spec, name):
            setattr(spec, name, choice.default)


def is_left_out(spec: Message, name: str) -> bool:
    """Whether a field is absent, or 0 where 0 is what absence looks like."""
    return not spec.HasField(name) if _is_optional(spec, name) else not getattr(spec, name)


def only(path: str, choice: Choice, value: int, allowed: Sequence[int], where: str) -> Iterator[Violation]:
    """A violation unless `value` is among those allowed `where` other fields are what they are."""
    if value not in allowed:
        names = " or ".join(choice.enum.Name(number) for number in allowed)
        yield Violation(path, f"must be {names} {where}, and is {choice.enum.Name(value)}")


def _is_optional(spec: Message, name: str) -> bool:
    field: Any = spec.DESCRIPTOR.fields_by_name[name]
    return bool(field.has_presence)


def _spelled(bound: float) -> str:
    return str(int(bound)) if float(bound).is_integer() and abs(bound) >= 1 else f"{bound:g}"
