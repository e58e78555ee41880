"""Where spans go, by OpenTelemetry's own variables.

The SDK is imported only where they ask for it: it costs 10 MB and a thread.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from edgecode.core.stamp import Stamp

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_EXPORTERS = {
    "grpc": "opentelemetry.exporter.otlp.proto.grpc.trace_exporter",
    "http/protobuf": "opentelemetry.exporter.otlp.proto.http.trace_exporter",
}
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the variables ask for: `protocol` is empty where nothing is to be exported, `problem` then may say why."""

    protocol: str = ""
    problem: str = ""


def wanted(environ: Mapping[str, str]) -> Wanted:
    """Reads the variables. Without an endpoint and without `OTEL_TRACES_EXPORTER=otlp` nothing is exported."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return Wanted()
    exporter = environ.get("OTEL_TRACES_EXPORTER", "").strip()
    if exporter == "none" or not (exporter or any(environ.get(name) for name in _ENDPOINTS)):
        return Wanted()
    if exporter not in {"", "otlp"}:
        return Wanted(problem=f"OTEL_TRACES_EXPORTER={exporter}: only otlp and none are known")
    protocol = next(filter(None, map(environ.get, _PROTOCOLS)), "grpc")
    if protocol not in _EXPORTERS:
        return Wanted(problem=f"{_PROTOCOLS[1]}={protocol}: only {' and '.join(_EXPORTERS)} are known")
    return Wanted(protocol)


def find_provider(stamp: Stamp, environ: Mapping[str, str] = os.environ) -> "tuple[TracerProvider | None, str]":
    """A provider that exports in a thread of its own, or None; then the sentence says why, where it was asked for."""
    found = wanted(environ)
    if not found.protocol:
        return None, found.problem
    try:
        return _provider(stamp, found.protocol), ""
    except ImportError as error:
        return None, f"the exporter for {found.protocol} is not installed ({error}): pip install 'edgecode[telemetry]'"
    except (RuntimeError, ValueError) as error:
        return None, str(error)


def _provider(stamp: Stamp, protocol: str) -> "TracerProvider":
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    exporter = import_module(_EXPORTERS[protocol]).OTLPSpanExporter()
    # What OTEL_RESOURCE_ATTRIBUTES says is kept, but for who we are.
    resource = Resource({"service.namespace": "edgecode"}).merge(Resource.create(_identity(stamp)))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _identity(stamp: Stamp) -> dict[str, str]:
    return {
        "service.name": stamp.service,
        "service.version": stamp.version,
        "service.instance.id": stamp.instance,
        "vcs.ref.head.revision": stamp.revision,
        "deployment.environment.name": stamp.environment,
    }
