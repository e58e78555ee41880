"""The tools that shape output: which ffmpeg, PyAV, Python and OS libraries this worker runs."""

import hashlib
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import MappingProxyType

from edgecode.core.stamp import toolchain_digest
from edgecode.workers.media.faults import Reason, ours


@dataclass(frozen=True, slots=True)
class Toolchain:
    """One ffmpeg and the libraries beside it.

    Attributes:
        ffmpeg: the binary, absolute.
        versions: what shapes output, by name.
        digest: SHA-256 (hex) over `versions`: equal digests, equal bytes.
        encoders: names of ffmpeg's encoders.
    """

    ffmpeg: Path
    versions: Mapping[str, str]
    digest: str
    encoders: frozenset[str]


def find_toolchain(ffmpeg: Path | None = None) -> Toolchain:
    """Finds and describes the toolchain; runs `ffmpeg -version` and hashes the binary (about 0.2 s, once at start).

    Args:
        ffmpeg: the binary to use; the one of the imageio-ffmpeg wheel when None.

    Raises:
        MediaFailure: TOOLCHAIN_MISSING, when there is no ffmpeg that runs.
    """
    binary = (ffmpeg or _packaged_ffmpeg()).absolute()
    versions = {
        "ffmpeg": _ffmpeg_version(binary),
        "ffmpeg_sha256": _sha256(binary),
        "pyav": metadata.version("av"),
        "python": platform.python_version(),
        "libc": "-".join(platform.libc_ver()),
        "os": f"{sys.platform}-{platform.machine()}-{_os_release()}",
    }
    return Toolchain(binary, MappingProxyType(versions), toolchain_digest(versions), _encoders(binary))


def _packaged_ffmpeg() -> Path:
    try:
        # Importing it is only needed where no other ffmpeg was named.
        import imageio_ffmpeg  # noqa: PLC0415

        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise ours(Reason.TOOLCHAIN_MISSING, f"no ffmpeg: install edgecode[worker] or name one: {error}") from error


def _ffmpeg_version(binary: Path) -> str:
    answer = _ask(binary, "-version")
    words = answer.split()
    if words[:2] != ["ffmpeg", "version"]:
        raise ours(Reason.TOOLCHAIN_MISSING, f"{binary} is not ffmpeg: it says {answer[:80]!r}")
    return words[2]


def _encoders(binary: Path) -> frozenset[str]:
    # Lines such as ` V....D libx264   libx264 H.264 / AVC (codec h264)`, after the legend's.
    lines = _ask(binary, "-hide_banner", "-encoders").partition("------")[2].splitlines()
    return frozenset(line.split()[1] for line in lines if line.strip())


def _ask(binary: Path, *arguments: str) -> str:
    try:
        answer = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ours(Reason.TOOLCHAIN_MISSING, f"{binary} does not run: {error}") from error
    return answer.stdout


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _os_release() -> str:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return platform.release()
    return f"{release['ID']}-{release.get('VERSION_ID', 'rolling')}"
