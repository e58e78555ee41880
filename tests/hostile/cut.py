"""What a film that was cut off may become, by its container."""

from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import Reason
from tests.hostile.containers import CONTAINERS, FILM_FRAMES
from tests.hostile.meeting import Met

CUTS = 20
# So little of a film may be left that nothing says what it was.
HEAD_BYTES = 4096
IN_HEAD = {Reason.EMPTY_SOURCE, Reason.NOT_MEDIA, Reason.NO_VIDEO_STREAM}
REFUSED = (Reason.TRUNCATED_INPUT, Reason.CORRUPT_INPUT)
# Each part of these stands for itself, and nothing says how many there are: what is left may be a whole, shorter film.
OF_PARTS = {"fragmented MP4", "MKV", "WebM", "MPEG-TS"}

_WORDS = " or ".join(f"`{reason}`" for reason in REFUSED)
# For the documents.
ENDS = {name: _WORDS + (", or outputs of what is whole" if name in OF_PARTS else "") for name in CONTAINERS}


def check_cut(container: str, place: int, met: Met) -> str:
    """Checks what a film of which so many bytes are left became, and says it."""
    if met.failure is None:
        # Of an index at the end some may be missing, and no picture.
        assert met.frames == FILM_FRAMES or (container in OF_PARTS and 0 < met.frames < FILM_FRAMES), (place, met)
        return f"{place}: {met.frames} frames"
    assert met.failure.fault == media_pb2.FAULT_USER, (container, place, met)
    assert met.reason in {*REFUSED, *(IN_HEAD if place < HEAD_BYTES else ())}, (container, place, met)
    return f"{place}: {met.reason}"
