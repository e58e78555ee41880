"""Traces carry the stamp of who made them and of who produced what they consume; off, they are only ids."""

import dataclasses
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import NonRecordingSpan, SpanKind, StatusCode

from edgecode.core.headers import Origin, hop, trace_id_of
from edgecode.core.span_export import Wanted, wanted
from edgecode.core.stamp import make_stamp
from edgecode.core.telemetry import Tracer, current_traceparent

OWN = make_stamp("worker", "test")
PRODUCER = dataclasses.replace(OWN, service="server", version="9.9.9", revision="f" * 40)
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ORIGIN = Origin(PRODUCER, (hop(PRODUCER),), 1, TRACEPARENT)
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def tracer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracer]:
    """One that exports, to nobody."""
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=mine,service.version=0.0.0,team=video")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    tracer = Tracer(OWN)
    yield tracer
    tracer.close()


def test_a_consumers_span_continues_the_trace_and_names_both_builds(tracer: Tracer) -> None:
    with tracer.span("task", SpanKind.CONSUMER, origin=ORIGIN) as span:
        onward = current_traceparent()
    assert isinstance(span, ReadableSpan)
    assert span.attributes is not None
    assert (span.attributes["edgecode.producer.version"], span.attributes["edgecode.producer.revision"]) == (
        "9.9.9", "f" * 40,
    )  # fmt: skip
    assert trace_id_of(onward) == trace_id_of(TRACEPARENT)
    assert onward.split("-")[2] not in {TRACEPARENT.split("-")[2], ""}


def test_the_resource_is_the_stamp_whatever_the_variables_say_and_keeps_the_rest_of_them(tracer: Tracer) -> None:
    span = tracer.begin("task", SpanKind.INTERNAL)
    assert isinstance(span, ReadableSpan)
    said = span.resource.attributes
    assert (said["service.name"], said["service.version"], said["service.instance.id"]) == (
        "worker", OWN.version, OWN.instance,
    )  # fmt: skip
    assert (said["vcs.ref.head.revision"], said["deployment.environment.name"]) == (OWN.revision, "test")
    assert (said["service.namespace"], said["team"]) == ("edgecode", "video")


def test_what_is_refused_is_no_error_of_the_calls_span_and_what_breaks_is_one_of_any_other(tracer: Tracer) -> None:
    codes = []
    for kind in (SpanKind.SERVER, SpanKind.INTERNAL):
        with pytest.raises(LookupError), tracer.span("work", kind) as span:
            raise LookupError
        assert isinstance(span, ReadableSpan)
        codes.append(span.status.status_code)
    assert codes == [StatusCode.UNSET, StatusCode.ERROR]


def test_without_an_exporter_spans_are_ids_that_continue_the_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT, raising=False)
    tracer = Tracer(OWN)
    assert not tracer.exports
    with tracer.span("call", SpanKind.SERVER, TRACEPARENT) as outer:
        first = current_traceparent()
        with tracer.span("inner"):
            second = current_traceparent()
    assert isinstance(outer, NonRecordingSpan)
    assert trace_id_of(first) == trace_id_of(second) == trace_id_of(TRACEPARENT)
    assert len({first, second, TRACEPARENT}) == 3
    with tracer.span("call", SpanKind.SERVER):
        fresh = current_traceparent()
    assert trace_id_of(fresh) not in {"", trace_id_of(TRACEPARENT)}
    assert fresh.endswith("-00")
    tracer.close()


def test_outside_a_span_there_is_no_trace_to_pass_on() -> None:
    assert current_traceparent() == ""


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, Wanted()),
        ({ENDPOINT: "http://c:4317"}, Wanted("grpc")),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4317"}, Wanted("grpc")),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, Wanted("grpc")),
        ({ENDPOINT: "http://c:4318", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, Wanted("http/protobuf")),
        ({ENDPOINT: "http://c:4317", "OTEL_SDK_DISABLED": "True"}, Wanted()),
        ({ENDPOINT: "http://c:4317", "OTEL_TRACES_EXPORTER": "none"}, Wanted()),
        ({"OTEL_SERVICE_NAME": "mine"}, Wanted()),
    ],
)
def test_the_standard_variables_say_whether_and_how_spans_are_exported(environ: dict[str, str], found: Wanted) -> None:
    assert wanted(environ) == found


@pytest.mark.parametrize(
    "wrong", [{"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}, {"OTEL_TRACES_EXPORTER": "zipkin"}], ids=str
)
def test_what_the_variables_ask_for_in_vain_is_named(wrong: dict[str, str]) -> None:
    found = wanted({ENDPOINT: "http://c:4317", **wrong})
    assert found.protocol == ""
    assert next(iter(wrong.values())) in found.problem


def test_an_exporter_that_is_not_installed_is_named_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    tracer = Tracer(OWN)
    assert not tracer.exports
    assert "opentelemetry.exporter.otlp.proto.http" in tracer.problem
    with tracer.span("call"):
        assert current_traceparent()
