"""The sound of an output: which of the source's tracks, encoded how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgecode.v1 import media_pb2
from edgecode.workers.media.loudness import Gain

AAC, OPUS, NONE = media_pb2.AUDIO_CODEC_AAC, media_pb2.AUDIO_CODEC_OPUS, media_pb2.AUDIO_CODEC_NONE
ENCODERS: Mapping[int, str] = {AAC: "aac", OPUS: "libopus"}
CODECS: Mapping[int, str] = {AAC: "aac", OPUS: "opus"}
# AAC has no higher rates that players are sure to read; Opus has this one only.
HIGHEST_SAMPLE_RATE = 48_000
# Of so many channels, as both encoders take them.
LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
# Between sound and picture, after a gap in either: EBU R 37 lets sound be 60 ms late and 40 ms early.
LONGEST_OFFSET_SECONDS = 0.04
DEFAULT_BITS_PER_SECOND = 128_000
DEFAULT_CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of sound, with every default filled in."""

    codec: int
    bits_per_second: int
    channels: int
    all_tracks: bool
    loudness: media_pb2.Loudness | None


@dataclass(frozen=True, slots=True)
class Sound:
    """One track of an output.

    Attributes:
        track: of the source.
        codec: AAC or OPUS.
        bits_per_second: of the encoder.
        channels: at most as many as the track has.
        gain: what its loudness is corrected by; None where it is left as it is.
        copied: the track's packets as they are.
    """

    track: media_pb2.AudioStream
    codec: int
    bits_per_second: int
    channels: int
    gain: Gain | None = None
    copied: bool = False

    @property
    def language(self) -> str:
        """ISO 639-2, empty where the source does not say or says no such thing."""
        language = self.track.language
        return language if language.isascii() and language.isalpha() and language != "und" else ""

    def filters(self) -> str:
        """What the track goes through before its encoder."""
        # Gaps become silence, so that sound stays with its picture: by default the shorter ones are let go, and add up.
        steps = [f"aresample=async=1:min_hard_comp={LONGEST_OFFSET_SECONDS}"]
        if self.codec == OPUS or self.gain is not None:
            # Opus takes no other layouts of as many channels; loudness is measured as it will be heard.
            steps[0] += f":ochl={LAYOUTS[self.channels]}"
        return ",".join(steps + (self.gain.filters() if self.gain else []))


def of_rendition(spec: media_pb2.RenditionSpec) -> Wanted:
    """The sound of a rendition; Opus in WebM where it says nothing."""
    usual = OPUS if spec.container == media_pb2.CONTAINER_WEBM else AAC
    return Wanted(
        spec.audio_codec or usual,
        spec.audio_bits_per_second or DEFAULT_BITS_PER_SECOND,
        spec.audio_channels or DEFAULT_CHANNELS,
        spec.audio_tracks == media_pb2.AUDIO_TRACKS_ALL,
        spec.loudness if spec.HasField("loudness") else None,
    )


def of_audio(spec: media_pb2.AudioSpec) -> Wanted:
    """The sound of an audio output."""
    return Wanted(
        spec.codec or AAC,
        spec.bits_per_second or DEFAULT_BITS_PER_SECOND,
        spec.channels or DEFAULT_CHANNELS,
        spec.tracks == media_pb2.AUDIO_TRACKS_ALL,
        spec.loudness if spec.HasField("loudness") else None,
    )


def plan_sounds(wanted: Wanted, info: media_pb2.MediaInfo) -> list[Sound]:
    """The tracks an output has, the default one first; none where the source has none or none is asked for."""
    if wanted.codec == NONE:
        return []
    tracks = info.audio if wanted.all_tracks else info.audio[:1]
    return [
        Sound(track, wanted.codec, wanted.bits_per_second, min(track.channels, wanted.channels)) for track in tracks
    ]


def options(sounds: Sequence[Sound]) -> dict[str, Any]:
    """Ffmpeg's options of the sounds of one file, in their order."""
    found: dict[str, Any] = {}
    for place, sound in enumerate(sounds):
        found |= {f"{key}:a:{place}": value for key, value in _track_options(sound).items()}
        if sound.language:
            found[f"metadata:s:a:{place}"] = f"language={sound.language}"
        if len(sounds) > 1:
            found[f"disposition:a:{place}"] = "default" if place == 0 else "0"
    return found


def _track_options(sound: Sound) -> dict[str, Any]:
    if sound.copied:
        return {"c": "copy"}
    found = {
        "c": ENCODERS[sound.codec],
        "b": sound.bits_per_second,
        "ac": sound.channels,
        "flags": "+bitexact",
        "filter": sound.filters(),
    }
    if sound.codec == OPUS or sound.gain is not None or sound.track.sample_rate_hertz > HIGHEST_SAMPLE_RATE:
        found["ar"] = HIGHEST_SAMPLE_RATE
    return found
