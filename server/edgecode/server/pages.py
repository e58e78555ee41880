"""AIP-158 pages and AIP-132 order over the ledger. A token is bound to the arguments it was made for."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from edgecode.core.errors import InvalidRequest, Violation
from edgecode.server.filters import Fields, parse_filter
from edgecode.server.ledger.port import AnyRow, Condition, Find, Ledger

DEFAULT_SIZE = 50
LARGEST_SIZE = 1000
# Clients take 4 MiB by default.
REPLY_BYTES = 3 << 20
_CHECK_BYTES = 12
AnyMessage = TypeVar("AnyMessage", bound=Message)
_ORDER = re.compile(r"([a-z_]+)(?:\s+(asc|desc))?")


def page_size(asked: int) -> int:
    """0 means 50, more than 1000 means 1000.

    Raises:
        InvalidRequest: it is negative.
    """
    if asked < 0:
        raise InvalidRequest.field("page_size", f"must not be negative, and is {asked}", "INVALID_PAGE_SIZE")
    return min(asked or DEFAULT_SIZE, LARGEST_SIZE)


def make_token(bound_to: Sequence[str], after: Sequence[str | int | float]) -> str:
    """A token for what follows `after`, good only with the same arguments."""
    payload = json.dumps(list(after), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(bound_to, payload) + payload).decode().rstrip("=")


def read_token(token: str, bound_to: Sequence[str]) -> list[str | int | float]:
    """What a token stands for; of an empty token nothing.

    Raises:
        InvalidRequest: `INVALID_PAGE_TOKEN`: it was made for other arguments, or is none of ours.
    """
    if not token:
        return []
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    payload = data[_CHECK_BYTES:]
    if not payload or _check(bound_to, payload) != data[:_CHECK_BYTES]:
        why = "is not of this list: use the token of the reply before, with the same filter and order_by"
        raise InvalidRequest("INVALID_PAGE_TOKEN", f"page_token: {why}", violations=[Violation("page_token", why)])
    found: list[str | int | float] = json.loads(payload)
    return found


def _check(bound_to: Sequence[str], payload: bytes) -> bytes:
    return hashlib.sha256(json.dumps(list(bound_to)).encode() + b"\0" + payload).digest()[:_CHECK_BYTES]


def parse_order(asked: str, orders: Mapping[str, str], default: str) -> tuple[str, bool]:
    """The column to order by and whether it falls; `orders` maps fields to columns, an empty `asked` means `default`.

    Raises:
        InvalidRequest: `INVALID_ORDER_BY`, naming what is allowed.
    """
    match = _ORDER.fullmatch(asked.strip() or default)
    if match is None or match[1] not in orders:
        why = f"{asked!r} is not one of {', '.join(orders)}, each with an optional ` desc`"
        raise InvalidRequest("INVALID_ORDER_BY", f"order_by: {why}", violations=[Violation("order_by", why)])
    return orders[match[1]], match[2] == "desc"


@dataclass(frozen=True, slots=True)
class Page(Generic[AnyRow]):
    """Rows of one page, and how to go on after any of them."""

    rows: list[AnyRow]
    more: bool
    bound_to: tuple[str, ...]
    columns: list[str]

    def fit(self, messages: Sequence[AnyMessage | None]) -> tuple[list[AnyMessage], str]:
        """As many messages, one per row, as a client's default limit takes, and the token of the next page.

        A row without a message (it expired between two reads) is passed over.
        """
        taken = _taken(messages)
        found = [message for message in messages[:taken] if message is not None]
        if taken == len(self.rows) and not self.more:
            return found, ""
        last = self.rows[taken - 1]
        return found, make_token(self.bound_to, [getattr(last, column) for column in self.columns])


@dataclass(frozen=True, slots=True)
class Listing(Generic[AnyRow]):
    """What one list method offers: its table with the primary key, fields to filter on and fields to order by."""

    method: str
    table: type[AnyRow]
    key: tuple[str, ...]
    fields: Fields
    orders: Mapping[str, str]
    default_order: str

    async def read(
        self, ledger: Ledger, request: Any, narrow: Callable[[list[Condition]], list[Condition]] = list
    ) -> Page[AnyRow]:
        """A page of rows.

        Args:
            ledger: where to read.
            request: has `page_size`, `page_token`, `filter` and `order_by`.
            narrow: adds conditions of the method's own to those of the filter.

        Raises:
            InvalidRequest: one of these is at fault.
        """
        size = page_size(request.page_size)
        column, descending = parse_order(request.order_by, self.orders, self.default_order)
        conditions = narrow(parse_filter(request.filter, self.fields))
        bound_to = (self.method, request.filter, column, str(descending))
        after = read_token(request.page_token, bound_to)
        find = Find(conditions, column, descending, after, size + 1)
        rows = await ledger.find(self.table, find)
        return Page(rows[:size], len(rows) > size, bound_to, self._columns(column))

    def _columns(self, order_by: str) -> list[str]:
        return [order_by, *self.key] if order_by not in self.key else list(self.key)


def fitting(messages: Sequence[AnyMessage], most_bytes: int = REPLY_BYTES) -> list[AnyMessage]:
    """As many of the first messages as a client's default limit takes, at least one of them."""
    return list(messages[: _taken(messages, most_bytes)])


def _taken(messages: Sequence[Message | None], most_bytes: int = REPLY_BYTES) -> int:
    size, taken = 0, 0
    for message in messages:
        size += message.ByteSize() if message is not None else 0
        if size > most_bytes and taken:
            break
        taken += 1
    return taken


def slice_page(items: Sequence[Any], request: Any, method: str, argument: str = "") -> tuple[list[Any], str]:
    """A page of a list held in memory whose order does not change: the token is the number of items before it."""
    size = page_size(request.page_size)
    after = read_token(request.page_token, (method, argument))
    start = int(after[0]) if after else 0
    following = make_token((method, argument), [start + size]) if start + size < len(items) else ""
    return list(items[start : start + size]), following
