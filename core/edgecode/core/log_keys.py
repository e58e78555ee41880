"""The one list of what log lines say beside their `event`: code, documents and tests read it.

A key means the same in every process. A line has `event`, `level` and `timestamp`, who wrote it, the trace it belongs
to where there is one, and what of the rest it is about.
"""

from collections.abc import Mapping

# On every line.
ALWAYS: Mapping[str, str] = {
    "event": "What happened, a constant such as `attempt.ended`.",
    "level": "`debug`, `info`, `warning` or `error`.",
    "timestamp": "ISO 8601, UTC.",
    "service": "`server` or `worker`.",
    "build": "Of the process that writes.",
    "instance": "Of the process that writes.",
}
# On the first line of a process.
FIRST: Mapping[str, str] = {
    "version": "Semantic version.",
    "revision": "Git revision, 40 hex digits.",
    "dirty": "Whether its tree had changes.",
    "environment": "`EDGECODE_ENVIRONMENT`.",
    "pid": "Of the process.",
}
# Of what the line is about.
ABOUT: Mapping[str, str] = {
    "trace_id": "32 hex digits, the job's trace.",
    "span_id": "16 hex digits, the span within it.",
    "job_id": "A job.",
    "task_id": "A task of the job.",
    "attempt_id": "A try of the task.",
    "output_id": "An output of the job.",
    "asset_id": "An asset.",
    "delivery_id": "One event on its way to a webhook.",
    "webhook_id": "A webhook.",
    "kind": "Of the task.",
    "n": "Which scheduling of the task.",
    "epoch": "How often the job was given to another build.",
    "state": "What became of the job or ramp.",
    "how": "How an attempt ended.",
    "ask": "How it was asked to end.",
    "deliveries": "How often the broker gave a task out.",
    "method": "Of the API.",
    "path": "Of an HTTP request.",
    "status": "HTTP status of an answer.",
    "subject": "On the broker.",
    "sequence": "In the log.",
    "position": "Sequence of the log that a reader stands at.",
    "contract": "Message contract that an event needs.",
    "events": "How many of them.",
    "attempts": "How many of them.",
    "count": "How many.",
    "size_bytes": "Of an asset.",
    "task_class": "Of a lane.",
    "priority": "Of a lane.",
    "slots": "Tasks a worker takes at once, by class.",
    "route": "Revision of the route, counted from 1.",
    "current": "Build that is current now.",
    "ramping": "Build that gets a share of new jobs.",
    "step": "Of a ramp.",
    "percent": "Share of new jobs that the ramping build gets.",
    "log_e": "Evidence against the ramping build, logarithm.",
    "its_build": "Build of another process.",
    "left": "Instance that left the fleet.",
    "drains": "Instance that is told to drain.",
    "caller": "Who asked for it, by certificate or by own word.",
    "store": "Name of a store.",
    "setting": "Variable that names a place.",
    "part": "Of the process, as its code calls it.",
    "folders": "Left behind in scratch and removed.",
    "killed": "Children left behind and ended.",
    "expired": "When it did.",
    "grace_seconds": "Given to attempts under way.",
    "grpc_address": "Where the API listens.",
    "http_address": "Where artifacts are served.",
    "metrics_address": "Where metrics and health are.",
    "reason": "Of a failure or a decision, as the API has it.",
    "code": "The broker's number for it.",
    "why": "In words.",
    "words": "Last words of a failure.",
    "error": "Of the library that raised it.",
    "exception": "The stack.",
    "logger": "Library that wrote the line.",
}
KEYS: Mapping[str, str] = {**ALWAYS, **FIRST, **ABOUT}
