"""What a source is, found by a child in the sandbox; the worker itself never opens it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from edgecode.v1 import media_pb2
from edgecode.workers.media.diagnose import bare_decode
from edgecode.workers.media.faults import SENTENCES, Reason, ours, users
from edgecode.workers.media.run_child import Answer, ask_python
from edgecode.workers.media.tools import MediaTools

CHILD = "edgecode.workers.media.probe_child"
SOUND_CHILD = "edgecode.workers.media.probe_sound_child"
# Refusals for what outputs of sound alone do not need.
OF_PICTURES = {Reason.NO_VIDEO_STREAM, Reason.UNSUPPORTED_COLORS}


async def probe(source: Path, scratch: Path, tools: MediaTools, *, sound_suffices: bool = False) -> media_pb2.MediaInfo:
    """Reads every packet of the source and decodes one picture.

    Args:
        source: a local file, absolute.
        scratch: an empty folder of this attempt.
        tools: of this worker.
        sound_suffices: a source without pictures will do.

    Raises:
        MediaFailure: the user's for sources beyond limits and allowlists and for those a bare decode cannot read
            either; PROBE_FAILED else.
    """
    arguments = [str(source), json.dumps(asdict(tools.limits))]
    answer = await ask_python(CHILD, arguments, source, scratch, tools)
    found = _parse(answer)
    if sound_suffices and found.get("refused", [""])[0] in OF_PICTURES:
        answer = await ask_python(SOUND_CHILD, arguments, source, scratch, tools)
        found = _parse(answer)
    if "refused" in found:
        raise users(Reason(found["refused"][0]), found["refused"][1])
    info = _info(found["info"]) if "info" in found else None
    if info is not None and found.get("doubt") is None:
        return info
    decoded = await bare_decode(source, scratch, tools, info)
    if decoded.reason is not None:
        reason, sentence = found.get("doubt") or found.get("unreadable") or (decoded.reason, SENTENCES[decoded.reason])
        raise users(Reason(reason), sentence, decoded.detail or answer.stderr)
    if info is not None:
        return info
    raise ours(Reason.PROBE_FAILED, "ffmpeg decodes the source, the probe does not read it", answer.stderr)


def _parse(answer: Answer) -> dict[str, Any]:
    """What the child said; nothing when it crashed or ran out of time."""
    if not answer.ok:
        return {}
    found = json.loads(answer.output)
    assert isinstance(found, dict)
    return found


def _info(found: dict[str, Any]) -> media_pb2.MediaInfo:
    return json_format.ParseDict(found, media_pb2.MediaInfo())
