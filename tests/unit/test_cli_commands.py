"""The command line itself: names, help, completion, usage errors, what needs no server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from edgecode.cli.app import make_app
from edgecode.cli.exits import CommandFailed
from edgecode.cli.labels import read_labels
from edgecode.cli.outputs import inline_outputs, read_outputs
from edgecode.core.stamp import build_info

PROMISED = {
    "status", "up", "demo", "version", "inspect", "config", "server", "worker", "completion",
    "asset upload", "asset import", "asset list", "asset show", "asset delete", "gc",
    "job submit", "job list", "job show", "job watch", "job wait", "job trace", "job cancel", "job retry", "job delete",
    "artifact list", "artifact download", "artifact sign", "preset list", "preset show", "preset create",
    "fleet list", "fleet builds", "fleet drain", "worker drain",
    "release changes", "release deployments",
    "release check", "release register", "release notes", "release list", "release show", "release compare",
    "release record",
    "webhook create", "webhook list", "webhook show", "webhook delete", "webhook rotate", "webhook deliveries",
    "webhook resend", "dead list", "dead requeue", "ledger rebuild",
    "route show", "route promote", "route rollback", "route quarantine", "route readmit", "route wait-drained",
    "route ramp start", "route ramp status", "route ramp pause", "route ramp resume", "route ramp advance",
    "route ramp abort",
    "route shadow start", "route shadow stop", "route shadow status", "route shadow report",
}  # fmt: skip
WITHOUT_DATA = {"completion", "server", "worker", "demo", "ledger rebuild"}
ID = "5f0c3e9a-50ce-5e4e-8f2d-51d1f6f5b0aa"


def leaves(group: Any = None, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    root: Any = group or get_command(make_app())
    for name, command in root.commands.items():
        if hasattr(command, "commands"):
            found |= leaves(command, f"{prefix}{name} ")
            found |= {prefix + name: command} if command.invoke_without_command else {}
        else:
            found[prefix + name] = command
    return found


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from edgecode.cli.app import main; main()", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_commands_are_exactly_those_promised() -> None:
    assert leaves().keys() == PROMISED


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_the_help_of_every_command_has_an_example_that_names_it(name: str) -> None:
    result = CliRunner().invoke(make_app(), [*name.split(), "--help"])
    assert result.exit_code == 0
    example = result.output.partition("Example:")[2]
    assert f"edgecode {name}" in " ".join(example.split())


@pytest.mark.parametrize("name", sorted(PROMISED - WITHOUT_DATA))
def test_every_command_that_prints_data_prints_it_as_json_too(name: str) -> None:
    assert "--output" in CliRunner().invoke(make_app(), [*name.split(), "--help"]).output


def test_version_says_the_build() -> None:
    info = build_info()
    found = json.loads(CliRunner().invoke(make_app(), ["version", "--output", "json"]).output)
    assert (found["version"], found["revision"], found["build"]) == (info.version, info.revision, info.build)
    assert CliRunner().invoke(make_app(), ["version"]).output.startswith(f"edgecode {info.build}\n")


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("bash", {"COMP_WORDS": "edgecode job w", "COMP_CWORD": "2"}),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "edgecode job w"}),
        ("fish", {"_TYPER_COMPLETE_ARGS": "edgecode job w", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}),
    ],
)
def test_each_shell_gets_a_script_and_the_answers_it_asks_for(shell: str, words: dict[str, str]) -> None:
    script = run("completion", shell)
    assert script.returncode == 0
    assert f"_EDGECODE_COMPLETE=complete_{shell}" in script.stdout
    answer = run(_EDGECODE_COMPLETE=f"complete_{shell}", **words)
    assert "watch" in answer.stdout
    assert "wait" in answer.stdout
    assert "submit" not in answer.stdout


def test_the_bash_script_is_bash() -> None:
    script = run("completion", "bash").stdout
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_an_unreachable_server_is_status_3_and_says_what_to_do() -> None:
    found = run("job", "show", ID, "--server", "127.0.0.1:1")
    assert found.returncode == 3
    assert "127.0.0.1:1" in found.stderr
    assert "edgecode up" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["job", "submit", "no-such-file-nor-asset"],
        ["job", "submit", ID, "--priority", "urgent"],
        ["job", "submit", ID, "--label", "novalue"],
        ["artifact", "download"],
        ["artifact", "download", ID, "--job", ID],
        ["dead", "requeue"],
        ["dead", "requeue", ID, "--all"],
        ["job", "show"],
        ["no-such-command"],
        ["completion", "tcsh"],
        ["job", "list", "--limit", "-1"],
        ["route", "ramp", "start", "1.0.0+g0123456789ab", "--steps", "5,many"],
        ["route", "ramp", "start", "1.0.0+g0123456789ab", "--min-time", "soon"],
        ["route", "ramp", "start", "1.0.0+g0123456789ab", "--min-time", "0s"],
        ["route", "ramp", "start", "1.0.0+g0123456789ab", "--watch-time", "0"],
        ["route", "ramp", "start", "1.0.0+g0123456789ab", "--longest", "0m"],
        ["route", "wait-drained", "1.0.0+g0123456789ab", "--timeout", "5 parsecs"],
    ],
)
def test_wrong_usage_is_status_2_and_asks_no_server(arguments: list[str]) -> None:
    result = CliRunner().invoke(make_app(), arguments, env={"EDGECODE_SERVER": "127.0.0.1:1"})
    assert result.exit_code == 2
    assert result.stderr.strip()


def test_labels_are_key_value_pairs() -> None:
    assert read_labels(["a=b", "c=d=e", "f="]) == {"a": "b", "c": "d=e", "f": ""}
    for wrong in (["a"], ["=b"], ["a=1", "a=2"]):
        with pytest.raises(CommandFailed, match="label"):
            read_labels(wrong)


def test_inline_outputs_have_ids_of_their_own() -> None:
    specs = inline_outputs([720, 360], 180)
    assert [(spec.output_id, spec.WhichOneof("kind")) for spec in specs] == [
        ("720p", "rendition"), ("360p", "rendition"), ("thumbnail", "thumbnail"),
    ]  # fmt: skip


def test_outputs_of_a_file_are_read_and_a_wrong_one_names_its_field(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text('{"outputs": [{"output_id": "small", "rendition": {"height_pixels": 240}}]}')
    assert read_outputs(file)[0].rendition.height_pixels == 240
    file.write_text('{"outputs": [{"output_id": "small", "rendition": {"hight": 240}}]}')
    with pytest.raises(CommandFailed, match="hight"):
        read_outputs(file)


def test_a_server_without_its_extra_is_named(tmp_path: Path) -> None:
    # An interpreter in which one package of the server is not installed.
    (tmp_path / "sitecustomize.py").write_text(
        "from importlib.machinery import PathFinder\n"
        "found = PathFinder.find_spec\n"
        "def find(name, *more):\n"
        "    return None if name == 'obstore' else found(name, *more)\n"
        "PathFinder.find_spec = find\n"
    )
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    found = run("server", PYTHONPATH=paths)
    assert found.returncode == 1
    assert "pip install 'edgecode[server]'" in found.stderr


def test_the_app_is_one_typer() -> None:
    assert isinstance(make_app(), typer.Typer)
