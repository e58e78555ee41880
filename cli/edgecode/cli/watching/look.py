"""Looks at what changes, again and again: a server that restarts meanwhile is waited for."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import grpc

from edgecode.cli.api import Api
from edgecode.cli.transfer.resume import Patience
from edgecode.v1 import route_pb2

_Found = TypeVar("_Found")


def looks(api: Api, look: Callable[[], _Found], seconds: float) -> Iterator[_Found]:
    """The answers of a call that is made again so many seconds after each of them, without an end.

    Raises:
        grpc.RpcError: the server refused, or stayed away for 30 s.
    """
    patience = Patience(api)
    while True:
        try:
            found = look()
        except grpc.RpcError as error:
            patience.wait(error)
            continue
        patience.progress()
        yield found
        api.stopping.pause(seconds)


def revisions(api: Api) -> Iterator[route_pb2.Route]:
    """The route, then each revision of it once, without an end; raises as `looks`."""
    patience, after = Patience(api), 0
    while True:
        try:
            for revision in api.routes.WatchRoute(route_pb2.WatchRouteRequest(after_revision=after)):
                patience.progress()
                after = revision.revision
                yield revision
        except grpc.RpcError as error:
            patience.wait(error)
