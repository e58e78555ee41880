"""The wheel's software bill of materials: valid, whole, and true of the binaries it names."""

import json
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import get_spdx_licensing

import build_sbom
from tests.packaging.conftest import REPOSITORY, Tree
from tests.packaging.test_pins import RUNTIME, _pins

BINARIES = tomllib.loads((REPOSITORY / "requirements/binaries.toml").read_text())
# What FFmpeg's own configure calls EXTERNAL_LIBRARY_GPL_LIST.
GPL_LIBRARIES = frozenset(
    [
        "avisynth",
        "frei0r",
        "libcdio",
        "libdavs2",
        "libdvdnav",
        "libdvdread",
        "librubberband",
        "libvidstab",
        "libx264",
        "libx265",
        "libxavs",
        "libxavs2",
        "libxvid",
    ]
)


@pytest.fixture(scope="module")
def bill(wheel: Path) -> dict[str, Any]:
    """The bill as it stands in the wheel."""
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if "/sboms/" in name]
    assert re.fullmatch(r"edgecode-[^/]+\.dist-info/sboms/edgecode\.cdx\.json", name)
    found = json.loads(archive.read(name))
    assert isinstance(found, dict)
    return found


def test_the_bill_of_the_wheel_is_valid_cyclonedx_and_of_the_build_that_made_it(
    bill: dict[str, Any], pristine: Tree
) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    ours = bill["metadata"]["component"]
    properties = {each["name"]: each["value"] for each in ours["properties"]}
    assert properties["edgecode:revision"] == pristine.revision
    assert properties["edgecode:version"] == (pristine.root / "VERSION").read_text().strip()
    assert [part["name"] for part in ours["components"]] == ["edgecode/cli/data/bbb.mp4"]


def test_the_bill_names_every_pinned_package_with_a_licence_and_what_comes_with_which_extra(
    bill: dict[str, Any],
) -> None:
    assert {each["name"]: each["version"] for each in bill["components"]} == _pins(RUNTIME)
    every = [*bill["components"], *(part for each in bill["components"] for part in each.get("components", ()))]
    for each in every:
        (licence,) = each["licenses"]
        assert get_spdx_licensing().validate(licence["expression"]).errors == []
    scopes = {each["name"]: each["scope"] for each in bill["components"]}
    assert (scopes["grpcio"], scopes["av"], scopes["hatchling"]) == ("required", "optional", "excluded")
    extras = {
        each["name"]: {p["value"] for p in each.get("properties", ()) if p["name"] == "edgecode:extras"}
        for each in bill["components"]
    }
    assert extras["av"] == {"worker,up"}
    assert extras["grpcio"] == set()


def test_what_depends_on_what_is_a_whole_graph(bill: dict[str, Any]) -> None:
    needs = {each["ref"]: set(each["dependsOn"]) for each in bill["dependencies"]}
    assert set().union(*needs.values()) <= needs.keys()
    assert needs.keys() == {each["bom-ref"] for each in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    pins = _pins(RUNTIME)
    assert f"pkg:pypi/multidict@{pins['multidict']}" in needs[f"pkg:pypi/yarl@{pins['yarl']}"]


def test_a_package_without_a_licence_in_the_list_is_not_built_into_a_bill(clone: Tree) -> None:
    page = clone.root / "THIRD_PARTY.md"
    page.write_text(page.read_text().replace("| rich | MIT |\n", ""))
    stamp = {"version": "1.0.0", "revision": "0" * 40, "dirty": "", "committed_at": ""}
    with pytest.raises(ValueError, match="no licence of rich"):
        build_sbom.bill(clone.root, "1.0.0", stamp)


def test_the_static_ffmpeg_says_of_itself_what_the_bill_says(bill: dict[str, Any]) -> None:
    said = BINARIES["imageio-ffmpeg"]["parts"][0]
    tool = imageio_ffmpeg.get_ffmpeg_exe()
    version, terms = (
        subprocess.run([tool, option], capture_output=True, text=True, check=True).stdout
        for option in ("-version", "-L")
    )
    assert version.startswith(f"ffmpeg version {said['version']}")
    assert "GNU General Public License" in terms
    assert "version 3" in " ".join(terms.split())
    assert said["licence"] == "GPL-3.0-or-later"
    assert GPL_LIBRARIES & set(re.findall(r"--enable-(\w+)", version)) == set(said["configured"])
    (wheel,) = [each for each in bill["components"] if each["name"] == "imageio-ffmpeg"]
    assert "GPL-3.0-or-later" in wheel["licenses"][0]["expression"]


def test_pyav_says_of_itself_what_the_bill_says() -> None:
    said = BINARIES["av"]["parts"][0]
    for library in av._core.library_meta.values():
        assert library["license"] == "LGPL version 3 or later"
        enabled = set(re.findall(r"--enable-(\w+)", library["configuration"]))
        assert GPL_LIBRARIES & enabled == set(said["configured"])
    assert said["licence"] == "LGPL-3.0-or-later"
    assert "GPL-2.0-or-later" in BINARIES["av"]["licence"]
    assert {part["name"] for part in BINARIES["av"]["parts"][1:]} == {"x264", "x265"}


def test_what_stands_inside_other_wheels_stands_in_the_list_of_third_parties_too() -> None:
    page = (REPOSITORY / "THIRD_PARTY.md").read_text().lower()
    for package, binary in BINARIES.items():
        assert f"| {package} |" in page
        for part in binary["parts"]:
            assert part["name"].replace("ffmpeg-libraries", "ffmpeg") in page, (package, part["name"])
            assert part["licence"].lower() in page, part["licence"]
