"""An event once written stays readable."""

import base64
import json
from typing import Any

import pytest

from edgecode.core.contract import CONTRACT, READS_MAX
from edgecode.core.log import decode
from tests.compat.record_events import RECORDED, as_json, kinds

Recorded = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    found: Recorded = json.loads(RECORDED.read_text())
    return found


def _holds(found: Any, wanted: Any) -> bool:
    """Whether all that was said is still said; a later release may say more."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(key in found and _holds(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_holds, found, wanted))
    return bool(found == wanted)


def test_an_event_of_every_kind_is_recorded(recorded: Recorded) -> None:
    assert sorted(recorded) == sorted(kinds()), "python -m tests.compat.record_events adds a new kind"


@pytest.mark.parametrize("kind", kinds())
def test_a_recorded_event_says_what_it_said(kind: str, recorded: Recorded) -> None:
    event = decode(base64.b64decode(recorded[kind]["data"]), CONTRACT)
    assert event is not None
    assert event.WhichOneof("kind") == kind
    assert _holds(as_json(event), recorded[kind]["says"])


def test_an_event_of_a_later_contract_or_kind_is_kept_unread() -> None:
    later_kind = bytes([0xFA, 0x3E, 0x00])  # field 1007, empty
    assert decode(later_kind, CONTRACT) is None
    assert decode(b"", CONTRACT) is None
    assert decode(b"\xff", CONTRACT) is None
    assert decode(base64.b64decode(b"CgA="), READS_MAX + 1) is None
