"""The package of preset `adaptive` of the demo's clip, played by a real browser with the players that sites use.

`make test-browser` finds both, and names them in EDGECODE_TEST_BROWSER and EDGECODE_TEST_PLAYERS.
"""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.browser.serving import Site, serving
from tests.harness.cli import CLIP, Cli
from tests.harness.process import Processes
from tests.harness.up import Up

HERE = Path(__file__).parent
PLAYERS = {
    "hls": ("node_modules/hls.js/dist/hls.min.js", "stream.m3u8"),
    "dash": ("node_modules/dashjs/dist/modern/umd/dash.all.min.js", "stream.mpd"),
}
FRAMES, SECONDS = 132, 5.28
PLAY_SECONDS = 120
# /dev/shm is small in containers; without a sandbox of its own it also runs as root.
FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
         "--autoplay-policy=no-user-gesture-required", "--disable-background-networking")  # fmt: skip


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files of the job, downloaded into one folder, and the page."""
    folder = tmp_path_factory.mktemp("package")

    async def make() -> None:
        processes = Processes()
        try:
            up = await Up.start(processes, tmp_path_factory.mktemp("up"))
            await asyncio.to_thread(_job, Cli(up.server, folder), folder)
        finally:
            await processes.close()

    asyncio.run(make())
    shutil.copy(HERE / "play.html", folder)
    return folder


def _job(cli: Cli, folder: Path) -> None:
    submitted = cli("job", "submit", str(CLIP), "--preset", "adaptive", "--watch", "--output", "json", timeout=240)
    cli.json("artifact", "download", "--job", submitted.json["job_id"], "--to", str(folder))


async def played(site: Site, player: str, heights: str, processes: Processes, profile: Path) -> dict[str, Any]:
    """What the page saw until the end of the film or an error."""
    address = f"{site.url}/play.html?player={player}&source={PLAYERS[player][1]}&heights={heights}"
    browser = os.environ["EDGECODE_TEST_BROWSER"]
    await processes.start("browser", browser, *FLAGS, f"--user-data-dir={profile}", address)
    return await asyncio.to_thread(site.seen.get, timeout=PLAY_SECONDS)


@pytest.mark.parametrize("player", PLAYERS)
@pytest.mark.parametrize("heights", ["360,720", "720,480"])
async def test_a_browser_plays_the_package_to_its_end_and_switches_levels(
    player: str, heights: str, package: Path, processes: Processes, tmp_path: Path
) -> None:
    shutil.copy(Path(os.environ["EDGECODE_TEST_PLAYERS"]) / PLAYERS[player][0], package / "player.js")
    with serving(package) as site:
        seen = await played(site, player, heights, processes, tmp_path / "profile")
    assert (seen["why"], seen["errors"], site.missing) == ("ended", [], [])
    assert sorted(seen["heights"]) == [360, 480, 720]
    sizes = {"360": "640x360", "480": "854x480", "720": "1280x720"}
    assert seen["sizes"] == [sizes[height] for height in heights.split(",")]
    assert seen["times"] == sorted(seen["times"])
    # A machine that is busy shows fewer pictures than there are; the first and the last second are among them.
    assert seen["frames"] > FRAMES / 4
    assert seen["times"][0] < 1
    assert SECONDS - 1 < seen["times"][-1] < seen["duration"] + 0.1
    assert {name for name in site.ranges if ".video." in name} >= {f"stream.{h}p.video.mp4" for h in heights.split(",")}


async def test_a_package_with_a_spoiled_segment_does_not_pass_as_played(
    package: Path, processes: Processes, tmp_path: Path
) -> None:
    spoiled = tmp_path / "spoiled"
    shutil.copytree(package, spoiled)
    shutil.copy(Path(os.environ["EDGECODE_TEST_PLAYERS"]) / PLAYERS["hls"][0], spoiled / "player.js")
    track = spoiled / "stream.360p.video.mp4"
    data = track.read_bytes()
    track.write_bytes(data[:4000] + bytes(len(data) - 4000))
    with serving(spoiled) as site:
        seen = await played(site, "hls", "360,720", processes, tmp_path / "profile")
    assert seen["errors"]
