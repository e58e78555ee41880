"""Sound: alone, and of a rendition."""

from collections.abc import Iterator

from edgecode.core.errors import Violation
from edgecode.server.jobs.specs.fields import Choice, Number, check_choices, check_numbers, fill
from edgecode.server.jobs.specs.time import check_trim
from edgecode.v1 import media_pb2

CODECS = (media_pb2.AUDIO_CODEC_AAC, media_pb2.AUDIO_CODEC_OPUS)
BITS_PER_SECOND = Number(16_000, 512_000, 128_000)
CHANNELS = Number(1, 8, 2)

NUMBERS = {"bits_per_second": BITS_PER_SECOND, "channels": CHANNELS}
CHOICES = {
    "codec": Choice(media_pb2.AudioCodec, media_pb2.AUDIO_CODEC_AAC),
    "tracks": Choice(media_pb2.AudioTracks, media_pb2.AUDIO_TRACKS_DEFAULT),
}
# Bounds are those of ffmpeg's loudnorm.
LOUDNESS_NUMBERS = {"integrated_lufs": Number(-70, -5, -16), "true_peak_dbtp": Number(-9, 0, -1.5)}


def check_audio(path: str, spec: media_pb2.AudioSpec) -> Iterator[Violation]:
    """What is wrong with an output of sound alone."""
    yield from check_numbers(path, spec, NUMBERS)
    yield from check_choices(path, spec, CHOICES)
    if spec.codec == media_pb2.AUDIO_CODEC_NONE:
        yield Violation(f"{path}.codec", "must be AUDIO_CODEC_AAC or AUDIO_CODEC_OPUS: without sound nothing is left")
    yield from check_loudness(f"{path}.loudness", spec.loudness)
    yield from check_trim(f"{path}.trim", spec.trim)


def fill_audio(spec: media_pb2.AudioSpec) -> None:
    """Puts every default in."""
    fill(spec, NUMBERS, CHOICES)
    if spec.HasField("loudness"):
        fill_loudness(spec.loudness)


def check_loudness(path: str, loudness: media_pb2.Loudness) -> Iterator[Violation]:
    """What is wrong with a loudness aimed at."""
    yield from check_numbers(path, loudness, LOUDNESS_NUMBERS)


def fill_loudness(loudness: media_pb2.Loudness) -> None:
    """Puts every default in."""
    fill(loudness, LOUDNESS_NUMBERS, {})
