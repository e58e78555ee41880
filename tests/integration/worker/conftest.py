"""A stand-in for the leader, for workers of the test's own build."""

import hashlib

import pytest

from edgecode.core.bus import Bus
from edgecode.core.settings import Settings
from tests.harness.stand_in import StandIn
from tests.integration.worker.media_tasks import CLIP


@pytest.fixture
async def lead(bus: Bus, settings: Settings) -> StandIn:
    """Has made the streams and the lanes."""
    stand_in = StandIn(bus, settings, bus.stamp.build)
    await stand_in.open()
    return stand_in


@pytest.fixture
async def clip(lead: StandIn) -> str:
    """SHA-256 of the clip, which is in the store."""
    sha256 = hashlib.sha256(CLIP.read_bytes()).hexdigest()
    await lead.store_source(CLIP, sha256)
    return sha256
