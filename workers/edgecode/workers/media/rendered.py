"""What every kind of work on media hands back, and how it tells how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edgecode.v1 import bus_pb2, media_pb2


class OnProgress(Protocol):
    """Told what the work is at, as often as there is something to say."""

    def __call__(
        self,
        outputs: Sequence[bus_pb2.OutputProgress],
        speed_ratio: float,
        phase: "bus_pb2.Phase" = bus_pb2.PHASE_ENCODING,
        /,
    ) -> None:
        """Takes how far outputs are that have news, the encoder's speed, and the phase."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One verified file.

    Attributes:
        output_id: of the spec.
        path: in the scratch folder.
        file: what goes into the log, all but the blob keys.
    """

    output_id: str
    path: Path
    file: media_pb2.ArtifactFile
