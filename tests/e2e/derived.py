"""Every figure of a demo's `facts.json`, derived again without our code: from files, the broker's stream, and git."""

import hashlib
import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp
from PIL import Image

from edgecode.v1 import event_pb2

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """One message of the stream: its place, time in microseconds, headers and bytes."""

    sequence: int
    subject: str
    headers: dict[str, str]
    data: bytes
    time_us: int


def differences(claimed: dict[str, Any], found: dict[str, Any], place: str) -> Iterator[str]:
    """A sentence for each figure found that is not the one claimed; all found ones must be claimed."""
    for name, value in found.items():
        said = claimed.get(name)
        if isinstance(value, float) and isinstance(said, (int, float)):
            if abs(said - value) > 0.021:  # half a frame of 25 per second
                yield f"{place}: {name} is {value}, not {said}"
        elif str(said) != str(value):
            yield f"{place}: {name} is {value}, not {said}"


def of_files(folder: Path, facts: Facts) -> list[str]:
    """What the files say otherwise than the facts; every byte of every file counts."""
    wrong: list[str] = []
    for artifact in facts["artifacts"]:
        path = folder / artifact["path"]
        wrong += differences(artifact["file"], _file(path), artifact["path"])
        wrong += _statement(folder / artifact["statement_path"], artifact, facts)
    manifest = next(each for each in facts["artifacts"] if each["file"]["kind"] == "ARTIFACT_KIND_MANIFEST")
    wrong += _manifest(json.loads((folder / manifest["path"]).read_bytes()), facts)
    return wrong


def _file(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    figures: dict[str, Any] = {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    try:
        if path.suffix == ".mp4":
            return figures | _mp4(path)
        if path.suffix == ".jpg":
            return figures | _jpeg(path)
    except (OSError, av.FFmpegError, subprocess.CalledProcessError) as error:
        return figures | {"readable": repr(error)}
    return figures


def _mp4(path: Path) -> dict[str, Any]:
    with av.open(str(path)) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        # Counted by decoding, not as the container or our verification counts.
        frames = list(container.decode(video))
        last = frames[-1]
        assert last.pts is not None
        assert last.time_base is not None
        assert frames[0].pts is not None
        step = frames[1].pts - frames[0].pts  # type: ignore[operator]
        return {
            "width_pixels": frames[0].width,
            "height_pixels": frames[0].height,
            "frames": len(frames),
            "duration_seconds": float((last.pts + step - frames[0].pts) * last.time_base),
            "video_codec": video.codec_context.codec.canonical_name,
            "audio_codec": sound.codec_context.codec.canonical_name,
            "audio_channels": sound.codec_context.channels,
            "content_sha256": _content(path, "-c", "copy"),
        }


def _jpeg(path: Path) -> dict[str, Any]:
    with Image.open(path) as picture:
        assert picture.format == "JPEG"
        return {
            "width_pixels": picture.width,
            "height_pixels": picture.height,
            "frames": 1,
            "content_sha256": _content(path),
        }


def _content(path: Path, *options: str) -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0", *options]
    command += ["-f", "streamhash", "-hash", "sha256", "-"]
    return hashlib.sha256(subprocess.run(command, capture_output=True, check=True).stdout).hexdigest()


def _statement(path: Path, artifact: dict[str, Any], facts: Facts) -> Iterator[str]:
    statement = json.loads(path.read_bytes())
    subject = statement["subject"][0]
    run = statement["predicate"]["runDetails"]
    found = {
        "name": subject["name"],
        "sha256": subject["digest"]["sha256"],
        "content_sha256": subject["annotations"]["content_sha256"],
        "build": run["builder"]["version"]["build"],
        "revision": run["builder"]["version"]["revision"],
        "attempt": run["metadata"]["invocationId"],
        "source": statement["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"]["sha256"],
    }
    claimed = {
        "name": artifact["file"]["file_name"],
        "sha256": artifact["file"]["sha256"],
        "content_sha256": artifact["file"]["content_sha256"],
        "build": artifact["made_by"]["build"],
        "revision": artifact["made_by"]["revision"],
        "attempt": artifact["attempt_id"],
        "source": facts["asset"]["sha256"],
    }
    yield from differences(claimed, found, path.name)


def _manifest(manifest: dict[str, Any], facts: Facts) -> Iterator[str]:
    listed = {each["output_id"]: each for each in manifest["artifacts"]}
    others = {
        each["file"]["output_id"]: each
        for each in facts["artifacts"]
        if each["file"]["kind"] != "ARTIFACT_KIND_MANIFEST"
    }
    if listed.keys() != others.keys():
        yield f"the manifest lists {sorted(listed)}, not {sorted(others)}"
        return
    for output_id, each in listed.items():
        found = {name: each[name] for name in ("size_bytes", "sha256", "content_sha256", "frames", "width_pixels")}
        yield from differences(others[output_id]["file"], found, f"manifest, {output_id}")
        yield from differences(others[output_id]["made_by"], {"build": each["build"]}, f"manifest, {output_id}")


def of_source(source: Path, facts: Facts) -> list[str]:
    """What the uploaded file says otherwise than the facts."""
    data = source.read_bytes()
    wrong = list(
        differences(
            facts["asset"],
            {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "file_name": source.name},
            "asset",
        )
    )
    with av.open(str(source)) as container:
        video = container.streams.video[0]
        found = {
            "width_pixels": video.codec_context.width,
            "height_pixels": video.codec_context.height,
            "frames": sum(1 for _ in container.decode(video)),
        }
    return [*wrong, *differences(facts["job"]["source"]["video"], found, "source")]


def of_stream(stored: Sequence[Stored], facts: Facts) -> list[str]:
    """What the broker's stream says otherwise than the trace and the artifacts: order, times, builds, digests."""
    wrong: list[str] = []
    if len(stored) != len(facts["trace"]):
        wrong.append(f"the stream holds {len(stored)} events of the job, the trace {len(facts['trace'])}")
    published: dict[str, event_pb2.ArtifactPublished] = {}
    for message, hop in zip(stored, facts["trace"], strict=False):
        event = event_pb2.Event.FromString(message.data)
        wrong += differences(_flat(hop), _hop(message, event), f"hop {message.sequence}")
        # The client of ours and that of the test round the broker's nanoseconds differently.
        if abs(_time_us(hop) - message.time_us) > 1:
            wrong.append(f"hop {message.sequence} was stored at {message.time_us}, not {_time_us(hop)}")
        if event.WhichOneof("kind") == "artifact_published":
            published[event.artifact_published.artifact_id] = event.artifact_published
    for artifact in facts["artifacts"]:
        event_of = published.pop(artifact["artifact_id"], None)
        if event_of is None:
            wrong.append(f"{artifact['path']} was never published")
            continue
        said = json_format.MessageToDict(event_of, preserving_proto_field_name=True)
        for part in ("file", "made_by", "digests"):
            wrong += differences(artifact[part], said[part], f"{artifact['path']}, {part} in the log")
    return [*wrong, *(f"{each.file.file_name} was published and is not in the facts" for each in published.values())]


def _hop(message: Stored, event: event_pb2.Event) -> dict[str, Any]:
    headers = message.headers
    kind = event.WhichOneof("kind") or ""
    stamp = f"{headers['Edgecode-Version']}+g{headers['Edgecode-Revision'][:12]}"
    last = headers["Edgecode-Path"].split(",")[-1]
    assert last.startswith(f"{headers['Edgecode-Service']}@{stamp}")
    return {
        "sequence": message.sequence,
        "event": kind.replace("_", ".", 1) if kind.count("_") == 1 else kind.replace("_", ".", 1).replace("_", "-"),
        "service": headers["Edgecode-Service"],
        "version": headers["Edgecode-Version"],
        "revision": headers["Edgecode-Revision"],
        "instance": headers["Edgecode-Instance"],
        "build": last.partition("@")[2],
        "path": headers["Edgecode-Path"],
        "trace_id": headers.get("traceparent", "--").split("-")[1],
    }


def _flat(hop: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: hop[name] for name in ("sequence", "event", "trace_id")},
        **{name: hop["stamp"][name] for name in ("service", "version", "revision", "instance", "build")},
        "path": ",".join(hop["path"]),
    }


def _time_us(hop: dict[str, Any]) -> int:
    time = Timestamp()
    time.FromJsonString(hop["hop_time"])
    return time.ToMicroseconds()


def builds(facts: Facts) -> set[tuple[str, str, bool]]:
    """Every (version, revision, dirty) that the facts name anywhere."""
    found: set[tuple[str, str, bool]] = set()

    def visit(value: Any) -> None:
        if isinstance(value, dict):
            if {"version", "revision", "build"} <= value.keys():
                found.add((value["version"], value["revision"], value.get("dirty", False)))
            for each in value.values():
                visit(each)
        elif isinstance(value, list):
            for each in value:
                visit(each)

    visit(facts)
    return found
