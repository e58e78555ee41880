"""Commands that look again and again go on over a restart of the server; real connections."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from typing import Any

import grpc
import pytest

from edgecode.cli.api import Api, connect
from edgecode.cli.reach import Reach
from edgecode.cli.watching.look import looks, revisions
from edgecode.core.stamp import BuildInfo
from edgecode.v1 import route_pb2

BUILD = BuildInfo("0.1.0", "a" * 40, "", "")
Answer = int | grpc.StatusCode


class Server:
    """Answers with the revisions and codes that it is given, one after the other."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked_after: list[int] = []
        handlers: dict[str, Any] = {
            "GetRoute": grpc.unary_unary_rpc_method_handler(self._get),
            "WatchRoute": grpc.unary_stream_rpc_method_handler(self._watch),
        }
        handler = grpc.method_handlers_generic_handler("edgecode.v1.RouteService", handlers)
        self._server = grpc.server(ThreadPoolExecutor(1), handlers=[handler])
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def _next(self, context: grpc.ServicerContext) -> bytes:
        answer = self.answers.pop(0)
        if isinstance(answer, grpc.StatusCode):
            context.abort(answer, "away")
        return route_pb2.Route(revision=answer).SerializeToString()

    def _get(self, _request: bytes, context: grpc.ServicerContext) -> bytes:
        # An answer has begun, so that the channel itself tries nothing again.
        context.send_initial_metadata(())
        return self._next(context)

    def _watch(self, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        self.asked_after.append(route_pb2.WatchRouteRequest.FromString(request).after_revision)
        while True:
            yield self._next(context)

    def close(self) -> None:
        self._server.stop(None).wait()


@pytest.fixture
def server() -> Iterator[Server]:
    with closing(Server()) as started:
        yield started


@pytest.fixture
def api(server: Server) -> Iterator[Api]:
    with closing(connect(Reach(server.address), "test", BUILD)) as opened:
        yield opened


def test_a_look_that_finds_no_server_is_made_again_and_a_refusal_is_told(server: Server, api: Api) -> None:
    server.answers = [1, grpc.StatusCode.UNAVAILABLE, 2, grpc.StatusCode.NOT_FOUND]
    found = looks(api, lambda: api.routes.GetRoute(route_pb2.GetRouteRequest()), 0.0)
    assert [route.revision for route in islice(found, 2)] == [1, 2]
    with pytest.raises(grpc.RpcError) as refused:
        next(found)
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND


def test_a_watch_of_the_route_goes_on_after_the_last_revision_seen(server: Server, api: Api) -> None:
    server.answers = [7, grpc.StatusCode.UNAVAILABLE, 8, 9]
    assert [route.revision for route in islice(revisions(api), 3)] == [7, 8, 9]
    assert server.asked_after == [0, 7]
