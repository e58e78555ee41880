"""Traces carry the stamp of who made them and of who produced what they consume."""

import dataclasses

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

from edgecode.core.headers import Origin, hop
from edgecode.core.stamp import make_stamp
from edgecode.core.telemetry import Tracer, current_traceparent

OWN = make_stamp("worker", "test")
PRODUCER = dataclasses.replace(OWN, service="server", version="9.9.9", revision="f" * 40)
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_consumers_span_continues_the_trace_and_names_both_builds() -> None:
    tracer = Tracer(OWN)
    origin = Origin(PRODUCER, (hop(PRODUCER),), 1, TRACEPARENT)
    with tracer.span("task", SpanKind.CONSUMER, origin=origin) as span:
        onward = current_traceparent()
    tracer.close()
    assert isinstance(span, ReadableSpan)
    assert span.attributes is not None
    assert (span.attributes["edgecode.producer.version"], span.attributes["edgecode.producer.revision"]) == (
        "9.9.9", "f" * 40,
    )  # fmt: skip
    said = span.resource.attributes
    assert (said["service.name"], said["service.version"], said["service.instance.id"]) == (
        "worker", OWN.version, OWN.instance,
    )  # fmt: skip
    assert (said["vcs.ref.head.revision"], said["deployment.environment.name"]) == (OWN.revision, "test")
    assert onward.split("-")[1] == TRACEPARENT.split("-")[1]
    assert onward.split("-")[2] not in {TRACEPARENT.split("-")[2], ""}


def test_outside_a_span_there_is_no_trace_to_pass_on() -> None:
    assert current_traceparent() == ""
