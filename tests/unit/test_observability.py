"""Rules and dashboard ask for metrics that are there, with labels that they have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgecode.core.metrics import METRICS, Kind, Metric

FOLDER = Path(__file__).resolve().parents[2] / "deploy/observability"
RULES = (FOLDER / "rules.yml").read_text(encoding="utf-8")
# Of Prometheus itself, for every series it scrapes.
SCRAPED = {"instance", "job"}
_NAME = re.compile(r"\b(edgecode_[a-z_]+)(?:\{([^}]*)\})?")
_GROUPED = re.compile(r"\b(?:by|on) \(([^)]*)\)")
_RECORDED = re.compile(r"\b(edgecode:[a-z0-9_:]+)")


def series() -> dict[str, Metric]:
    """Each name that a query may ask for: a histogram has three."""
    found: dict[str, Metric] = {}
    for metric in METRICS:
        suffixes = ("_bucket", "_count", "_sum") if metric.kind is Kind.HISTOGRAM else ("",)
        found |= {f"{metric.name}{suffix}": metric for suffix in suffixes}
    return found


def problems(query: str, known: dict[str, Metric], recorded: set[str]) -> Iterator[str]:
    """Names and labels of a query that are nowhere."""
    labels = {"le"} | SCRAPED
    for name, matchers in _NAME.findall(query):
        if name not in known:
            yield name
            continue
        labels |= set(known[name].labels)
        asked = set(re.findall(r"(\w+)\s*[=!]", matchers))
        yield from (f"{name}{{{label}}}" for label in asked - set(known[name].labels) - SCRAPED)
    yield from set(_RECORDED.findall(query)) - recorded
    if _NAME.search(query):
        grouped = {label.strip() for group in _GROUPED.findall(query) for label in group.split(",")}
        yield from grouped - labels


def expressions() -> list[str]:
    """Of the rules; one may go on over lines that are indented further."""
    found = re.findall(r"^( +)expr: (?:>-\n)?((?:.*\n)(?:\1 +.*\n)*)", RULES, re.MULTILINE)
    return [" ".join(text.split()) for _, text in found]


BOARD = json.loads((FOLDER / "grafana/edgecode.json").read_text(encoding="utf-8"))
QUERIES = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
RECORDED = set(re.findall(r"record: (\S+)", RULES))


@pytest.mark.parametrize("query", [*expressions(), *QUERIES])
def test_rules_and_dashboard_read_only_names_and_labels_of_the_list(query: str) -> None:
    assert not list(problems(query, series(), RECORDED))


def test_every_rule_and_every_panel_is_looked_at() -> None:
    assert len(expressions()) == RULES.count("expr:") > 5
    assert len(QUERIES) >= len(BOARD["panels"]) > 10


@pytest.mark.parametrize(
    "wrong",
    [
        "sum(edgecode_job_ended_total)",
        'edgecode_jobs_ended_total{result="failed"}',
        "sum by (kind) (edgecode_jobs_ended_total)",
        "edgecode:nobody_records_it",
        "edgecode_job_duration_seconds",
    ],
)
def test_a_name_or_label_that_is_not_in_the_list_is_found(wrong: str) -> None:
    assert list(problems(wrong, series(), RECORDED))


def test_the_dashboard_shows_every_metric() -> None:
    shown = {series()[name].name for query in [*QUERIES, *expressions()] for name, _ in _NAME.findall(query)}
    assert shown == {metric.name for metric in METRICS}
