"""Free loopback ports for listeners that cannot choose one themselves and keep it over a restart."""

import random
import socket

# Below the range that outgoing connections take their ports from (32768 on Linux): a client that reconnects in a loop
# to a port of that range, while nobody listens, may in the end be connected to itself.
FIRST, LAST = 20_000, 32_000


class PortTaken(Exception):
    """Somebody listens on a port that was asked for."""


def free_port() -> int:
    """A loopback port nobody listens on now."""
    ports = random.SystemRandom()
    while True:
        port = ports.randint(FIRST, LAST)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    """Tells whether one could listen on a loopback port now."""
    with socket.socket() as listener:
        # As servers do: connections of a former listener that linger do not count.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
