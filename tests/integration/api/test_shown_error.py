"""The error that the README shows is the one that its request gets; `make test-grpcurl` compares its layout too."""

import json
import re
import shlex
from typing import Any

import grpc
import pytest
from google.protobuf import json_format
from google.rpc import status_pb2  # type: ignore[import-untyped] # they ship no types

from edgecode.v1 import asset_pb2, job_pb2
from tests.harness.api import Api
from tests.harness.documents import blocks

pytestmark = pytest.mark.asyncio(loop_scope="session")


def shown() -> tuple[str, str, list[Any]]:
    """Code, message and details as the README shows them."""
    text = next(block.text for block in blocks("README.md") if block.text.startswith("ERROR:"))
    found = re.fullmatch(r"ERROR:\n  Code: (\w+)\n  Message: (.*)\n  Details:\n(.*)", text, re.DOTALL)
    assert found, text
    return found[1], found[2], [json.loads(each) for each in re.split(r"^  \d+\)  ", found[3], flags=re.MULTILINE)[1:]]


def asked() -> dict[str, str]:
    """The request that the README sends for it."""
    script = next(block.text for block in blocks("README.md") if block.mark == "grpcurl-refused")
    words = shlex.split(script.replace("'$ASSET'", "$ASSET"))
    assert words[-1] == "edgecode.v1.JobService/CreateJob"
    found: dict[str, str] = json.loads(words[words.index("-d") + 1])
    return found


def camel(code: grpc.StatusCode) -> str:
    """NOT_FOUND as NotFound."""
    return code.name.title().replace("_", "")


async def test_the_readmes_refused_request_gets_the_error_that_it_shows(api: Api, asset: asset_pb2.Asset) -> None:
    request = json_format.ParseDict(asked() | {"asset_id": asset.asset_id}, job_pb2.CreateJobRequest())
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await api.jobs.CreateJob(request)
    trailing: dict[str, Any] = dict(refused.value.trailing_metadata() or ())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    details = [json_format.MessageToDict(detail, preserving_proto_field_name=True) for detail in status.details]
    assert (camel(refused.value.code()), refused.value.details(), details) == shown()
