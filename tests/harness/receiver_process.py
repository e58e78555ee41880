"""A receiver of webhooks, a process of its own: `python -m tests.harness.receiver_process FOLDER [PORT]`.

It says each request on a line of JSON and answers as the path asks: `/ok`, `/status/503`, `/hang`, `/slow/0.5`,
`/redirect`, `/flood` (a body without end), and `/gate/NAME`, which is 503 while FOLDER has a file NAME.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_SAYING = threading.Lock()


def say(**fields: Any) -> None:
    """One line at once."""
    with _SAYING:
        sys.stdout.write(json.dumps(fields) + "\n")
        sys.stdout.flush()


class Receiver(BaseHTTPRequestHandler):
    """One request after another on a connection."""

    protocol_version = "HTTP/1.1"
    folder = Path()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        say(event="received", path=self.path, headers=dict(self.headers), body=body.decode())
        _, how, *more = self.path.split("/")
        if how == "hang":
            time.sleep(3600)
        elif how == "slow":
            time.sleep(float(more[0]))
            self.answer(200)
        elif how == "redirect":
            self.answer(307, location=f"http://{self.headers['host']}/ok")
        elif how == "flood":
            self.flood()
        elif how == "status":
            self.answer(int(more[0]))
        else:
            self.answer(503 if how == "gate" and (self.folder / more[0]).exists() else 200)

    def answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def flood(self) -> None:
        self.send_response(200)
        self.end_headers()
        sent = 0
        try:
            while True:
                sent += self.wfile.write(b"x" * 65536)
        except OSError:
            say(event="flooded", sent=sent)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class names it so
        """All is said already."""


def main() -> None:
    Receiver.folder = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Receiver)
    server.daemon_threads = True
    say(event="process.ready", port=server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
