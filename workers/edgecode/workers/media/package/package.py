"""A package: finished renditions and sounds, copied into CMAF tracks, with HLS and DASH over them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from edgecode.v1 import media_pb2
from edgecode.workers.media import verify
from edgecode.workers.media.clock import Clock
from edgecode.workers.media.diagnose import explain
from edgecode.workers.media.faults import Reason, ours, users
from edgecode.workers.media.ffmpeg_run import run_ffmpeg
from edgecode.workers.media.invocation import compile_command, open_source
from edgecode.workers.media.package import cmaf, dash, hls, judge
from edgecode.workers.media.package.cmaf import TrackIndex
from edgecode.workers.media.package.codec_strings import codec_string
from edgecode.workers.media.package.track import Track, TrackPlan
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.run_child import ask_python
from edgecode.workers.media.tags import FileTags, to_comment
from edgecode.workers.media.tools import MediaTools, Work, output_path

DEFAULT_SEGMENT_SECONDS = 6.0
CMAF = "+cmaf+delay_moov+global_sidx+skip_trailer+use_metadata_tags"
INDEX_CHILD = "edgecode.workers.media.package.cmaf"
HLS_TYPE, DASH_TYPE = "application/vnd.apple.mpegurl", "application/dash+xml"
# What players take from such files.
PACKAGEABLE = {"video/mp4", "audio/mp4"}


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A published artifact and its bytes."""

    file: media_pb2.ArtifactFile
    path: Path


def takes(output: media_pb2.OutputSpec, file: media_pb2.ArtifactFile) -> bool:
    """Whether an artifact goes into this package."""
    named = set(output.package.output_ids)
    wanted = file.kind in {media_pb2.ARTIFACT_KIND_RENDITION, media_pb2.ARTIFACT_KIND_AUDIO}
    return wanted and (file.output_id in named if named else file.content_type in PACKAGEABLE)


async def package(  # noqa: PLR0917 - as of `transcode`
    ingredients: Sequence[Ingredient],
    info: media_pb2.MediaInfo,
    output: media_pb2.OutputSpec,
    scratch: Path,
    tags: FileTags,
    tools: MediaTools,
) -> list[Rendered]:
    """Makes and verifies all files of one package; nothing is encoded.

    Args:
        ingredients: what goes in.
        info: of the source they were made of.
        output: a package.
        scratch: folder of this attempt, absolute.
        tags: for the files' metadata.
        tools: of this worker.

    Raises:
        MediaFailure: NOTHING_TO_PACKAGE, the user's; VERIFICATION_FAILED when a file is not what it should be.
    """
    if not ingredients:
        raise users(Reason.NOTHING_TO_PACKAGE, "no output of the job goes into the package")
    maker = _Maker(ingredients, output, tags.of_file(output.output_id), Work(ingredients[0].path, info, scratch, tools))
    return await maker.make()


class _Maker:
    def __init__(
        self, ingredients: Sequence[Ingredient], output: media_pb2.OutputSpec, tags: dict[str, str], work: Work
    ) -> None:
        self._ingredients = sorted(ingredients, key=lambda one: (-one.file.height_pixels, one.file.output_id))
        self._output = output
        self._tags = tags
        self._stamp = to_comment(tags)
        self._work = work
        self._sources: dict[Path, verify.Facts] = {}

    async def make(self) -> list[Rendered]:
        work = self._work
        paths = [one.path for one in self._ingredients]
        facts = await verify.read_facts(paths, work.scratch, work.tools)
        self._sources = dict(zip(paths, facts, strict=True))
        plans = self._plan()
        await self._copy(plans)
        files = [plan.path for plan in plans]
        made = await verify.read_facts(files, work.scratch, work.tools)
        indexes = await self._indexes(files)
        self._judge(plans, made, indexes)
        tracks = [self._track(*one) for one in zip(plans, made, indexes, strict=True)]
        segments = [self._segments(*one) for one in zip(plans, made, strict=True)]
        return [*segments, *self._playlists(tracks)]

    def _plan(self) -> list[TrackPlan]:
        """A track for the pictures of each rendition; sound once, of the outputs of sound where there are some."""
        pictures = [one for one in self._ingredients if self._sources[one.path]["video"] is not None]
        alone = [one for one in self._ingredients if one not in pictures]
        heard = alone or [one for one in pictures if self._sources[one.path]["audio_tracks"]][:1]
        videos = [
            TrackPlan(one.file.output_id, one.path, "v:0", self._path(f"{one.file.output_id}.video"), is_video=True)
            for one in pictures
        ]
        sounds = [
            TrackPlan(
                one.file.output_id,
                one.path,
                f"a:{place}",
                self._path(f"{one.file.output_id}.audio.{place + 1}"),
                is_video=False,
                place=place,
            )
            for one in heard
            for place in range(len(self._sources[one.path]["audio_tracks"]))
        ]
        return [*videos, *sounds]

    def _path(self, name: str, suffix: str = ".mp4") -> Path:
        return output_path(self._work.scratch, self._output.output_id, f".{name}{suffix}" if name else suffix)

    async def _copy(self, plans: Sequence[TrackPlan]) -> None:
        work = self._work
        seconds = self._output.package.segment_seconds or DEFAULT_SEGMENT_SECONDS
        nodes = {one.path: open_source(one.path, work.tools, strict=True) for one in self._ingredients}
        outputs = [
            ffmpeg.output(nodes[plan.source][plan.stream], f"file:{plan.path}", **self._options(plan, seconds))
            for plan in plans
        ]
        command = compile_command(ffmpeg.merge_outputs(*outputs), work.tools, strict=True)
        clock = Clock([plan.path for plan in plans])
        run = await run_ffmpeg(
            command, work.scratch, work.tools, source_seconds=work.info.duration_seconds, clock=clock
        )
        if not run.ok:
            raise await explain(run, work)

    def _options(self, plan: TrackPlan, seconds: float) -> dict[str, object]:
        options: dict[str, object] = {
            f"metadata:g:{place}": f"{name}={text}" for place, (name, text) in enumerate(self._tags.items())
        }
        # A segment of pictures ends at the first keyframe at or after the length aimed at; half a frame for rounding.
        cut = {"movflags": f"{CMAF}+frag_keyframe", "min_frag_duration": round((seconds - 0.005) * 1_000_000)}
        if not plan.is_video:
            cut = {"movflags": CMAF, "frag_duration": round(seconds * 1_000_000)}
        return options | cut | {
            "c": "copy", "format": "mp4", "fflags": "+bitexact", "map_metadata": -1, "map_chapters": -1,
        }  # fmt: skip

    async def _indexes(self, files: Sequence[Path]) -> list[TrackIndex]:
        biggest = max(files, key=lambda path: path.stat().st_size)
        names = [str(path) for path in files]
        answer = await ask_python(INDEX_CHILD, names, biggest, self._work.scratch, self._work.tools)
        if not answer.ok:
            raise ours(Reason.VERIFICATION_FAILED, "a track just made has no index that fits it", answer.stderr)
        return [cmaf.from_json(found) for found in json.loads(answer.output)]

    def _judge(self, plans: Sequence[TrackPlan], made: Sequence[verify.Facts], indexes: Sequence[TrackIndex]) -> None:
        wrong = [
            f"{plan.path.name}: {sentence}"
            for plan, facts, index in zip(plans, made, indexes, strict=True)
            for sentence in judge.judge_track(_stream(facts, plan, 0), self._source(plan), index)
        ]
        wrong += [f"{p.path.name}: tags" for p, facts in zip(plans, made, strict=True) if facts["tags"] != self._tags]
        _check(wrong)

    def _source(self, plan: TrackPlan) -> verify.Facts:
        return _stream(self._sources[plan.source], plan, plan.place)

    def _track(self, plan: TrackPlan, facts: verify.Facts, index: TrackIndex) -> Track:
        stream = _stream(facts, plan, 0)
        return Track(
            name=plan.path.name,
            representation=plan.path.stem.removeprefix(f"{self._output.output_id}."),
            codecs=codec_string(stream["codec"], bytes.fromhex(stream["config"])),
            index=index,
            content_sha256=stream["sha256"],
            seconds=sum(segment.seconds for segment in index.segments),
            width=stream.get("width", 0),
            height=stream.get("height", 0),
            frames=stream.get("frames", 0),
            channels=stream.get("channels", 0),
            language=self._source(plan).get("language", ""),
        )

    def _segments(self, plan: TrackPlan, facts: verify.Facts) -> Rendered:
        output_id, kind = self._output.output_id, media_pb2.ARTIFACT_KIND_SEGMENTS
        file = verify.artifact_file(output_id, kind, plan.path, facts)
        return Rendered(output_id, plan.path, file)

    def _playlists(self, tracks: Sequence[Track]) -> list[Rendered]:
        spec = self._output.package
        both = not spec.hls and not spec.dash
        videos, sounds = [t for t in tracks if t.is_video], [t for t in tracks if not t.is_video]
        made = []
        if spec.hls or both:
            made += [self._media_playlist(track) for track in tracks]
            text = hls.master_playlist(videos, sounds, self._stamp)
            _check(judge.judge_master(text, [hls.playlist_name(track) for track in tracks]))
            made.append(self._write(self._path("", hls.SUFFIX).name, text, tracks))
        if spec.dash or both:
            text = dash.manifest(videos, sounds, self._stamp)
            _check(judge.judge_manifest(text, {track.name: track.index for track in tracks}))
            made.append(self._write(self._path("", dash.SUFFIX).name, text, tracks))
        return made

    def _media_playlist(self, track: Track) -> Rendered:
        text = hls.media_playlist(track, self._stamp)
        _check(judge.judge_media_playlist(text, {track.name: track.index.size_bytes}, track.seconds))
        return self._write(hls.playlist_name(track), text, [track])

    def _write(self, name: str, text: str, tracks: Sequence[Track]) -> Rendered:
        path, data = self._work.scratch / name, text.encode()
        path.write_bytes(data)
        is_hls = path.suffix == hls.SUFFIX
        file = media_pb2.ArtifactFile(
            output_id=self._output.output_id,
            kind=media_pb2.ARTIFACT_KIND_HLS_PLAYLIST if is_hls else media_pb2.ARTIFACT_KIND_DASH_MANIFEST,
            file_name=name,
            content_type=HLS_TYPE if is_hls else DASH_TYPE,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            content_sha256=content_sha256(tracks),
            duration_seconds=max(track.seconds for track in tracks),
        )
        return Rendered(self._output.output_id, path, file)


def content_sha256(tracks: Sequence[Track]) -> str:
    """SHA-256 (hex) of what a playlist says of its tracks beside places, which move with the stamp in each file."""
    said = [
        [t.representation, t.codecs, t.content_sha256, t.language, [f"{s.seconds:.5f}" for s in t.index.segments]]
        for t in tracks
    ]
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


def _stream(facts: verify.Facts, plan: TrackPlan, place: int) -> verify.Facts:
    found = facts["video"] if plan.is_video else facts["audio_tracks"][place]
    assert isinstance(found, dict)
    return found


def _check(wrong: list[str]) -> None:
    if wrong:
        raise ours(Reason.VERIFICATION_FAILED, "a package is not whole", "\n".join(wrong))
