"""A plain HTTP server of one folder, with byte ranges, which takes what a page has seen."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl", ".mpd": "application/dash+xml", ".mp4": "video/mp4",
    ".html": "text/html", ".js": "text/javascript", ".vtt": "text/vtt", ".jpg": "image/jpeg",
}  # fmt: skip
RANGE = re.compile(r"bytes=(\d+)-(\d*)$")


@dataclass(slots=True)
class Site:
    """Where it serves; `seen` gets reports, `ranges` names of which a part was read, `missing` what was not there."""

    url: str
    seen: Queue[dict[str, Any]] = field(default_factory=Queue)
    ranges: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """Serves a folder on a free loopback port."""
    site = Site("")

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            path = folder / self.path.partition("?")[0].lstrip("/")
            if not path.is_file():
                if path.name != "favicon.ico":
                    site.missing.append(path.name)
                self.send_error(404)
                return
            self._answer(path)

        def do_POST(self) -> None:
            site.seen.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def _answer(self, path: Path) -> None:
            data, asked = path.read_bytes(), RANGE.match(self.headers.get("Range", ""))
            total = len(data)
            self.send_response(206 if asked else 200)
            if asked:
                site.ranges.add(path.name)
                first, last = int(asked[1]), min(int(asked[2] or total - 1), total - 1)
                self.send_header("Content-Range", f"bytes {first}-{last}/{total}")
                data = data[first : last + 1]
            self.send_header("Content-Type", TYPES.get(path.suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield site
        server.shutdown()
