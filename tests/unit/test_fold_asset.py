"""What each event does to an asset."""

from typing import Any

from edgecode.server.ledger.fact import Fact
from edgecode.server.ledger.fold_asset import fold_asset
from edgecode.v1 import event_pb2
from tests.harness.folding import DAY_US, NOW_US, WORKER, event


class TestAssets:
    def asset(self, **fields: Any) -> event_pb2.Event:
        found = event("asset_created", **{"asset_id": "x", "sha256": "5" * 64} | fields)
        found.asset_created.expire_time.FromMicroseconds(NOW_US + DAY_US)
        return found

    def fact(self, found: event_pb2.Event, sequence: int, time_us: int = NOW_US) -> Fact:
        return Fact("x", sequence, time_us, WORKER, "", "", found)

    def test_made_deleted_and_made_again_when_over(self) -> None:
        made = fold_asset(None, self.fact(self.asset(), 1))
        assert made is not None
        assert made.state == "ACTIVE"
        same = fold_asset(made, self.fact(self.asset(sha256="6" * 64), 2))
        assert same is not None
        assert (same.sha256, same.last_sequence) == ("5" * 64, 2)
        deleted = fold_asset(same, self.fact(event("asset_deleted"), 3))
        assert deleted is not None
        assert deleted.state == "DELETED"
        again = fold_asset(deleted, self.fact(self.asset(sha256="7" * 64), 4, NOW_US + DAY_US))
        assert again is not None
        assert (again.sha256, again.state, again.first_sequence) == ("7" * 64, "ACTIVE", 4)

    def test_nothing_of_an_unknown_asset_or_another(self) -> None:
        assert fold_asset(None, self.fact(event("asset_deleted"), 1)) is None
        assert fold_asset(None, self.fact(self.asset(asset_id="y"), 1)) is None
