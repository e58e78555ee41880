"""Whether a rendition is what was asked for: what is in the file against the spec and the probe. Pure."""

from collections.abc import Sequence

from edgecode.v1 import media_pb2
from edgecode.workers.media.containers import is_matroska
from edgecode.workers.media.judge_sound import judge_tracks
from edgecode.workers.media.ladder_command import keeps_hdr
from edgecode.workers.media.rendition import Rendition, frame_rate
from edgecode.workers.media.verify import Facts

START_SLACK_SECONDS = 0.04
# What a player must be told of the colours, lest it guesses.
BT709 = {"color_primaries": "bt709", "color_transfer": "bt709", "color_space": "bt709", "color_range": "tv"}
# Matroska reckons in milliseconds.
MATROSKA_SLACK_SECONDS = 0.002


def judge_rendition(
    facts: Facts, rendition: Rendition, info: media_pb2.MediaInfo, frames: int, encoded: int | None = None
) -> list[str]:
    """What is wrong with a rendition, each a sentence; empty when it is what was asked for.

    Args:
        facts: of the file.
        rendition: what was asked for.
        info: what the probe found.
        frames: how many the source has.
        encoded: how many its encoder said it finished; None where none said.
    """
    types = ["video", *("audio" for _ in rendition.sounds)]
    if facts.get("stream_types") != types:
        return [f"streams {facts.get('stream_types')}, not {types}"]
    video = facts["video"]
    wanted = _wanted(rendition, info)
    wrong = [f"{name} {video.get(name)}, not {value}" for name, value in wanted.items() if video.get(name) != value]
    wrong += _wrong_frames(video["frames"], rendition, info, frames, encoded)
    wrong += _wrong_times(video, rendition, info, frames)
    if not rendition.copied:
        wrong += _wrong_keyframes(video["keyframes"], rendition, video["frames"])
    wrong += judge_tracks(facts["audio_tracks"], rendition.sounds, rendition.part)
    if not facts["index_first"]:
        wrong.append("the index stands behind the media")
    if facts["tags"] != rendition.tags:
        wrong.append(f"tags {facts['tags']}, not {rendition.tags}")
    return wrong


def _wanted(rendition: Rendition, info: media_pb2.MediaInfo) -> dict[str, object]:
    wanted: dict[str, object] = {} if rendition.copied else {"interlaced": False, **BT709}
    if keeps_hdr(rendition, info):
        wanted = {"interlaced": False, "color_transfer": info.video.color_transfer}
    return wanted | {
        "codec": rendition.encoder.codec,
        "width": rendition.width,
        "height": rendition.height,
        "pixel_format": rendition.pixel_format,
        "sample_aspect": "1",
        "rotation": 0,
    }


def _wrong_frames(
    found: int, rendition: Rendition, info: media_pb2.MediaInfo, frames: int, encoded: int | None
) -> list[str]:
    if encoded is not None and encoded != found:
        return [f"{found} frames, and {encoded} were encoded"]
    low, high = frame_bounds(rendition, info, frames)
    return [] if low <= found <= high else [f"frames {found}, not {low if low == high else f'{low} to {high}'}"]


def frame_bounds(rendition: Rendition, info: media_pb2.MediaInfo, frames: int) -> tuple[int, int]:
    """How few and how many frames a rendition may have.

    As many as the source, where each picture stays; else what its time and rate give, but for the ends.
    """
    cadence, part, video = rendition.cadence, rendition.part, info.video
    if part.is_whole and cadence.rate is None:
        return frames, frames
    _, seconds = part.of(video.start_seconds, video.duration_seconds)
    rate = cadence.rate or frame_rate(info)
    expected = round(float(seconds * rate), 6)
    if cadence.exactly:
        return max(int(expected) - 1, 1), int(expected) + 2
    if video.variable_frame_rate:
        return 1, min(frames, int(expected) + 2 if cadence.rate else frames)
    return max(int(expected) - 1, 1), min(int(expected) + 2, frames)


def _wrong_times(video: Facts, rendition: Rendition, info: media_pb2.MediaInfo, frames: int) -> list[str]:
    source = info.video
    start, duration = rendition.part.of(source.start_seconds, source.duration_seconds)
    slack = _slack(rendition, info, frames)
    wrong = []
    if abs(video["duration_seconds"] - duration) > slack:
        wrong.append(f"video of {video['duration_seconds']:.3f} s, the source's has {duration:.3f} s")
    if abs(video["start_seconds"] - start) > max(START_SLACK_SECONDS, slack):
        wrong.append(f"video starts at {video['start_seconds']:.3f} s, the source's at {start:.3f} s")
    return wrong


def _slack(rendition: Rendition, info: media_pb2.MediaInfo, frames: int) -> float:
    # How long the last frame of a variable rate is shown, containers tell differently or not at all.
    rate = rendition.cadence.rate or frame_rate(info)
    frame = float(1 / min(rate, frame_rate(info)))
    unknown = 1.0 if info.video.variable_frame_rate else 0.0
    # A part begins and ends between two frames.
    ends = 0.0 if rendition.part.is_whole else 2 * frame
    rounding = MATROSKA_SLACK_SECONDS if is_matroska(rendition.path) else 0.0
    # Packets that show nothing, such as those before a recording's first keyframe, have their times all the same.
    hidden = frame * max(info.video.frames - frames, 0)
    return max(1.5 * frame, 0.05) + unknown + ends + rounding + hidden


def _wrong_keyframes(found: list[int], rendition: Rendition, frames: int) -> list[str]:
    if rendition.cadence.gop_frames is None:
        # Placed by time; that all rungs have the same is checked between them.
        return [] if found[:1] == [0] else ["the first frame is no keyframe"]
    grid = list(range(0, frames, rendition.cadence.gop_frames))
    return [] if found == grid else [f"keyframes at {found[:5]}…, not every {rendition.cadence.gop_frames} frames"]


def misaligned(facts: Sequence[Facts], renditions: Sequence[Rendition]) -> bool:
    """Whether renditions of one cadence have their keyframes at different frames."""
    seen: dict[object, list[int]] = {}
    encoded = [pair for pair in zip(facts, renditions, strict=True) if not pair[1].copied]
    return any(
        seen.setdefault(rendition.cadence, found["video"]["keyframes"]) != found["video"]["keyframes"]
        for found, rendition in encoded
    )
