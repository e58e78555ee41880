"""The first pass of loudness: each track measured as it will be heard, once for all outputs that ask for it."""

from collections.abc import Sequence
from dataclasses import replace

from edgecode.v1 import media_pb2
from edgecode.workers.media import loudness
from edgecode.workers.media.sound import Sound
from edgecode.workers.media.source_part import Part
from edgecode.workers.media.tools import Work

SILENT = loudness.Gain(0.0)


class Gains:
    """Gains of a source's tracks. A ladder's rungs share most: nothing is measured twice."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[tuple[int, int, Part], loudness.Measured] = {}

    async def apply(self, sounds: Sequence[Sound], wanted: media_pb2.Loudness | None, part: Part) -> tuple[Sound, ...]:
        """The sounds, each with its gain where loudness is asked for.

        Raises:
            MediaFailure: as `loudness.measure` does.
        """
        if wanted is None:
            return tuple(sounds)
        return tuple(
            [replace(sound, gain=loudness.gain_for(wanted, await self._measured(sound, part))) for sound in sounds]
        )

    async def _measured(self, sound: Sound, part: Part) -> loudness.Measured:
        key = sound.track.stream_index, sound.channels, part
        if key not in self._known:
            # Its layout and rate are those it is encoded in.
            filters = replace(sound, gain=SILENT).filters()
            self._known[key] = await loudness.measure(self._work, str(sound.track.stream_index), filters, part)
        return self._known[key]
