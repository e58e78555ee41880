"""The one documented list of reasons, and the documented limits, are those of the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from grpc import StatusCode

from edgecode.cli import api
from edgecode.core import errors
from edgecode.core.blobs import CHUNK_BYTES, LONGEST_SIGNED_SECONDS
from edgecode.core.settings import Settings
from edgecode.server import calls, filters, interceptors, pages, transport
from edgecode.server.assets import imports, session, uploads
from edgecode.server.fleet import change_list, drains, instance_list
from edgecode.server.jobs import changes, downloads, requests, watches
from edgecode.server.jobs.specs import encoder_memory
from edgecode.server.jobs.specs.outputs import MOST_OUTPUTS
from edgecode.server.status import CODES
from edgecode.server.webhooks.sender import TryReason
from edgecode.v1 import event_pb2, media_pb2
from edgecode.workers import faults
from edgecode.workers.media.faults import Reason

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([A-Z_]+)` \| `?([A-Za-z_]+)`? \|", re.MULTILINE)
REASON = re.compile(r"[A-Z]+(_[A-Z]+)*")
TREE = {kind.__name__: kind for kind in CODES}
# How ids of a kind are not found: the reason is made of the kind.
MADE = {f"{kind}_NOT_FOUND" for kind in ("ASSET", "JOB", "ARTIFACT", "WEBHOOK", "DELIVERY")}


def _each_megapixel(codec: str, speed: str) -> float:
    return encoder_memory.MEMORY[media_pb2.VideoCodec.Value(f"VIDEO_CODEC_{codec}")].each_megapixel[speed]


def sections() -> tuple[dict[str, str], dict[str, str]]:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    calls_text, failures_text = text.split("## Reasons of failed attempts")
    return dict(ROW.findall(calls_text)), dict(ROW.findall(failures_text.partition("## Reasons of failed tries")[0]))


def raised() -> Iterator[tuple[str, str]]:
    """Each reason that a call of an error class of the tree names, with the class."""
    for root in ("core", "server", "workers", "cli"):
        for path in (ROOT / root).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield from _reasons(node)


def _reasons(call: ast.Call) -> Iterator[tuple[str, str]]:
    function, given = call.func, call.args[:1]
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.attr == "field":
        name, given = function.value.id, call.args[2:3]
        if name in TREE and not given:
            yield name, "INVALID_FIELD"
    else:
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if name not in TREE or not given:
        return
    for node in ast.walk(given[0]):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and REASON.fullmatch(node.value):
            yield name, node.value


def test_every_reason_of_the_code_is_documented_with_its_code() -> None:
    documented, _ = sections()
    found = dict.fromkeys(raised())
    assert len(found) > 40
    for name, reason in found:
        assert documented.get(reason) == CODES[TREE[name]].name, f"{name} {reason}"


def test_every_documented_reason_is_used() -> None:
    documented, _ = sections()
    assert set(documented) == {reason for _, reason in raised()} | MADE
    assert {documented[reason] for reason in MADE} == {CODES[errors.NotFound].name}
    assert set(documented.values()) <= {code.name for code in StatusCode}


def test_every_reason_of_a_failure_is_documented() -> None:
    _, documented = sections()
    lost = {f"ATTEMPT_LOST_{name.removeprefix('REASON_')}" for name in event_pb2.AttemptLost.Reason.keys()[1:]}
    worker = {value for name, value in vars(faults).items() if name.isupper() and isinstance(value, str)}
    planner = {"CANCELLED", "RETENTION_REACHED", "RESULT_INCOMPLETE", "SHADOW_STOPPED"}
    assert set(documented) == {reason.value for reason in Reason} | lost | worker | planner
    known = {name.removeprefix("FAULT_").lower() for name in media_pb2.Fault.keys()[1:]}
    assert set(documented.values()) <= known


def test_every_reason_of_a_failed_try_of_a_delivery_is_documented() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8").partition("## Reasons of failed tries")[2]
    assert re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE) == [reason.value for reason in TryReason]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("a request message | {:,} bytes", Settings().message_limit_bytes),
        ("for the transport | {:,} bytes", 2 * Settings().message_limit_bytes),
        ("`data` of one `UploadAssetRequest` | {:,} bytes", Settings().upload_chunk_limit_bytes),
        ("an asset | {:,} bytes", Settings().upload_limit_bytes),
        ("metadata of a call | {:,} bytes", transport._METADATA_LIMIT_BYTES),
        ("a reply of a list | about {:,} bytes", pages.REPLY_BYTES),
        ("a message of a download | {:,} bytes", CHUNK_BYTES),
        ("deadline of a unary call that set none | {:g} s", Settings().default_deadline_seconds),
        ("its own `timeout`: {:,} s by default", watches.DEFAULT_WAIT_SECONDS),
        ("s by default, {:,} s at most |\n| uploads", watches.LONGEST_WAIT_SECONDS),
        ("waits for the ledger | {:g} s", Settings().read_wait_seconds),
        ("is quiet for {:g} s", interceptors._QUIET_SECONDS),
        ("or {:g} s have passed", interceptors._DRAIN_SECONDS),
        ("pings after {:g} s of silence", Settings().keepalive_seconds),
        ("pings after {:g} s of silence during a call", api.SILENCE_SECONDS),
        ("a client may ping every {:g} s", transport._MINIMUM_CLIENT_PING_MS / 1000),
        ("gives other calls {:g} s", Settings().drain_seconds),
        ("swept after {:,} s", Settings().upload_abandoned_seconds),
        ("{:,} s by default (`EDGECODE_RETENTION_SECONDS`)", Settings().retention_seconds),
        ("{:,} s at least", Settings().retention_minimum_seconds),
        ("{:,} s at most, counted", requests.LONGEST_RETENTION_SECONDS),
        ("`outputs` | 1 to {}", MOST_OUTPUTS),
        ("memory of the encoders of a job | {:,} MB", encoder_memory.MOST_MEGABYTES),
        ("| H.264 | {:g} MB (up to", _each_megapixel("H264", "veryfast")),
        ("to {:g} MB (`veryslow`)", _each_megapixel("H264", "veryslow")),
        ("| HEVC | {:g} MB (up to", _each_megapixel("HEVC", "veryfast")),
        ("| VP9 | {:g} MB", _each_megapixel("VP9", "veryfast")),
        ("| AV1 | {:g} MB (up to", _each_megapixel("AV1", "veryfast")),
        ("`labels` | {}; keys", requests.MOST_LABELS),
        ("keys match `{}`", filters.LABEL_KEY.pattern),
        ("values have at most {} characters", requests.LONGEST_LABEL_VALUE),
        ("`request_id` | {} characters", requests.LONGEST_REQUEST_ID),
        ("`upload_id` | matches `{}`", uploads._UPLOAD_ID.pattern),
        ("`file_name` | {} characters", uploads.LONGEST_FILE_NAME),
        ("`output_uri` | {:,} characters", requests.LONGEST_OUTPUT_URI),
        ("`uri` of an import | {:,} characters", imports.LONGEST_URI),
        ("imports under way in one server | {};", imports.AT_ONCE),
        ("good for {:,} s by default", downloads.DEFAULT_SIGNED_SECONDS),
        ("{:,} s at most, never beyond", LONGEST_SIGNED_SECONDS),
        ("of a cancel | {:,} characters", changes.LONGEST_REASON),
        ("of a drain | {:,} characters", drains.LONGEST_REASON),
        ("`commit_limit` of `ListChanges` | {} where", change_list.USUAL_COMMITS),
        ("where none is given, {} at most", change_list.MOST_COMMITS),
        ("the last {:,} of 30 days", instance_list.MOST_GONE),
        ("`edgecode-client-revision` | {} characters", calls._LONGEST_CLAIM),
        ("unfinished jobs | {:,} (", Settings().queue_limit_jobs),
        ("0 means {}, more", pages.DEFAULT_SIZE),
        ("more than {:,} means", pages.LARGEST_SIZE),
        ("at most {:,} characters; `op`", filters.LONGEST_FILTER),
        ("in parts of {:,} bytes", session.PART_BYTES),
    ],
)
def test_every_documented_limit_is_that_of_the_code(said: str, value: object) -> None:
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert said.format(value) in text
