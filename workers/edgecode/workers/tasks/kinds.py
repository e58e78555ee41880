"""Every kind of task: what runs it, and whether it needs the source's bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from edgecode.v1 import event_pb2
from edgecode.workers.tasks import audio, export, manifest, noop, package, probe, sprite, thumbnail, transcode
from edgecode.workers.tasks.work import Run


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of task; where it needs no scratch folder, `Work.scratch` does not exist."""

    name: str
    run: Run
    needs_source: bool = False
    needs_scratch: bool = True


KINDS: Mapping[int, Kind] = MappingProxyType(
    {
        event_pb2.TASK_KIND_PROBE: Kind("probe", probe.run, needs_source=True),
        event_pb2.TASK_KIND_TRANSCODE: Kind("transcode", transcode.run, needs_source=True),
        event_pb2.TASK_KIND_THUMBNAIL: Kind("thumbnail", thumbnail.run, needs_source=True),
        event_pb2.TASK_KIND_AUDIO: Kind("audio", audio.run, needs_source=True),
        event_pb2.TASK_KIND_SPRITE: Kind("sprite", sprite.run, needs_source=True),
        event_pb2.TASK_KIND_PACKAGE: Kind("package", package.run),
        event_pb2.TASK_KIND_MANIFEST: Kind("manifest", manifest.run),
        event_pb2.TASK_KIND_EXPORT: Kind("export", export.run),
        event_pb2.TASK_KIND_NOOP: Kind("noop", noop.run, needs_scratch=False),
    }
)
