"""Logs: JSON lines on stderr, with the stamp and the trace on each. What libraries log comes out the same way."""

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from opentelemetry import trace

from edgecode.core.stamp import Stamp

# What libraries say below it is of no use to who runs this.
_LIBRARIES = logging.WARNING


def configure_logging(stamp: Stamp, level: str) -> None:
    """Configures the process; its first line is the stamp itself. `log_keys.py` lists what lines say."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Of a thread of a library too: those have no context of ours.
    own = {"service": stamp.service, "build": stamp.build, "instance": stamp.instance}
    structlog.contextvars.bind_contextvars(service=stamp.service, build=stamp.build, instance=stamp.instance)
    _take_over_libraries([*shared, structlog.stdlib.add_logger_name, _Signed(own)])
    structlog.get_logger().info(
        "process.starting",
        version=stamp.version,
        revision=stamp.revision,
        dirty=bool(stamp.dirty),
        environment=stamp.environment,
        pid=os.getpid(),
    )


def _take_over_libraries(processors: list[Any]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LIBRARIES)


class _Signed:
    """Adds who writes to a line that has no context."""

    def __init__(self, own: dict[str, str]) -> None:
        self._own = own

    def __call__(self, _logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line.update(self._own)
        # A library's sentence is no constant: it stands beside one.
        line["why"], line["event"] = line["event"], "library.said"
        return line


def _add_trace(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line.setdefault("trace_id", f"{context.trace_id:032x}")
        line.setdefault("span_id", f"{context.span_id:016x}")
    return line
