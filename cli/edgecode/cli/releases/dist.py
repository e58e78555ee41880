"""What was built, against what it says it was built of: file names, metadata and stamps of wheel and sdist."""

import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from email.parser import Parser
from pathlib import Path

from edgecode.core.source_tree import STAMP_PATH
from edgecode.core.version import Version

_WHEEL_STAMP = "edgecode/core/_stamp.json"
_BROKEN = (OSError, KeyError, ValueError, zipfile.BadZipFile, tarfile.TarError)


def faults(folder: Path, version: Version, revision: str) -> Iterator[str]:
    """One line per fault of the wheel and the sdist in a folder."""
    stamps: dict[str, Mapping[str, str]] = {}
    for kind, pattern, read in (("wheel", "*.whl", _of_wheel), ("sdist", "*.tar.gz", _of_sdist)):
        files = sorted(folder.glob(pattern))
        if len(files) != 1:
            yield f"{folder}: has {len(files)} files {pattern}, and must have one {kind}"
            continue
        try:
            metadata, stamp = read(files[0])
        except _BROKEN as error:
            yield f"{files[0].name}: cannot be read: {error!r}"
            continue
        stamps[kind] = stamp
        yield from _file_faults(files[0].name, metadata, stamp, version, revision)
    if len({stamp.get("files") for stamp in stamps.values()}) > 1:
        yield f"{folder}: wheel and sdist were built of different files"


def _file_faults(
    name: str, metadata: Mapping[str, str], stamp: Mapping[str, str], version: Version, revision: str
) -> Iterator[str]:
    if f"-{version.pep440}" not in name:
        yield f"{name}: its name is not of {version.pep440}"
    if metadata.get("Version") != version.pep440:
        yield f"{name}: its metadata says version {metadata.get('Version')}, not {version.pep440}"
    if stamp.get("version") != str(version):
        yield f"{name}: its stamp says version {stamp.get('version')}, not {version}"
    if stamp.get("revision") != revision:
        yield f"{name}: its stamp says revision {str(stamp.get('revision'))[:12]}, and HEAD is {revision[:12]}"
    if stamp.get("dirty"):
        yield f"{name}: was built of a tree that differed from its commit (dirty.{stamp['dirty']})"


def _of_wheel(path: Path) -> tuple[Mapping[str, str], Mapping[str, str]]:
    with zipfile.ZipFile(path) as wheel:
        metadata = next((name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")), "METADATA")
        return _parsed(wheel.read, metadata, _WHEEL_STAMP)


def _of_sdist(path: Path) -> tuple[Mapping[str, str], Mapping[str, str]]:
    with tarfile.open(path) as sdist:
        root = path.name.removesuffix(".tar.gz")

        def read(name: str) -> bytes:
            file = sdist.extractfile(f"{root}/{name}")
            assert file is not None
            return file.read()

        return _parsed(read, "PKG-INFO", STAMP_PATH)


def _parsed(read: Callable[[str], bytes], metadata: str, stamp: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    headers = Parser().parsestr(read(metadata).decode(), headersonly=True)
    found: dict[str, str] = json.loads(read(stamp))
    return dict(headers.items()), found
