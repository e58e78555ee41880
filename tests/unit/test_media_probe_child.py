"""What the probe makes of libav's errors; all else needs real sources."""

import errno
from pathlib import Path
from typing import Any

import av
import pytest

from edgecode.workers.media import probe_child
from edgecode.workers.media.faults import Reason

# Of a track that nobody asked for; libav goes on without it, and it stays the last thing it complained of.
# PyAV's stubs know less of it than there is.
OF_SUBTITLES: Any = (av.logging.ERROR, "srt", "Codec (srt) not on whitelist 'h264'")


def test_a_codec_that_is_not_taken_is_no_container_that_is_not_taken(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(1024))
    error = av.error.InvalidDataError(errno.EINVAL, "Invalid data", str(source), OF_SUBTITLES)
    [reason, _] = probe_child._unopened(source, error)["unreadable"]
    assert reason == Reason.NOT_MEDIA


def test_memory_that_runs_out_says_nothing_of_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def starved(*_: object) -> None:
        raise av.error.MemoryError(errno.ENOMEM, "Cannot allocate memory", "source", OF_SUBTITLES)

    monkeypatch.setattr(probe_child, "probe", starved)
    with pytest.raises(MemoryError):
        probe_child.main([str(tmp_path / "source"), "{}"])
