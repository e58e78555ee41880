"""The server without any stamp: none on a message, none looked for, none on a reply."""

import sys
from typing import Any

import edgecode.core.headers
from edgecode.core.headers import Origin
from edgecode.core.stamp import make_stamp
from edgecode.server.__main__ import main
from edgecode.server.interceptors import StampingInterceptor

_ORIGIN = Origin(make_stamp("server", "bench"), ("server@0.1.0+g000000000000",), 1, "")


class BareContext:
    """A call whose reply begins with its message: without a stamp nobody would send metadata before it."""

    def __init__(self, context: Any) -> None:
        self._context = context

    async def send_initial_metadata(self, _metadata: object) -> None:
        return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


def _leave_out_stamps(headers: Any, interceptor: Any) -> None:
    """Takes both as they come: what is replaced here is nothing that types allow to be."""
    headers.stamp_headers = lambda *_: {}
    headers.read_origin = lambda _: _ORIGIN
    begin, wrap = interceptor.__init__, interceptor._unary

    def begin_without_stamp(self: Any, *arguments: object) -> None:
        begin(self, *arguments)
        self._stamp = ()

    def wrap_barely(self: Any, method: str, behaviour: Any, *, streams_in: bool) -> Any:
        answer = wrap(self, method, behaviour, streams_in=streams_in)

        async def answer_barely(request: Any, context: Any) -> Any:
            return await answer(request, BareContext(context))

        return answer_barely

    interceptor.__init__, interceptor._unary = begin_without_stamp, wrap_barely


if __name__ == "__main__":
    _leave_out_stamps(edgecode.core.headers, StampingInterceptor)
    sys.exit(main([]))
