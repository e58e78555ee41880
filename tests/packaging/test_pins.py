"""The pinned requirements install where the platform table says, from wheels alone."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.conftest import REPOSITORY, Tree, clean_environ, run, wheel_stamp

RUNTIME = REPOSITORY / "requirements/runtime.txt"
DEV = REPOSITORY / "requirements/dev.txt"
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())


def _pins(path: Path) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", path.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("platform", ["x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin"])
def test_the_pins_resolve_to_binary_wheels_with_hashes(platform: str, python: str, tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    options = ["--only-binary", ":all:", "--require-hashes", "--python-platform", platform, "--python-version", python]
    # The table promises macOS 14; uv assumes 13 unless told.
    environ = {"MACOSX_DEPLOYMENT_TARGET": "14.0"} if "apple" in platform else {}
    install = [
        str(uv),
        "pip",
        "install",
        "--dry-run",
        *options,
        "--target",
        str(tmp_path / "target"),
        "-r",
        str(RUNTIME),
    ]
    run(*install, cwd=tmp_path, **environ)


def test_every_runtime_dependency_and_the_build_backend_are_pinned_within_their_bounds() -> None:
    pins = _pins(RUNTIME)
    project = PROJECT["project"]
    declared = [*project["dependencies"], *PROJECT["build-system"]["requires"]]
    declared += [line for extra in project["optional-dependencies"].values() for line in extra]
    for requirement in map(Requirement, declared):
        if requirement.name != "edgecode":
            assert pins[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_the_test_environment_has_the_same_pins_and_more() -> None:
    assert _pins(RUNTIME).items() <= _pins(DEV).items()


def test_the_runtime_holds_no_test_packages() -> None:
    tools = (REPOSITORY / "requirements/dev.in").read_text().splitlines()
    names = {canonicalize_name(Requirement(line).name) for line in tools if line[:1].isalpha()}
    assert names
    assert names.isdisjoint(_pins(RUNTIME))


def test_the_floors_of_grpc_and_protobuf_are_those_of_the_checked_in_code() -> None:
    grpc_code = (REPOSITORY / "protos/edgecode/v1/job_pb2_grpc.py").read_text()
    generated = re.search(r"GRPC_GENERATED_VERSION = '([0-9.]+)'", grpc_code)
    message_code = (REPOSITORY / "protos/edgecode/v1/job_pb2.py").read_text()
    gencode = re.search(r"# Protobuf Python Version: ([0-9.]+)", message_code)
    assert generated
    assert gencode
    dependencies = PROJECT["project"]["dependencies"]
    assert f"grpcio>={generated[1]}" in dependencies
    assert f"protobuf>={gencode[1]},<{int(gencode[1].split('.')[0]) + 1}" in dependencies


def test_the_base_install_runs_the_command_and_an_extra_is_asked_for_by_name(wheel: Path, tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    run(uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv/bin/python"
    pins = tmp_path / "pins.txt"
    pins.write_text("".join(f"{name}=={version}\n" for name, version in _pins(RUNTIME).items()))
    run(uv, "pip", "install", "--quiet", "--python", python, "--constraint", pins, wheel, cwd=tmp_path)
    installed = run(uv, "pip", "list", "--python", python, "--format", "freeze", cwd=tmp_path)
    assert "av==" not in installed
    assert "nats" not in installed
    edgecode = tmp_path / "venv/bin/edgecode"
    assert wheel_stamp(wheel)["revision"][:12] in run(edgecode, "version", cwd=tmp_path)
    server = subprocess.run([edgecode, "server"], cwd=tmp_path, env=clean_environ(), capture_output=True, check=False)
    assert server.returncode != 0
    assert b"edgecode[server]" in server.stderr


def test_a_clone_holds_no_address_of_a_package_index(pristine: Tree) -> None:
    hosts = "|".join(
        ("py" + r"pi\.org", "python" + r"hosted\.org", "py" + r"pi\.", r"proxy\.go" + "lang", r"npm" + "js")
    )
    options = r"--(?:extra-)?index-" + "url[= ]|--find-" + "links[= ]"
    forbidden = re.compile(f"{hosts}|{options}", re.IGNORECASE)
    named = []
    for path in pristine.git("ls-files", "-z").split("\0"):
        content = (pristine.root / path).read_bytes() if path else b""
        if forbidden.search(content.decode("utf-8", "replace")):
            named.append(path)
    assert named == []
    assert "://" not in RUNTIME.read_text() + DEV.read_text()


def test_every_pinned_package_stands_in_the_list_of_third_parties_with_its_licence() -> None:
    listed = re.findall(r"^\| ([a-z0-9-]+) \| [A-Z]", (REPOSITORY / "THIRD_PARTY.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(_pins(RUNTIME))
