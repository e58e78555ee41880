"""Where the workers of one machine answer Prometheus, and the file that says so."""

import json
import socket
from pathlib import Path

from edgecode.cli.stack.folder import DataFolder
from edgecode.cli.stack.ports import FIRST, LAST, free_port
from edgecode.cli.stack.scraping import LAST_PORT, Targets, worker_address
from edgecode.cli.stack.stack import Plan, Stack
from edgecode.cli.stack.supervised import Event


def two_free_ports() -> int:
    """The first of two ports side by side nobody listens on."""
    while worker_address(f"127.0.0.1:{(port := free_port())}", 1) != f"127.0.0.1:{port + 1}":
        pass
    return port


def test_a_worker_has_the_port_after_the_servers() -> None:
    port = two_free_ports()
    assert worker_address(f"127.0.0.1:{port}", 1) == f"127.0.0.1:{port + 1}"


def test_a_worker_takes_a_free_port_where_its_own_is_taken_none_was_asked_for_or_there_is_none() -> None:
    port = two_free_ports()
    with socket.create_server(("127.0.0.1", port + 1)):
        found = worker_address(f"127.0.0.1:{port}", 1)
    assert found != f"127.0.0.1:{port + 1}"
    for address in (found, worker_address("127.0.0.1:0", 1), worker_address(f"127.0.0.1:{LAST_PORT}", 1)):
        assert FIRST <= int(address.rpartition(":")[2]) <= LAST


def test_where_the_server_has_no_metrics_its_workers_have_none() -> None:
    assert worker_address("", 1) == ""


def test_the_file_follows_restarts_and_forgets_an_earlier_run(tmp_path: Path) -> None:
    file = tmp_path / "metrics-targets.json"
    targets = Targets(tmp_path)
    targets.heard("worker-1", "127.0.0.1:2")
    targets.heard("nats-server", "")
    targets.heard("worker-1", "127.0.0.1:3")
    assert json.loads(file.read_text()) == [{"targets": ["127.0.0.1:3"], "labels": {"process": "worker-1"}}]
    targets.begin()
    targets.heard("server", "127.0.0.1:1")
    assert json.loads(file.read_text()) == [{"targets": ["127.0.0.1:1"], "labels": {"process": "server"}}]
    assert list(tmp_path.iterdir()) == [file]


def test_a_list_that_cannot_be_written_is_told_of_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "metrics-targets.new").mkdir()
    told: list[Event] = []
    plan = Plan(1, 0, "127.0.0.1:0", "127.0.0.1:0", 1.0, 1.0, tmp_path)
    Stack(DataFolder(tmp_path), plan, told.append)._heard(
        Event("worker-1", "ready", "", {"metrics_address": "127.0.0.1:1"})
    )
    assert [event.kind for event in told] == ["ready", "unlisted"]
    assert "metrics-targets.new" in told[1].text
