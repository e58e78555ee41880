"""Whether the tracks of a file are those asked for. Pure."""

from collections.abc import Sequence

from edgecode.workers.media.sound import CODECS, Sound
from edgecode.workers.media.source_part import Part
from edgecode.workers.media.verify import Facts

# Two AAC frames and the encoder's priming.
SLACK_SECONDS = 0.1


def judge_tracks(found: Sequence[Facts], sounds: Sequence[Sound], part: Part) -> list[str]:
    """What is wrong with the tracks of a file, each a sentence."""
    return [
        f"audio {place}: {sentence}"
        for place, (facts, sound) in enumerate(zip(found, sounds, strict=True))
        for sentence in _judge(facts, sound, part)
    ]


def _judge(facts: Facts, sound: Sound, part: Part) -> list[str]:
    wanted = {"codec": CODECS[sound.codec], "channels": sound.channels, "language": sound.language}
    wrong = [f"{name} {facts[name]}, not {value}" for name, value in wanted.items() if facts[name] != value]
    start, duration = part.of(sound.track.start_seconds, sound.track.duration_seconds)
    if abs(facts["duration_seconds"] - duration) > SLACK_SECONDS:
        wrong.append(f"of {facts['duration_seconds']:.3f} s, the source's has {duration:.3f} s")
    if abs(facts["start_seconds"] - start) > SLACK_SECONDS:
        wrong.append(f"starts at {facts['start_seconds']:.3f} s, the source's at {start:.3f} s")
    return wrong
