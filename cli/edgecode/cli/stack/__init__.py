"""Everything on one machine: nats-server, server and workers as supervised children of one process."""
