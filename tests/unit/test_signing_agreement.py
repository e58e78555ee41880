"""What is said of servers whose signing keys differ."""

import pytest

from edgecode.server.fleet.signing import disagreements
from edgecode.server.signing import SigningKeys
from edgecode.v1 import bus_pb2, stamp_pb2

HELP = "their signing keys differ; give all servers one EDGECODE_SIGNING_KEY_FILE"


def server(instance: str, *keys: str) -> bus_pb2.FleetEntry:
    ids = SigningKeys([key.encode() for key in keys]).ids
    return bus_pb2.FleetEntry(stamp=stamp_pb2.Stamp(service="server", instance=instance), signing_key_ids=ids)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [server("a", "one")],
        [server("a", "one"), server("b", "one"), server("worker or older server")],
        # While a new key takes over: known to all before any signs with it, then first in one after the other.
        [server("a", "one", "two"), server("b", "one")],
        [server("a", "two", "one"), server("b", "one", "two")],
    ],
)
def test_nothing_is_said_where_each_honours_what_the_others_sign(entries: list[bus_pb2.FleetEntry]) -> None:
    assert list(disagreements(entries)) == []


def test_who_refuses_whose_signatures_is_said_of_each_key() -> None:
    entries = [server("aaaaaaaabbbb", "one"), server("c", "two", "one"), server("d", "two", "one")]
    assert list(disagreements(entries)) == [f"server aaaaaaaa refuses what c, d signs: {HELP}"]
    assert len(list(disagreements([server("a", "one"), server("b", "two")]))) == 2


def test_the_name_of_a_key_is_the_same_everywhere_and_shows_nothing_made_of_it() -> None:
    keys = SigningKeys([b"one", b"two"])
    assert keys.ids == SigningKeys([b"one", b"two"]).ids
    assert [len(name) for name in keys.ids] == [16, 16]
    assert len(set(keys.ids)) == 2
