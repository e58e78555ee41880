"""Who made something: the stamp, and the build's name in its three spellings.

A stamp is made once per process and handed to everything that signs: log, metrics, traces, gRPC metadata, NATS headers.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from edgecode.core.source_tree import is_source_tree, read_tree
from edgecode.core.version import Version, parse_version, read_version_file
from edgecode.v1 import stamp_pb2

SHORT_REVISION_LENGTH = 12
_BUILD = re.compile(r"(?P<version>[^+]+)\+g(?P<revision>[0-9a-f]{12})(?:\.dirty\.(?P<dirty>[0-9a-f]{8}))?")
_BUILD_KEY = re.compile(r"(?P<version>[0-9a-z_-]+)-g(?P<revision>[0-9a-f]{12})(-dirty-(?P<dirty>[0-9a-f]{8}))?")


@dataclass(frozen=True, slots=True)
class Build:
    """A build's name taken apart: `revision` has 12 hex digits, `dirty` none or 8."""

    version: Version
    revision: str
    dirty: str

    def __str__(self) -> str:
        """The name on the wire, such as `1.4.2+g9f1c2ab3d4e5`."""
        name = f"{self.version}+g{self.revision}"
        return f"{name}.dirty.{self.dirty}" if self.dirty else name

    @property
    def key(self) -> str:
        """One token of a NATS subject, such as `1_4_2-g9f1c2ab3d4e5`."""
        return self.image_tag.replace(".", "_")

    @property
    def image_tag(self) -> str:
        """Tag of an image and value of a label, where `+` is not allowed."""
        return str(self).replace("+", "-").replace(".dirty.", "-dirty-")


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """What the code says about itself.

    Attributes:
        version: SemVer 2.0.0 without a leading `v`.
        revision: 40 hex digits, the identity of the code.
        dirty: empty, or 8 hex digits of the digest of the packaged files when they differ from the revision.
        committed_at: time of the commit, RFC 3339 in UTC; empty where the build knew the revision only.
    """

    version: str
    revision: str
    dirty: str
    committed_at: str

    @property
    def build(self) -> str:
        """The build's name, such as `1.4.2+g9f1c2ab3d4e5.dirty.0a1b2c3d`."""
        return str(Build(parse_version(self.version), self.revision[:SHORT_REVISION_LENGTH], self.dirty))


@dataclass(frozen=True, slots=True)
class Stamp:
    """One process of one build; the same on every message it sends."""

    service: str
    version: str
    revision: str
    dirty: str
    instance: str
    environment: str

    @property
    def build(self) -> str:
        """The build's name, such as `1.4.2+g9f1c2ab3d4e5`."""
        name = f"{self.version}+g{self.revision[:SHORT_REVISION_LENGTH]}"
        return f"{name}.dirty.{self.dirty}" if self.dirty else name

    @property
    def build_key(self) -> str:
        """The build as one token of a NATS subject."""
        return build_key(self.build)

    @property
    def image_tag(self) -> str:
        """The build as tag of an image."""
        return parse_build(self.build).image_tag


def build_info() -> BuildInfo:
    """Read the stamp frozen into this installation, or ask the source tree live.

    Starts git in a source tree, so call it once per process.

    Raises:
        StampError: the source tree has no revision, or several that disagree.
        FileNotFoundError: an installation without a stamp, which no build of ours makes.
    """
    root = Path(__file__).resolve().parents[3]
    if is_source_tree(root):
        tree = read_tree(root)
        version = read_version_file((root / "VERSION").read_bytes().decode())
        return BuildInfo(str(version), tree.revision, tree.dirty, tree.committed_at)
    frozen = json.loads(resources.files("edgecode.core").joinpath("_stamp.json").read_text(encoding="utf-8"))
    return BuildInfo(frozen["version"], frozen["revision"], frozen["dirty"], frozen["committed_at"])


def make_stamp(service: str, environment: str) -> Stamp:
    """Stamp this process, with a new random instance id (16 hex digits); raises what `build_info` raises."""
    info = build_info()
    return Stamp(service, info.version, info.revision, info.dirty, uuid.uuid4().hex[:16], environment)


def parse_build(build: str) -> Build:
    """Take a build's name apart.

    Raises:
        ValueError: `build` is no name of a build.
    """
    match = _BUILD.fullmatch(build)
    if match is None:
        raise ValueError(f"build {build!r} is not VERSION+gREVISION with 12 hex digits and an optional .dirty.<8 hex>")
    return Build(parse_version(match["version"]), match["revision"], match["dirty"] or "")


def build_key(build: str) -> str:
    """Spell a build's name as one NATS token; raises ValueError when it is no name of a build."""
    return parse_build(build).key


def build_of_key(key: str) -> str:
    """The build's name that a build key spells; what is no build key comes back as it is."""
    match = _BUILD_KEY.fullmatch(key)
    if match is None:
        return key
    name = f"{match['version'].replace('_', '.')}+g{match['revision']}"
    return f"{name}.dirty.{match['dirty']}" if match["dirty"] else name


def toolchain_digest(parts: Mapping[str, str]) -> str:
    """SHA-256 (hex) of what shapes output beside the build: name of the tool or library to its exact version."""
    return _digest(parts)


def config_digest(settings: Mapping[str, object]) -> str:
    """SHA-256 (hex) of the settings that shape behaviour, as values JSON can hold; leave secrets and addresses out."""
    return _digest(settings)


def stamp_to_proto(stamp: Stamp) -> stamp_pb2.Stamp:
    """Spell a stamp for the wire."""
    return stamp_pb2.Stamp(
        service=stamp.service,
        version=stamp.version,
        revision=stamp.revision,
        dirty=bool(stamp.dirty),
        instance=stamp.instance,
        environment=stamp.environment,
        build=stamp.build,
    )


def stamp_from_proto(message: stamp_pb2.Stamp) -> Stamp:
    """Read a stamp from the wire.

    Raises:
        ValueError: a part is missing, or `build` contradicts version, revision or dirty.
    """
    stamp = Stamp(
        service=message.service,
        version=message.version,
        revision=message.revision,
        dirty=parse_build(message.build).dirty,
        instance=message.instance,
        environment=message.environment,
    )
    if stamp.build != message.build or bool(stamp.dirty) != message.dirty or len(stamp.revision) != 40:
        raise ValueError(f"the stamp contradicts itself: build {message.build!r} in {stamp}")
    if not (stamp.service and stamp.instance and stamp.environment):
        raise ValueError(f"the stamp lacks service, instance or environment: {stamp}")
    return stamp


def _digest(parts: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
