r"""AIP-160, the part that is promised: `field op value AND field op value …` on documented fields.

A value is a bare word or a quoted string with `\"` and `\\`; times are RFC 3339, enums go by name with or without their
prefix, labels are `labels.<key>`. No OR, no NOT, no parentheses, no wildcards: each is refused by name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from edgecode.core.errors import InvalidRequest, Violation
from edgecode.server.ledger.port import Condition

LONGEST_FILTER = 2048
_RESTRICTION_TOKENS = 3
LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_TOKEN = re.compile(
    r"""\s*(?:(?P<op><=|>=|!=|=|<|>|:)|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<word>[^\s=<>!:"()]+(?::[^\s=<>!"()]+)*))"""
)
_OPERATORS = frozenset({"=", "!=", "<", "<=", ">", ">="})


class Kind(Enum):
    """What a field holds, which decides what it may be compared with and how."""

    TEXT = "text"
    NUMBER = "a whole number"
    TIME = "a time such as 2026-01-31T12:00:00Z"
    NAME = "a name of its enum"
    LABELS = "text under a key"


@dataclass(frozen=True, slots=True)
class Field:
    """A documented field: the ledger's column, and for enums each name's value there and its prefix in the contract."""

    column: str
    kind: Kind = Kind.TEXT
    names: Mapping[str, str | int] = field(default_factory=dict)
    prefix: str = ""


Fields = Mapping[str, Field]


def parse_filter(text_given: str, fields: Fields) -> list[Condition]:
    """The conditions a filter stands for; all must hold.

    Raises:
        InvalidRequest: `INVALID_FILTER`, naming what was expected and, for an unknown field, the known.
    """
    if len(text_given) > LONGEST_FILTER:
        raise _invalid(f"has {len(text_given)} characters, at most {LONGEST_FILTER} are allowed")
    tokens = list(_tokens(text_given))
    conditions: list[Condition] = []
    while tokens or conditions:
        if len(tokens) < _RESTRICTION_TOKENS:
            raise _invalid("ends in the middle: expected `field op value`, joined by AND")
        name, op, value = tokens[:_RESTRICTION_TOKENS]
        conditions += _restriction(name, op, value, fields)
        tokens = tokens[_RESTRICTION_TOKENS:]
        if not tokens:
            break
        if tokens.pop(0) != _Token("word", "AND"):
            raise _invalid("expected AND between restrictions; OR, NOT and parentheses are not supported")
    return conditions


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text_given: str) -> Iterator[_Token]:
    position = 0
    end = len(text_given.rstrip())
    while position < end:
        match = _TOKEN.match(text_given, position)
        if match is None:
            raise _invalid(f"cannot be read at {text_given[position : position + 20].strip()!r}")
        position = match.end()
        kind = match.lastgroup or ""
        found = match[kind]
        yield _Token(kind, re.sub(r"\\(.)", r"\1", found[1:-1]) if kind == "quoted" else found)


def _restriction(name: _Token, op: _Token, value: _Token, fields: Fields) -> Iterator[Condition]:
    if name.kind != "word":
        raise _invalid(f"expected a field, found {name.text!r}")
    if op.kind != "op" or op.text not in _OPERATORS:
        raise _invalid(f"expected one of {' '.join(sorted(_OPERATORS))} after {name.text}, found {op.text!r}")
    if value.kind == "op":
        raise _invalid(f"expected a value after {name.text} {op.text}, found {value.text!r}")
    root, _, key = name.text.partition(".")
    known = fields.get(root)
    if known is None or (known.kind is Kind.LABELS) != bool(key):
        raise _invalid(f"unknown field {name.text!r}; known are {', '.join(_spelled(fields))}")
    if known.kind is Kind.LABELS and not LABEL_KEY.fullmatch(key):
        raise _invalid(f"{key!r} is no label key")
    yield Condition(known.column, op.text, _value(name.text, op.text, value.text, known), key)
    if known.kind is Kind.TIME and op.text in {"<", "<=", "!="}:
        yield Condition(known.column, ">", 0)  # a time that is not there yet compares with nothing


def _value(name: str, op: str, found: str, known: Field) -> str | int:
    if known.kind is Kind.NUMBER:
        if not re.fullmatch(r"-?[0-9]{1,18}", found):
            raise _invalid(f"{name} holds {known.kind.value}, not {found!r}")
        return int(found)
    if known.kind is Kind.TIME:
        return _time_us(name, found)
    if known.kind is Kind.NAME:
        return _named(name, op, found, known)
    return found


def _time_us(name: str, found: str) -> int:
    try:
        moment = datetime.fromisoformat(found)
    except ValueError as error:
        raise _invalid(f"{name} holds {Kind.TIME.value}, not {found!r}") from error
    if moment.tzinfo is None:
        raise _invalid(f"{name} holds {Kind.TIME.value}, and {found!r} has no offset from UTC")
    return round(moment.timestamp() * 1_000_000)


def _named(name: str, op: str, found: str, known: Field) -> str | int:
    if op not in {"=", "!="}:
        raise _invalid(f"{name} has no order: only = and != are allowed")
    short = found.removeprefix(known.prefix)
    if short not in known.names:
        raise _invalid(f"{name} is one of {', '.join(known.names)}, not {found!r}")
    return known.names[short]


def _spelled(fields: Fields) -> list[str]:
    return [f"{name}.<key>" if known.kind is Kind.LABELS else name for name, known in fields.items()]


def _invalid(why: str) -> InvalidRequest:
    return InvalidRequest("INVALID_FILTER", f"filter: {why}", violations=[Violation("filter", why)])


def names_field(conditions: Sequence[Condition], column: str) -> bool:
    """Whether a filter speaks of a column."""
    return any(condition.column == column for condition in conditions)


def holds(condition: Condition, value: str | int) -> bool:
    """Whether a condition holds for a value outside the ledger; for labels `value` is that of the label, or empty."""
    wanted = condition.value
    if isinstance(value, str) != isinstance(wanted, str):
        raise TypeError(f"{condition.column} cannot be compared with {wanted!r}")
    order = (value > wanted) - (value < wanted)  # type: ignore[operator] # both are text or both are numbers
    return {
        "=": order == 0,
        "!=": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[condition.op]
