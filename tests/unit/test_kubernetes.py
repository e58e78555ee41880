"""The manifests are what Kubernetes takes, and what they say of us is so."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml

from edgecode.cli.app import make_app
from edgecode.core.settings import Settings
from tests.harness.documents import reader_folder, script

README = "deploy/kubernetes/README.md"
# The oldest that is supported when this is written, and the newest there are schemas of.
VERSIONS = ("1.31", kubernetes_validate.latest_version())


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """As the README's commands write them for a build."""
    folder = reader_folder(tmp_path_factory.mktemp("kubernetes"))
    subprocess.run(["bash", "-euo", "pipefail", "-c", script(README, "kubernetes", server="")], cwd=folder, check=True)
    return [
        each for name in ("edgecode.yaml", "worker.yaml") for each in yaml.safe_load_all((folder / name).read_text())
    ]


def deployments(manifests: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pod and container of each Deployment."""
    for each in manifests:
        if each["kind"] == "Deployment":
            pod = each["spec"]["template"]["spec"]
            yield pod, pod["containers"][0]


def settings_of(manifests: list[dict[str, Any]]) -> dict[str, str]:
    """The shared settings."""
    (shared,) = (each["data"] for each in manifests if each["kind"] == "ConfigMap")
    return {name: str(value) for name, value in shared.items()}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_manifests_are_valid_and_say_nothing_that_kubernetes_does_not_know(
    manifests: list[dict[str, Any]], version: str
) -> None:
    assert len(manifests) == 7
    for each in manifests:
        kubernetes_validate.validate(each, version, strict=True)


def test_an_unknown_field_of_a_manifest_is_found(manifests: list[dict[str, Any]]) -> None:
    wrong = {**manifests[-1], "spec": {**manifests[-1]["spec"], "replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


def test_every_variable_is_a_setting_and_every_value_is_one_it_takes(
    manifests: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fields = {f"EDGECODE_{name.upper()}" for name in Settings.model_fields}
    shared = settings_of(manifests)
    for _, container in deployments(manifests):
        own = {each["name"]: each.get("value", "here") for each in container["env"]}
        ours = {name: value for name, value in {**shared, **own}.items() if name.startswith("EDGECODE_")}
        assert ours.keys() <= fields
        for name, value in ours.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        assert Settings().environment == "here"


def test_ports_are_those_that_are_listened_on(manifests: list[dict[str, Any]]) -> None:
    shared = settings_of(manifests)
    listened = {
        name: int(shared[f"EDGECODE_{name.upper()}_ADDRESS"].rpartition(":")[2]) for name in ("grpc", "metrics")
    }
    for _, container in deployments(manifests):
        assert {port["name"]: port["containerPort"] for port in container["ports"]}.items() <= listened.items()
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            asked = container.get(probe, {})
            assert asked.get("grpc", {}).get("port", listened["grpc"]) == listened["grpc"]
            assert asked.get("httpGet", {}).get("port", "metrics") == "metrics"


def test_a_worker_is_drained_by_a_command_there_is_and_killed_only_after_its_grace(
    manifests: list[dict[str, Any]],
) -> None:
    pod, container = next(found for found in deployments(manifests) if found[1]["name"] == "worker")
    program, *arguments = container["lifecycle"]["preStop"]["exec"]["command"]
    assert program == "edgecode"
    command = typer.main.get_command(make_app())
    context = command.make_context("edgecode", ["worker"], resilient_parsing=True)
    worker = command.get_command(context, arguments[0])  # type: ignore[attr-defined] # it is a group
    drain = worker.get_command(context, arguments[1])
    given = drain.make_context("drain", arguments[2:]).params
    assert given["own"] is True
    grace = float(settings_of(manifests)["EDGECODE_WORKER_DRAIN_SECONDS"])
    assert grace < given["timeout"] < pod["terminationGracePeriodSeconds"]
