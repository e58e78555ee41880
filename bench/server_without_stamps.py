"""The server without any stamp: none on a message, none looked for, none on a reply."""

import sys

from edgecode.core import headers
from edgecode.core.headers import Origin
from edgecode.core.stamp import make_stamp
from edgecode.server.__main__ import main
from edgecode.server.interceptors import StampingInterceptor

_ORIGIN = Origin(make_stamp("server", "bench"), ("server@0.1.0+g000000000000",), 1, "")


def _leave_out_stamps() -> None:
    headers.stamp_headers = lambda *_: {}
    headers.read_origin = lambda _: _ORIGIN
    begin = StampingInterceptor.__init__

    def begin_without_stamp(self: StampingInterceptor, *arguments: object) -> None:
        begin(self, *arguments)  # type: ignore[arg-type] # passed through
        self._stamp = ()

    StampingInterceptor.__init__ = begin_without_stamp  # type: ignore[method-assign]


if __name__ == "__main__":
    _leave_out_stamps()
    sys.exit(main([]))
