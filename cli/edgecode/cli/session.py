"""What a command that talks to the server works with, and the options all of them share."""

import functools
import getpass
import inspect
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

import grpc
import typer
from google.protobuf.message import Message
from rich.console import Console, RenderableType

from edgecode.cli.api import Api, connect
from edgecode.cli.exits import say, status_tells_the_truth
from edgecode.cli.output import OutputFormat, OutputOption, message_dict, write_json
from edgecode.cli.problem import failure
from edgecode.cli.reach import Reach
from edgecode.cli.tls import choose_tls
from edgecode.cli.tracing import open_trace
from edgecode.core.stamp import build_info

DEFAULT_SERVER = "127.0.0.1:50051"
PIPE_WIDTH = 240

ServerOption = Annotated[
    str, typer.Option("--server", envvar="EDGECODE_SERVER", help="Address of the API, host:port.", show_envvar=True)
]
CallerOption = Annotated[
    str, typer.Option("--caller", envvar="EDGECODE_CALLER", help="In whose name to call.", show_envvar=True)
]
TlsOption = Annotated[
    bool,
    typer.Option("--tls", envvar="EDGECODE_CLIENT_TLS", help="Speak TLS; the other three imply it.", show_envvar=True),
]
CaOption = Annotated[
    Path | None,
    typer.Option("--ca", envvar="EDGECODE_CLIENT_CA", help="PEM: who signed the server's.", show_envvar=True),
]
CertificateOption = Annotated[
    Path | None,
    typer.Option("--certificate", envvar="EDGECODE_CLIENT_CERTIFICATE", help="PEM chain: who calls.", show_envvar=True),
]
KeyOption = Annotated[
    Path | None, typer.Option("--key", envvar="EDGECODE_CLIENT_KEY", help="PEM: its key.", show_envvar=True)
]

Parameters = ParamSpec("Parameters")
M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Session:
    """One command's connection and where its results go.

    Attributes:
        api: the services.
        json: whether results are for programs.
        out: results for people.
        err: progress and remarks.
        has_server: whether a server was named, by default or otherwise.
        caller: in whose name to call, as --caller says; empty leaves it to the server.
    """

    api: Api
    json: bool
    out: Console
    err: Console
    has_server: bool = True
    caller: str = ""

    def by_somebody(self) -> tuple[tuple[str, str], ...]:
        """Metadata of a call that must say who makes it: whoever is logged in here, unless --caller says another."""
        return () if self.caller else (("edgecode-caller", f"{getpass.getuser()}@{platform.node()}"),)

    def show(self, message: M, table: Callable[[M], RenderableType]) -> None:
        """The result of the command: a reply as JSON, or as the table made of it."""
        if self.json:
            write_json(message_dict(message))
        else:
            self.print(table(message))

    def print(self, found: RenderableType) -> None:
        """Something for people, without the spaces that a table is filled up with."""
        print_trimmed(self.out, found)

    def show_list(self, message: M, table: Callable[[M], RenderableType]) -> None:
        """The same for a list; says on stderr when there is more than was asked for."""
        self.show(message, table)
        if not self.json and message.next_page_token:  # type: ignore[attr-defined]
            self.err.print("there is more: --limit 0 lists all")


def make_consoles() -> tuple[Console, Console]:
    """For stdout and stderr; into a pipe nothing is cut to a terminal's width."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return Console(width=width, highlight=False), Console(stderr=True, highlight=False)


def print_trimmed(console: Console, found: RenderableType) -> None:
    """Prints without spaces at the ends of lines, which only a terminal's width asks for."""
    with console.capture() as capture:
        console.print(found)
    # What was captured holds the codes of its colours already.
    console.file.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


def open_session(reach: Reach, caller: str, output: OutputFormat, name: str, *, has_server: bool = True) -> Session:
    """Makes a session for the command of this name; close its `api` when done.

    Raises:
        CommandFailed: a PEM file is wrong.
    """
    out, err = make_consoles()
    trace, problem = open_trace(name)
    if problem:
        say(f"edgecode: no trace is exported: {problem}")
    api = connect(reach, caller, build_info(), trace=trace)
    return Session(api, output is OutputFormat.JSON, out, err, has_server, caller)


def remote(
    command: Callable[Concatenate[Session, Parameters], None], default_server: str = DEFAULT_SERVER
) -> Callable[..., None]:
    """Makes a command of a function of a session: adds the options of the connection and --output, decodes errors.

    Nothing is connected before the command's first call: with an empty `default_server` it may do without a server.
    """

    @functools.wraps(command)
    def run(
        *args: Any,
        context: typer.Context,
        server: str,
        caller: str,
        tls: bool,
        ca: Path | None,
        certificate: Path | None,
        key: Path | None,
        output: OutputFormat,
        **options: Any,
    ) -> None:
        with status_tells_the_truth():
            reach = Reach(server or DEFAULT_SERVER, choose_tls(wanted=tls, ca=ca, certificate=certificate, key=key))
            session = open_session(reach, caller, output, context.command_path, has_server=bool(server))
            try:
                command(session, *args, **options)
            except grpc.RpcError as error:
                raise failure(error, reach) from error
            finally:
                session.api.close()

    shared = {
        "server": (ServerOption, default_server),
        "caller": (CallerOption, ""),
        "tls": (TlsOption, False),
        "ca": (CaOption, None),
        "certificate": (CertificateOption, None),
        "key": (KeyOption, None),
        "output": (OutputOption, OutputFormat.TABLE),
    }
    signature = inspect.signature(command)
    own = list(signature.parameters.values())[1:]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in shared.items()
    ]
    added.append(inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context))
    # Typer reads both.
    run.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *added]}
    return run
