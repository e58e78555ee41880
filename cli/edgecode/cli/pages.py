"""Lists, page after page (AIP-158)."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer
from google.protobuf.message import Message

PAGE = 1000

LimitOption = Annotated[int, typer.Option("--limit", min=0, help="At most so many; 0 for all.")]
FilterOption = Annotated[str, typer.Option("--filter", help="AIP-160: `field op value AND …`.")]
OrderOption = Annotated[str, typer.Option("--order-by", help="Such as `create_time desc`.")]

Response = TypeVar("Response", bound=Message)


def read_pages(call: Callable[[Any], Response], request: Any, field: str, limit: int) -> Response:
    """All pages up to the limit as one reply; its `next_page_token` is set when there is more.

    Args:
        call: the list method.
        request: with filter and order; its page fields are set here.
        field: name of the repeated field of the reply.
        limit: 0 for all.
    """
    merged: Response | None = None
    while merged is None or (merged.next_page_token and (not limit or len(getattr(merged, field)) < limit)):  # type: ignore[attr-defined]
        have = 0 if merged is None else len(getattr(merged, field))
        request.page_size = min(limit - have, PAGE) if limit else PAGE
        response = call(request)
        request.page_token = response.next_page_token  # type: ignore[attr-defined]
        if merged is None:
            merged = response
        else:
            # A scalar is taken over only when it is set, and the last page has no token.
            merged.next_page_token = ""  # type: ignore[attr-defined]
            merged.MergeFrom(response)
    return merged
