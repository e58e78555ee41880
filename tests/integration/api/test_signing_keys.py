"""Several servers need one signing key: what happens to one that has another."""

from pathlib import Path

import pytest

from edgecode.v1 import fleet_pb2
from tests.harness.api import Api
from tests.harness.eventually import eventually
from tests.integration.api.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


def elsewhere(stack: Stack, folder: Path) -> dict[str, object]:
    """Settings of a server with a data folder of its own, on the ledger and blobs of the stack."""
    return {"data_dir": folder, "ledger_url": stack.settings.ledger, "blobs_url": stack.settings.blobs}


async def test_a_server_that_made_a_key_of_its_own_beside_another_refuses_to_start(
    stack: Stack, tmp_path: Path
) -> None:
    settings = stack.settings.model_copy(update=elsewhere(stack, tmp_path))
    for _ in range(2):  # the key that it made is there the second time
        process = await stack.processes.launch("edgecode.server", settings)
        assert await process.exit() == 78, "as one whose supervisor need not try again"
        refusal = f"{stack.server.events[0]['instance']} on"
        assert refusal in process.lines[-1]
        assert f"signs with another key than {tmp_path}/signing.key" in process.lines[-1]
        assert "give all servers one EDGECODE_SIGNING_KEY_FILE" in process.lines[-1]


async def test_a_key_that_an_operator_gave_is_taken_and_status_names_who_refuses_whom(
    stack: Stack, api: Api, tmp_path: Path
) -> None:
    async def problems() -> list[str]:
        status = await api.fleet.GetStatus(fleet_pb2.GetStatusRequest())
        return [line for line in status.problems if "signing keys differ" in line]

    async def agreed() -> bool:
        return not await problems()

    key = tmp_path / "key"
    key.write_text("x" * 32)
    first = stack.server.events[0]["instance"][:8]
    async with stack.another_server(**elsewhere(stack, tmp_path), signing_key_file=key) as (process, _):
        other = (await process.ready())["instance"][:8]

        async def told() -> bool:
            return len(await problems()) == 2

        await eventually(told)
        assert {line.partition(":")[0] for line in await problems()} == {
            f"server {first} refuses what {other} signs",
            f"server {other} refuses what {first} signs",
        }
    await eventually(agreed)

    key.write_text(f"{stack.settings.signing_key.read_text()}\n{'x' * 32}\n")
    async with stack.another_server(**elsewhere(stack, tmp_path), signing_key_file=key) as (_, second):
        status = await second.fleet.GetStatus(fleet_pb2.GetStatusRequest())
        assert not [line for line in status.problems if "signing keys differ" in line]
