"""What a real job tells: one trace over the processes it ran in, log lines with the same keys, metrics of the list."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edgecode.cli.stack.ports import free_port
from edgecode.core.log_keys import ALWAYS, KEYS
from edgecode.core.metrics import METRICS
from tests.harness.cli import CLIP
from tests.harness.collector import Collector, KeptSpan, collector
from tests.harness.process import Processes
from tests.harness.system import QUICK, System
from tests.integration.worker.test_metrics import get


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one job.

    Attributes:
        job_id: of the job.
        artifacts: how many it published.
        spans: all of all processes.
        lines: of the log of server and worker.
        metrics: what their metrics ports said when it was over.
    """

    job_id: str
    artifacts: int
    spans: list[KeptSpan]
    lines: dict[str, list[dict[str, Any]]]
    metrics: dict[str, str]

    @property
    def trace(self) -> list[KeptSpan]:
        """The spans of the command's trace."""
        (root,) = (span for span in self.spans if span.name == "edgecode job submit")
        return [span for span in self.spans if span.trace_id == root.trace_id]

    def named(self, name: str) -> list[KeptSpan]:
        """Those of the trace with a name."""
        return [span for span in self.trace if span.name == name]


async def run_job(folder: Path, kept: Collector) -> Told:
    """Submits the clip with the command to a server and a worker that export, and ends them all."""
    processes = Processes({"OTEL_EXPORTER_OTLP_ENDPOINT": kept.endpoint, "OTEL_RESOURCE_ATTRIBUTES": "team=video"})
    server_at, worker_at = (f"127.0.0.1:{free_port()}" for _ in range(2))
    system = await System.start(processes, folder, workers=0, metrics_address=server_at, **QUICK)
    try:
        worker = await system.add_worker(metrics_address=worker_at)
        client = await processes.edgecode(
            "job", "submit", str(CLIP), "--rendition", "180", "--thumbnail", "90", "--watch", "--output", "json",
            env={"EDGECODE_SERVER": str(system.settings.grpc_address)},
        )  # fmt: skip
        assert await client.exit(120) == 0, client.output
        job_id = json.loads(client.output)["job_id"]
        artifacts = len(await system.api.artifacts(job_id))
        said = {
            name: (await get(f"http://{at}/metrics"))[1] for name, at in (("server", server_at), ("worker", worker_at))
        }
        assert [await each.terminate() for each in (worker, system.server)] == [0, 0]
    finally:
        await system.close()
        await processes.close()
    lines = {"server": system.server.events, "worker": worker.events}
    return Told(job_id, artifacts, kept.spans, lines, said)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with collector() as kept:
        yield asyncio.run(run_job(tmp_path_factory.mktemp("told"), kept))


def test_the_trace_of_a_job_is_one_tree_from_the_command_to_the_last_artifact_over_three_processes(told: Told) -> None:
    trace = told.trace
    by_id = {span.span_id: span for span in trace}
    roots = [span.name for span in trace if not span.parent_id]
    orphans = [span.name for span in trace if span.parent_id and span.parent_id not in by_id]
    assert (roots, orphans) == (["edgecode job submit"], [])
    assert {span.service for span in trace} == {"cli", "server", "worker"}
    assert len({span.resource["service.instance.id"] for span in trace}) == 3
    seen = Counter((span.name, span.service) for span in trace)
    for call in ("AssetService/UploadAsset", "JobService/CreateJob"):
        assert seen[f"edgecode.v1.{call}", "cli"] == seen[f"edgecode.v1.{call}", "server"] == 1
    assert [seen[f"attempt {kind}", "worker"] for kind in ("probe", "transcode", "thumbnail", "manifest")] == [1] * 4
    decided = [span for span in told.named("decide") if span.attributes["edgecode.sequence"]]
    events = Counter(event for span in decided for event in span.attributes["edgecode.events"])
    assert events["artifact_published"] == told.artifacts > 2
    assert events["job_assigned"] == events["job_succeeded"] == 1
    last = max(decided, key=lambda span: span.span.start_time_unix_nano)
    assert "job_succeeded" in last.attributes["edgecode.events"]


def test_spans_of_consumers_name_the_build_that_produced_and_all_the_stamp_of_their_process(told: Told) -> None:
    first = {name: lines[0] for name, lines in told.lines.items()}
    consumers = [span for span in told.trace if span.span.kind == span.span.SPAN_KIND_CONSUMER]
    assert {span.service for span in consumers} == {"server", "worker"}
    for span in consumers:
        producer = first[str(span.attributes["edgecode.producer.service"])]
        assert span.attributes["edgecode.producer.version"] == producer["version"]
        assert span.attributes["edgecode.producer.revision"] == producer["revision"]
    attempts = [span for span in consumers if span.service == "worker"]
    assert {span.attributes["edgecode.producer.service"] for span in attempts} == {"server"}
    assert "worker" in {span.attributes["edgecode.producer.service"] for span in consumers if span.service == "server"}
    for span in told.spans:
        if span.service in first:
            line = first[span.service]
            assert span.resource["service.version"] == line["version"]
            assert span.resource["service.instance.id"] == line["instance"]
            assert span.resource["vcs.ref.head.revision"] == line["revision"]
        assert span.resource["team"] == "video"


def test_children_have_spans_with_their_exit_and_ffmpeg_its_speed_below_the_attempt_that_started_them(
    told: Told,
) -> None:
    by_id = {span.span_id: span for span in told.trace}
    children = {name: told.named(name) for name in ("probe", "ffmpeg", "verify")}
    assert all(children.values())
    for span in (span for found in children.values() for span in found):
        assert span.attributes["process.exit.code"] == 0
        assert span.attributes["edgecode.child.outcome"] == "ok"
        assert by_id[span.parent_id].name.startswith("attempt ")
    encodes = [span for span in children["ffmpeg"] if by_id[span.parent_id].name == "attempt transcode"]
    assert max(span.attributes.get("edgecode.ffmpeg.speed_ratio", 0) for span in encodes) > 0


def test_lines_of_every_process_have_the_keys_of_the_list_and_those_of_a_job_its_trace(told: Told) -> None:
    for line in (line for lines in told.lines.values() for line in lines):
        assert ALWAYS.keys() <= line.keys() <= KEYS.keys(), line
    of_job = [line for lines in told.lines.values() for line in lines if line.get("job_id") == told.job_id]
    assert {line["trace_id"] for line in of_job} == {told.trace[0].trace_id}
    ended = [line for line in of_job if line["event"] == "attempt.ended"]
    assert Counter(line["kind"] for line in ended) == dict.fromkeys(("probe", "transcode", "thumbnail", "manifest"), 1)
    attempts = {span.attributes["edgecode.attempt_id"] for span in told.trace if span.name.startswith("attempt ")}
    assert {line["attempt_id"] for line in ended} == attempts
    assert [(line["service"], line["state"]) for line in of_job if line["event"] == "job.ended"] == [
        ("server", "SUCCEEDED")
    ]


def test_the_metrics_ports_have_the_metrics_of_the_list_with_its_labels_and_no_others(told: Told) -> None:
    for service, text in told.metrics.items():
        roles = {service, "leader"} if service == "server" else {service}
        listed = {metric.name.removesuffix("_total"): metric for metric in METRICS if roles & set(metric.by)}
        families = {family.name: family for family in text_string_to_metric_families(text)}
        assert {name for name in families if not name.endswith("_created")} == listed.keys()
        for name, metric in listed.items():
            assert families[name].type == metric.kind.value
            assert families[name].documentation == metric.words
            for sample in families[name].samples:
                assert set(sample.labels) - {"le"} == set(metric.labels)


def test_a_job_is_counted_with_its_attempts_its_calls_and_the_speed_of_its_encodes(told: Told) -> None:
    samples: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for text in told.metrics.values():
        for family in text_string_to_metric_families(text):
            samples |= {(each.name, frozenset(each.labels.items())): each.value for each in family.samples}

    def value(name: str, **labels: str) -> float:
        return samples[name, frozenset(labels.items())]

    build = told.lines["worker"][0]["build"]
    assert value("edgecode_jobs_accepted_total", preset="none") == 1
    assert value("edgecode_jobs_ended_total", preset="none", outcome="succeeded", build=build) == 1
    assert value("edgecode_job_duration_seconds_count", preset="none", build=build) == 1
    for kind in ("probe", "transcode", "thumbnail", "manifest"):
        assert value("edgecode_attempts_ended_total", kind=kind, outcome="succeeded", build=build) == 1
        assert value("edgecode_worker_attempts_total", kind=kind, outcome="succeeded", build=build) == 1
    assert value("edgecode_ffmpeg_speed_ratio_count", kind="transcode", build=build) > 0
    method = "edgecode.v1.JobService/CreateJob"
    assert value("edgecode_call_duration_seconds_count", method=method, code="OK") == 1
    assert value("edgecode_projection_lag_seconds_count") > 0
    assert value("edgecode_leading") == 1
    assert value("edgecode_fleet_instances", service="worker", build=build) == 1
