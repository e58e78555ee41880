"""What `edgecode` shows of the route: a ramp, the roles of builds, and what changed."""

import pytest
from rich.console import Console, RenderableType

from edgecode.cli.tables import changes, fleet, ramps
from edgecode.v1 import fleet_pb2, ramp_pb2, release_pb2, route_pb2

NOW, NEW = "1.1.0+gbbbbbbbbbbbb", "1.2.0+gcccccccccccc"


def rendered(table: RenderableType) -> str:
    console = Console(width=200, record=True, color_system=None)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def ramp(state: "ramp_pb2.RampState") -> str:
    document = ramp_pb2.RampDocument(build=NEW, against=NOW, state=state)
    return rendered(ramps.ramp(route_pb2.Ramp(document=document, asked_percent=0.0, served_percent=12.5)))


def test_a_ramp_that_is_over_says_nothing_of_a_share_that_its_build_is_to_get() -> None:
    assert "0 % asked, 12.5 % served in this step" in ramp(ramp_pb2.RAMP_STATE_HELD)
    over = (ramp_pb2.RAMP_STATE_PROMOTED, ramp_pb2.RAMP_STATE_ROLLED_BACK, ramp_pb2.RAMP_STATE_ABORTED)
    assert all("asked" not in ramp(state) and "12.5 % served" in ramp(state) for state in over)


@pytest.mark.parametrize(("state", "roles"), [("RAMPING", ["ramping"]), ("WATCHING", [])])
def test_the_ramping_build_of_the_workers_has_that_role(state: str, roles: list[str]) -> None:
    found = [fleet_pb2.Build(service=service, build=NEW) for service in ("server", "worker")]
    text = rendered(fleet.status(fleet_pb2.Status(builds=found, ramping_build=NEW, ramp_state=state)))
    rows = [line.split() for line in text.splitlines() if line.startswith(("server ", "worker "))]
    assert [row[:3] for row in rows] == [["server", NEW, "0"], ["worker", NEW, *(roles or ["0"])]]


@pytest.mark.parametrize(
    ("former", "about", "said"),
    [
        (NOW, NEW, f"{NEW} FAILS_MORE_OFTEN by leader"),
        (NOW, "", f"{NOW} FAILS_MORE_OFTEN by leader"),
        (NEW, NEW, f"{NEW} → {NOW} FAILS_MORE_OFTEN by leader"),
    ],
)
def test_a_change_of_the_route_names_the_build_it_is_about_and_not_the_current_one(
    former: str, about: str, said: str
) -> None:
    change = release_pb2.Change(
        kind=release_pb2.Change.KIND_ROUTE_CHANGE, from_build=former, to_build=NOW, about_build=about, actor="leader",
        reason="FAILS_MORE_OFTEN",
    )  # fmt: skip
    assert changes.brief(change).endswith(said)
