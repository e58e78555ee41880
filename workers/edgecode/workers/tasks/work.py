"""What a task gets and what it gives back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edgecode.core.blobs import Blobs
from edgecode.core.named_stores import NamedStore
from edgecode.v1 import bus_pb2, event_pb2, media_pb2
from edgecode.workers.media.rendered import OnProgress, Rendered
from edgecode.workers.media.tags import FileTags
from edgecode.workers.media.tools import MediaTools


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt's work.

    Attributes:
        task: as the leader scheduled it.
        source: file with the source's bytes, absolute and checked; absent for kinds that need none.
        scratch: empty folder of this attempt, absolute; absent for kinds that need none.
        tags: for the metadata of the files made.
        tools: of this worker.
        on_progress: may be called as often as there is something to say.
        blobs: where artifacts and other assets are read.
        stores: those that requests may name.
    """

    task: bus_pb2.TaskMessage
    source: Path
    scratch: Path
    tags: FileTags
    tools: MediaTools
    on_progress: OnProgress
    blobs: Blobs
    stores: Mapping[str, NamedStore]


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt found (the probe), wrote elsewhere (exports) and made (all others); every file is verified.

    `failed` are outputs that were made and are not what was asked for, by id.
    """

    source: media_pb2.MediaInfo | None = None
    files: Sequence[Rendered] = ()
    exports: Sequence[event_pb2.ExportedFile] = ()
    failed: Mapping[str, media_pb2.Failure] = field(default_factory=dict)


Run = Callable[[Work], Awaitable[Result]]
"""Does the work. Raises MediaFailure, or what it met; cancelled, it stops all it started within a second."""
