"""The software bill of materials of a wheel (PEP 770): CycloneDX 1.6, made of the pins and of what is known of them.

The wheel itself holds no code of others; the bill names what it and its extras are installed with, at the versions it
was tested with, and which GPL binaries stand inside those. The same commit gives the same bytes.
"""

import json
import re
import tomllib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE_NAME = "edgecode.cdx.json"
_PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\\n]+?))?(?: \\)?\n"
    r"(?P<rest>(?:[ ]+.*\n)*)",
    re.MULTILINE,
)
_LICENCE = re.compile(
    r"^\| (?P<name>[a-z0-9-]+) \| (?P<licence>[A-Z][^|;(]*?)(?: \([^)]*\))?(?:;[^|]*)? \|$", re.MULTILINE
)
_OURSELVES = "edgecode"
# uuid5 of a URL of ours and the stamp: one number for one build.
_SERIAL = "https://edgecode.dev/sbom/{version}/{revision}/{dirty}"


@dataclass(frozen=True, slots=True)
class Pin:
    """One pinned package: `wanted_by` are the packages that need it, or inputs of the resolver."""

    name: str
    version: str
    marker: str
    wanted_by: tuple[str, ...]

    @property
    def ref(self) -> str:
        """Its package URL, which is its name within the bill too."""
        return f"pkg:pypi/{self.name}@{self.version}"


def bill(root: Path, version: str, stamp: Mapping[str, Any]) -> bytes:
    """The bill of the tree at `root`; `version` is the wheel's, `stamp` what is frozen into it.

    Raises:
        ValueError: a pinned package has no licence in THIRD_PARTY.md.
    """
    pins = {pin.name: pin for pin in read_pins((root / "requirements/runtime.txt").read_text(encoding="utf-8"))}
    licences = dict(_LICENCE.findall((root / "THIRD_PARTY.md").read_text(encoding="utf-8")))
    binaries = tomllib.loads((root / "requirements/binaries.toml").read_text(encoding="utf-8"))
    if missing := pins.keys() - licences.keys():
        raise ValueError(f"THIRD_PARTY.md has no licence of {', '.join(sorted(missing))}")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = directly_wanted(project)
    extras = {extra: reached(pins, names) for extra, names in wanted.items()}
    ours = f"pkg:pypi/{_OURSELVES}@{version}"
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, _SERIAL.format(**stamp))}",
        "version": 1,
        "metadata": {
            **({"timestamp": stamp["committed_at"]} if stamp["committed_at"] else {}),
            "lifecycles": [{"phase": "build"}],
            "component": _ourselves(ours, version, stamp),
        },
        "components": [
            _component(pin, licences[pin.name], extras, binaries.get(pin.name, {})) for pin in pins.values()
        ],
        "dependencies": [
            {"ref": ours, "dependsOn": sorted(pins[name].ref for name in set().union(*wanted.values()))},
            *({"ref": pin.ref, "dependsOn": _needs(pin, pins)} for pin in pins.values()),
        ],
    }
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def read_pins(text: str) -> Iterator[Pin]:
    """The pins of a file that `uv pip compile` wrote, with who wants each."""
    for found in _PIN.finditer(text):
        _, _, via = found["rest"].partition("# via")
        wanted_by = tuple(word.strip(" #\n") for word in via.splitlines() if word.strip(" #\n"))
        yield Pin(found["name"], found["version"], found["marker"] or "", wanted_by)


def directly_wanted(project: Mapping[str, Any]) -> dict[str, set[str]]:
    """The packages that the base install (under an empty name) and each extra name, themselves or by another extra."""
    lists = {"": project["dependencies"], **project["optional-dependencies"]}

    def names(extra: str) -> Iterator[str]:
        for line in lists[extra]:
            if line.startswith(f"{_OURSELVES}["):
                for other in line.partition("[")[2].rstrip("]").split(","):
                    yield from names(other)
            else:
                yield _name(line)

    return {extra: set(names(extra)) for extra in lists}


def reached(pins: Mapping[str, Pin], wanted: Iterable[str]) -> set[str]:
    """All packages that come with those."""
    found: set[str] = set()
    more = set(wanted)
    while more:
        found |= more
        more = {pin.name for pin in pins.values() if more & set(pin.wanted_by)} - found
    return found


def _needs(pin: Pin, pins: Mapping[str, Pin]) -> list[str]:
    return sorted(other.ref for other in pins.values() if pin.name in other.wanted_by)


def _name(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[._-]+", "-", name[0]).lower()


def _ourselves(ref: str, version: str, stamp: Mapping[str, Any]) -> dict[str, Any]:
    clip = {
        "type": "data",
        "bom-ref": f"{ref}#bbb.mp4",
        "name": "edgecode/cli/data/bbb.mp4",
        "description": "An excerpt of Big Buck Bunny, (c) 2008 Blender Foundation; stands in this wheel.",
        "licenses": [{"license": {"id": "CC-BY-3.0"}}],
    }
    return {
        "type": "application",
        "bom-ref": ref,
        "name": _OURSELVES,
        "version": version,
        "purl": ref,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "components": [clip],
        "properties": _properties(**{f"edgecode:{key}": str(stamp[key]) for key in ("version", "revision", "dirty")}),
    }


def _component(pin: Pin, licence: str, extras: Mapping[str, set[str]], inside: Mapping[str, Any]) -> dict[str, Any]:
    with_extras = [extra for extra, names in extras.items() if extra and pin.name in names]
    required = pin.name in extras[""]
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": pin.ref,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.ref,
        # What comes with an extra is optional; what only builds us is nowhere installed.
        "scope": "required" if required else "optional" if with_extras else "excluded",
        "licenses": _licensed(str(inside.get("licence", licence))),
        "properties": _properties(
            **{"edgecode:extras": "" if required else ",".join(with_extras), "edgecode:marker": pin.marker}
        ),
    }
    if parts := inside.get("parts"):
        found["components"] = [_part(pin, part) for part in parts]
    return {key: value for key, value in found.items() if value}


def _part(pin: Pin, part: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "type": "application" if part["name"] in {"ffmpeg", "nats-server"} else "library",
        "bom-ref": f"{pin.ref}#{part['name']}",
        "name": part["name"],
        "version": part.get("version", ""),
        "licenses": _licensed(part["licence"]),
        "externalReferences": [{"type": "vcs", "url": part["source"]}],
    }
    return {key: value for key, value in found.items() if value}


def _licensed(expression: str) -> list[dict[str, Any]]:
    return [{"expression": expression, "acknowledgement": "concluded"}]


def _properties(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items() if value]
