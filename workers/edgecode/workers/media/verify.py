"""Publish only what was verified: what is in a file, read by a child, against what was asked for."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import Reason, ours
from edgecode.workers.media.ladder_command import Rendition, frame_rate
from edgecode.workers.media.run_child import ask_python
from edgecode.workers.media.tools import MediaTools

CHILD = "edgecode.workers.media.verify_child"
# Two AAC frames and the encoder's priming.
AUDIO_SLACK_SECONDS = 0.1
START_SLACK_SECONDS = 0.04
# What a player must be told of the colours, lest it guesses.
BT709 = {"color_primaries": "bt709", "color_transfer": "bt709", "color_space": "bt709", "color_range": "tv"}

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


def judge_rendition(facts: Facts, rendition: Rendition, info: media_pb2.MediaInfo, frames: int) -> list[str]:
    """What is wrong with a rendition, each a sentence; empty when it is what was asked for. Pure.

    Args:
        facts: of the file.
        rendition: what was asked for.
        info: what the probe found.
        frames: how many the source has.
    """
    types = ["video", "audio"] if rendition.audio_channels else ["video"]
    if facts.get("stream_types") != types:
        return [f"streams {facts.get('stream_types')}, not {types}"]
    wanted = {
        "codec": "h264",
        "frames": frames,
        "width": rendition.width,
        "height": rendition.height,
        "pixel_format": "yuv420p",
        "sample_aspect": "1",
        "rotation": 0,
        "interlaced": False,
        **BT709,
    }
    video = facts["video"]
    wrong = [f"{name} {video.get(name)}, not {value}" for name, value in wanted.items() if video.get(name) != value]
    wrong += _wrong_times("video", video, info.video, _video_slack(info, frames))
    wrong += _wrong_keyframes(video["keyframes"], rendition, frames)
    if rendition.audio_channels:
        wrong += _wrong_audio(facts["audio"], rendition, info.audio[0])
    if not facts["index_first"]:
        wrong.append("the index stands behind the media")
    if facts["tags"] != rendition.tags:
        wrong.append(f"tags {facts['tags']}, not {rendition.tags}")
    return wrong


def judge_image(facts: Facts, width: int, height: int, tags: dict[str, str]) -> list[str]:
    """What is wrong with a JPEG of one picture; as `judge_rendition`."""
    wanted = {"codec": "mjpeg", "frames": 1, "width": width, "height": height}
    wrong = [
        f"{name} {facts['video'][name]}, not {value}" for name, value in wanted.items() if facts["video"][name] != value
    ]
    if facts["tags"] != tags:
        wrong.append(f"tags {facts['tags']}, not {tags}")
    return wrong


def _video_slack(info: media_pb2.MediaInfo, frames: int) -> float:
    # How long the last frame of a variable rate is shown, containers tell differently or not at all.
    frame = float(1 / frame_rate(info))
    unknown = 1.0 if info.video.variable_frame_rate else 0.0
    # Packets that show nothing, such as those before a recording's first keyframe, have their times all the same.
    return max(1.5 * frame, 0.05) + unknown + frame * max(info.video.frames - frames, 0)


def _wrong_times(
    name: str, found: Facts, source: media_pb2.VideoStream | media_pb2.AudioStream, slack: float
) -> list[str]:
    wrong = []
    if abs(found["duration_seconds"] - source.duration_seconds) > slack:
        wrong.append(f"{name} of {found['duration_seconds']:.3f} s, the source's has {source.duration_seconds:.3f} s")
    if abs(found["start_seconds"] - source.start_seconds) > max(START_SLACK_SECONDS, slack):
        wrong.append(f"{name} starts at {found['start_seconds']:.3f} s, the source's at {source.start_seconds:.3f} s")
    return wrong


def _wrong_keyframes(found: list[int], rendition: Rendition, frames: int) -> list[str]:
    if rendition.gop_frames is None:
        # Placed by time; that all rungs have the same is checked between them.
        return [] if found[:1] == [0] else ["the first frame is no keyframe"]
    grid = list(range(0, frames, rendition.gop_frames))
    return [] if found == grid else [f"keyframes at {found[:5]}…, not every {rendition.gop_frames} frames"]


def _wrong_audio(found: Facts, rendition: Rendition, source: media_pb2.AudioStream) -> list[str]:
    wanted = {"codec": "aac", "channels": rendition.audio_channels}
    wrong = [f"audio {name} {found[name]}, not {value}" for name, value in wanted.items() if found[name] != value]
    return wrong + _wrong_times("audio", found, source, AUDIO_SLACK_SECONDS)


def misaligned(facts: Sequence[Facts]) -> bool:
    """Whether renditions of one ladder have their keyframes at different frames."""
    return any(one["video"]["keyframes"] != facts[0]["video"]["keyframes"] for one in facts)


def artifact_file(output_id: str, kind: media_pb2.ArtifactKind, path: Path, facts: Facts) -> media_pb2.ArtifactFile:
    """A verified file as the log has it; the host fills in the blob keys."""
    video, audio = facts["video"], facts["audio"] or {}
    return media_pb2.ArtifactFile(
        output_id=output_id,
        kind=kind,
        file_name=path.name,
        content_type="image/jpeg" if kind == media_pb2.ARTIFACT_KIND_THUMBNAIL else "video/mp4",
        size_bytes=facts["size_bytes"],
        sha256=facts["sha256"],
        content_sha256=facts["content_sha256"],
        width_pixels=video["width"],
        height_pixels=video["height"],
        frames=video["frames"],
        duration_seconds=video.get("duration_seconds", 0.0),
        video_codec=video["codec"],
        audio_codec=audio.get("codec", ""),
        audio_channels=audio.get("channels", 0),
    )
