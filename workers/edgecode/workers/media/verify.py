"""Publish only what was verified: what is in a file, read by a child, against what was asked for."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import Reason, ours
from edgecode.workers.media.run_child import ask_python
from edgecode.workers.media.tools import MediaTools

CHILD = "edgecode.workers.media.verify_child"
CONTENT_TYPES = {
    ".jpg": "image/jpeg",
    ".m4a": "audio/mp4",
    ".mkv": "video/x-matroska",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}

Facts = dict[str, Any]


async def read_facts(paths: Sequence[Path], scratch: Path, tools: MediaTools) -> list[Facts]:
    """What is in files that we made: size, digests, tags, streams, frames, keyframes.

    Raises:
        MediaFailure: VERIFICATION_FAILED, when one cannot be read.
    """
    biggest = max(paths, key=lambda path: path.stat().st_size)
    answer = await ask_python(CHILD, [str(path) for path in paths], biggest, scratch, tools)
    if not answer.ok:
        raise ours(Reason.VERIFICATION_FAILED, "a file just made cannot be read", answer.stderr)
    facts = json.loads(answer.output)
    assert isinstance(facts, list)
    return facts


def judge_image(facts: Facts, width: int, height: int, tags: dict[str, str]) -> list[str]:
    """What is wrong with a JPEG of one picture; as `judge_rendition`."""
    wanted = {"codec": "mjpeg", "frames": 1, "width": width, "height": height}
    wrong = [
        f"{name} {facts['video'][name]}, not {value}" for name, value in wanted.items() if facts["video"][name] != value
    ]
    if facts["tags"] != tags:
        wrong.append(f"tags {facts['tags']}, not {tags}")
    return wrong


def artifact_file(output_id: str, kind: media_pb2.ArtifactKind, path: Path, facts: Facts) -> media_pb2.ArtifactFile:
    """A verified file as the log has it; the host fills in the blob keys."""
    video, audio = facts["video"] or {}, facts["audio"] or {}
    tracks = facts.get("audio_tracks", [])
    seconds = max(video.get("duration_seconds", 0.0), 0.0 if video else audio.get("duration_seconds", 0.0))
    return media_pb2.ArtifactFile(
        output_id=output_id,
        kind=kind,
        file_name=path.name,
        content_type=CONTENT_TYPES[path.suffix] if video else CONTENT_TYPES[path.suffix].replace("video", "audio"),
        size_bytes=facts["size_bytes"],
        sha256=facts["sha256"],
        content_sha256=facts["content_sha256"],
        width_pixels=video.get("width", 0),
        height_pixels=video.get("height", 0),
        frames=video.get("frames", 0),
        duration_seconds=seconds,
        video_codec=video.get("codec", ""),
        audio_codec=audio.get("codec", ""),
        audio_channels=audio.get("channels", 0),
        pixel_format=video.get("pixel_format", ""),
        color_transfer=video.get("color_transfer") or "",
        bits_per_second=round(facts["size_bytes"] * 8 / seconds) if seconds > 0 else 0,
        audio_languages=[track["language"] for track in tracks],
    )
