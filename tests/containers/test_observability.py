"""What deploy/observability puts beside compose: Prometheus scrapes, records, alerts and answers the dashboard."""

import asyncio
import json
import shlex
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.containers.composed import COMPOSE, Composed
from tests.harness.documents import REPOSITORY, script
from tests.harness.process import Processes

FOLDER = REPOSITORY / "deploy/observability"
README = "deploy/observability/README.md"
pytestmark = pytest.mark.timeout(900)
# Names are looked up every 30 s, processes scraped and rules evaluated every 15 s.
SCRAPED_SECONDS = 150.0
ASK = """
import json, sys, urllib.parse, urllib.request
for query in sys.argv[1:]:
    with urllib.request.urlopen("http://prometheus:9090/api/v1/" + query, timeout=10) as reply:
        print(json.dumps(json.load(reply)["data"]))
"""


def image(repository: str) -> str:
    """What the engine has of an image; empty: nothing, and compose pulls the version of its file."""
    listing = ["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", repository]
    found = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split()
    return found[0] if found else ""


IMAGES = {
    "PROMETHEUS_IMAGE": "prom/prometheus",
    "COLLECTOR_IMAGE": "otel/opentelemetry-collector",
    "JAEGER_IMAGE": "jaegertracing/jaeger",
    "GRAFANA_IMAGE": "grafana/grafana",
}


@dataclass(frozen=True, slots=True)
class State:
    """What Prometheus says: of its targets and rules, of the processes by service, and how many lead."""

    targets: list[str]
    rules: set[str]
    processes: dict[str, str]
    leaders: list[str]


SETTLED = State(["up"] * 3, {"ok"}, {"server": "1", "worker": "2"}, ["1"])


class Observed:
    """Compose with what observes it."""

    def __init__(self, composed: Composed) -> None:
        self.composed = composed

    async def start(self) -> None:
        """As the README has it, but for images that the engine has not: Prometheus alone is pulled."""
        there = [variable.partition("_")[0].lower() for variable, name in IMAGES.items() if image(name)]
        services = " ".join(["server", "worker", *{"prometheus", *there}])
        text = script(README, "compose-observability", server="")
        await self.composed.run(more=text.replace("up --detach", f"up --detach {services}"))

    async def ask(self, *queries: str) -> list[Any]:
        """What Prometheus answers to paths of its API."""
        said = await self.composed.run(more=f"{COMPOSE} exec -T server python -c {shlex.join([ASK, *queries])}")
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]

    async def state(self) -> State:
        """How it all stands, as far as Prometheus knows."""
        targets, rules = await self.ask("targets", "rules")
        builds, leaders = await self.query("count by (service) (edgecode_build_info)", "sum(edgecode_leading)")
        return State(
            [target["health"] for target in targets["activeTargets"]],
            {rule["health"] for group in rules["groups"] for rule in group["rules"]},
            {each["metric"]["service"]: each["value"][1] for each in builds},
            [each["value"][1] for each in leaders],
        )

    async def query(self, *expressions: str) -> list[list[dict[str, Any]]]:
        """The samples of instant queries; one that Prometheus cannot read is an error."""
        paths = [f"query?query={_quoted(expression)}" for expression in expressions]
        return [answer["result"] for answer in await self.ask(*paths)]


def _quoted(text: str) -> str:
    return "".join(character if character.isalnum() else f"%{ord(character):02X}" for character in text)


@pytest.fixture
async def observed(processes: Processes) -> AsyncIterator[Observed]:
    """Everything started, the fleet complete."""
    composed = Composed(processes, {variable: found for variable, name in IMAGES.items() if (found := image(name))})
    await composed.run("compose")
    together = Observed(composed)
    await together.start()
    await composed.fleet()
    yield together
    await composed.remove()


async def test_prometheus_scrapes_every_process_evaluates_every_rule_and_answers_every_panel(
    observed: Observed,
) -> None:
    # Containers that were made anew have other addresses: for a while Prometheus knows the old ones too.
    async with asyncio.timeout(SCRAPED_SECONDS):
        while await observed.state() != SETTLED:
            pass
    (rules,) = await observed.ask("rules")
    assert sum(len(group["rules"]) for group in rules["groups"]) == (FOLDER / "rules.yml").read_text("utf-8").count(
        "expr:"
    )
    board = json.loads((FOLDER / "grafana/edgecode.json").read_text("utf-8"))
    panels = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(await observed.query(*panels)) == len(panels)


def test_each_alert_fires_when_it_should_and_not_before() -> None:
    folder = f"{FOLDER}:/rules:ro"
    found = image(IMAGES["PROMETHEUS_IMAGE"]) or "prom/prometheus"
    promtool = ["docker", "run", "--rm", "--entrypoint", "promtool", "--volume", folder, "--workdir", "/rules", found]
    done = subprocess.run([*promtool, "test", "rules", "rules.test.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rules = (FOLDER / "rules.yml").read_text("utf-8").split("- alert: ")[1:]
    tested = (FOLDER / "rules.test.yml").read_text("utf-8")
    assert all(f"alertname: {rule.split()[0]}\n" in tested for rule in rules)
