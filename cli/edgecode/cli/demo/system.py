"""The processes of a demo: on free ports, in a folder of its own, whatever this machine's settings say."""

from edgecode.cli.exits import say
from edgecode.cli.stack.folder import DataFolder
from edgecode.cli.stack.stack import Plan, Stack
from edgecode.cli.stack.supervised import Event

# The demo's broker, ledger and blobs are its own, whatever the settings of this machine say. Nobody goes on with its
# job, so a worker that is told to stop finishes nothing.
OWN = {
    "EDGECODE_BLOBS_URL": "",
    "EDGECODE_LEDGER_URL": "",
    "EDGECODE_NATS_REPLICAS": "1",
    "EDGECODE_TLS_CERTIFICATE": "",
    "EDGECODE_TLS_KEY": "",
    "EDGECODE_TLS_CLIENT_AUTHORITIES": "",
    "EDGECODE_ENVIRONMENT": "demo",
    "EDGECODE_WORKER_DRAIN_SECONDS": "0",
    "EDGECODE_DRAIN_SECONDS": "1",
}


def demo_stack(folder: DataFolder, workers: int) -> Stack:
    """Broker, server and workers, not started."""
    plan = Plan(
        workers,
        nats_port=0,
        grpc_address="127.0.0.1:0",
        metrics_address="",
        worker_drain_seconds=0,
        drain_seconds=1,
        scratch=folder.path / "scratch",
        environment=OWN,
    )
    return Stack(folder, plan, tell_of_crashes)


def tell_of_crashes(event: Event) -> None:
    """Says which process ended unasked."""
    if event.kind == "ended":
        say(f"  {event.child} {event.text}")
