"""HLS and DASH over CMAF tracks, judged by what a player would read of them."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from google.protobuf import text_format

from edgecode.v1 import media_pb2
from edgecode.workers.media.audio import audio
from edgecode.workers.media.faults import MediaFailure, Reason
from edgecode.workers.media.inspect_file import read_tags
from edgecode.workers.media.package import judge
from edgecode.workers.media.package.cmaf import Segment, TrackIndex, read_index
from edgecode.workers.media.package.codec_strings import codec_string
from edgecode.workers.media.package.package import Ingredient, package, takes
from edgecode.workers.media.probe import probe
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.tools import MediaTools
from edgecode.workers.media.transcode import transcode
from tests.integration.media.sources import AAC, H264, ffmpeg, tags_for

Make = Callable[..., Path]
PICTURES = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=5")
SOUND = ("-f", "lavfi", "-i", "sine=d=5:f=440:r=48000")
OTHER = ("-f", "lavfi", "-i", "sine=d=5:f=880:r=48000")
RUNGS = (
    "output_id: '180p' rendition { height_pixels: 180 gop_seconds: 1 speed: 'ultrafast' }",
    "output_id: '90p' rendition { height_pixels: 90 gop_seconds: 1 speed: 'ultrafast' }",
)


@pytest.fixture
def source(made: Make) -> Path:
    tracks = ("-map", "0", "-map", "1", "-map", "2", "-metadata:s:a:0", "language=eng", "-metadata:s:a:1",
              "language=deu")  # fmt: skip
    return made("five seconds.mp4", *PICTURES, *SOUND, *OTHER, *tracks, *H264, *AAC)


async def packaged(
    source: Path, scratch: Path, tools: MediaTools, outputs: tuple[str, ...] = RUNGS, spec: str = "segment_seconds: 2"
) -> tuple[list[Rendered], list[Rendered]]:
    """What went in, and what came out."""
    info = await probe(source, scratch, tools, sound_suffices=True)
    wanted = [text_format.Parse(text, media_pb2.OutputSpec()) for text in outputs]
    tags = tags_for(tools, source)
    rungs = [output for output in wanted if output.HasField("rendition")]
    made = await transcode(source, info, rungs, scratch, tags, tools, lambda *_: None) if rungs else []
    for output in wanted:
        if output.HasField("audio"):
            made.append(await audio(source, info, output, scratch, tags, tools, lambda *_: None))
    output = text_format.Parse(f"output_id: 'pack' package {{ {spec} }}", media_pb2.OutputSpec())
    ingredients = [Ingredient(one.file, one.path) for one in made if takes(output, one.file)]
    return made, await package(ingredients, info, output, scratch, tags, tools)


def names(files: list[Rendered]) -> list[str]:
    return [one.path.name for one in files]


async def test_a_ladder_becomes_one_set_of_tracks_with_playlists_of_both_kinds(
    source: Path, scratch: Path, tools: MediaTools
) -> None:
    rungs, files = await packaged(source, scratch, tools)
    assert names(files) == [
        "pack.180p.video.mp4", "pack.90p.video.mp4", "pack.180p.audio.1.mp4",
        "pack.180p.video.m3u8", "pack.90p.video.m3u8", "pack.180p.audio.1.m3u8", "pack.m3u8", "pack.mpd",
    ]  # fmt: skip
    kinds = [media_pb2.ArtifactKind.Name(one.file.kind).removeprefix("ARTIFACT_KIND_") for one in files]
    assert kinds == ["SEGMENTS"] * 3 + ["HLS_PLAYLIST"] * 4 + ["DASH_MANIFEST"]
    for rung, track in zip(rungs, files[:2], strict=True):
        assert _packets(rung.path, "video") == _packets(track.path, "video"), "nothing is encoded again"
    assert _packets(rungs[0].path, "audio") == _packets(files[2].path, "audio")
    found = await read_tags(files[0].path, scratch, tools)
    assert found["edgecode-output-id"] == "pack"
    for one in files[3:]:
        assert '"edgecode-output-id":"pack"' in one.path.read_text()


def _packets(path: Path, kind: str) -> list[tuple[int | None, bytes]]:
    with av.open(str(path)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        return [(packet.pts, bytes(packet)) for packet in container.demux(stream) if packet.size]


async def test_segments_are_whole_groups_that_decode_by_themselves(
    source: Path, scratch: Path, tools: MediaTools
) -> None:
    _, files = await packaged(source, scratch, tools)
    playlist = (scratch / "pack.180p.video.m3u8").read_text()
    assert [float(found) for found in re.findall(r"#EXTINF:([\d.]+),", playlist)] == [2.0, 2.0, 1.0]
    assert "#EXT-X-TARGETDURATION:2\n" in playlist
    data = files[0].path.read_bytes()
    init = data[: int(re.findall(r'BYTERANGE="(\d+)@0"', playlist)[0])]
    for length, offset in re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)", playlist):
        alone = scratch / "alone.mp4"
        alone.write_bytes(init + data[int(offset) : int(offset) + int(length)])
        with av.open(str(alone)) as container:
            frames = list(container.decode(video=0))
        assert frames[0].key_frame
        assert len(frames) in {50, 25}


async def test_ffmpeg_plays_both_from_the_first_frame_to_the_last(
    source: Path, scratch: Path, tools: MediaTools
) -> None:
    await packaged(source, scratch, tools)
    for name, extra in (("pack.m3u8", ("-allowed_extensions", "ALL", "-extension_picky", "0")), ("pack.mpd", ())):
        counts = ffmpeg(tools, *extra, "-i", scratch / name, "-map", "0:v:0", "-f", "framemd5", "-")
        assert sum(1 for line in counts.splitlines() if not line.startswith("#")) == 125, name


async def test_the_same_again_and_another_stamp_changes_no_content(
    source: Path, scratch: Path, tools: MediaTools
) -> None:
    _, files = await packaged(source, scratch, tools)
    _, again = await packaged(source, scratch, tools)
    assert [one.file for one in again] == [one.file for one in files]
    assert hashlib.sha256(files[-1].path.read_bytes()).hexdigest() == files[-1].file.sha256
    assert len({one.file.content_sha256 for one in files}) == len(files) - 1, "both kinds say the same of all tracks"


async def test_outputs_of_sound_take_the_place_of_the_renditions_sound(
    source: Path, scratch: Path, tools: MediaTools
) -> None:
    outputs = (RUNGS[1], "output_id: 'sound' audio { tracks: AUDIO_TRACKS_ALL }")
    _, files = await packaged(source, scratch, tools, outputs)
    assert names(files)[:3] == ["pack.90p.video.mp4", "pack.sound.audio.1.mp4", "pack.sound.audio.2.mp4"]
    master = (scratch / "pack.m3u8").read_text()
    assert re.findall(r'LANGUAGE="(\w+)",DEFAULT=(\w+)', master) == [("eng", "YES"), ("deu", "NO")]
    assert re.findall(r'lang="(\w+)"', (scratch / "pack.mpd").read_text()) == ["eng", "deu"]
    assert re.search(r'CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2",RESOLUTION=160x90,FRAME-RATE=25\.000', master)


@pytest.mark.parametrize("spec", ["hls: true", "dash: true", "segment_seconds: 30"])
async def test_one_rendition_without_sound_and_segments_longer_than_it(
    made: Make, scratch: Path, tools: MediaTools, spec: str
) -> None:
    source = made("one second.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1", *H264)
    _, files = await packaged(source, scratch, tools, RUNGS[1:], spec)
    assert (
        names(files)
        == {
            "hls: true": ["pack.90p.video.mp4", "pack.90p.video.m3u8", "pack.m3u8"],
            "dash: true": ["pack.90p.video.mp4", "pack.mpd"],
            "segment_seconds: 30": ["pack.90p.video.mp4", "pack.90p.video.m3u8", "pack.m3u8", "pack.mpd"],
        }[spec]
    )
    assert len(read_index(files[0].path).segments) == 1


async def test_sound_alone_is_a_package_too(made: Make, scratch: Path, tools: MediaTools) -> None:
    source = made("sound.wav", *SOUND)
    _, files = await packaged(source, scratch, tools, ("output_id: 'sound' audio {}",))
    assert names(files) == ["pack.sound.audio.1.mp4", "pack.sound.audio.1.m3u8", "pack.m3u8", "pack.mpd"]
    assert 'CODECS="mp4a.40.2"\npack.sound.audio.1.m3u8' in (scratch / "pack.m3u8").read_text()


async def test_other_codecs_are_named_as_players_know_them(source: Path, scratch: Path, tools: MediaTools) -> None:
    outputs = tuple(
        f"output_id: '{name.lower()}' rendition {{ height_pixels: 90 gop_seconds: 1 speed: 'ultrafast' "
        f"video_codec: VIDEO_CODEC_{name} }}"
        for name in ("HEVC", "AV1")
    )
    await packaged(source, scratch, tools, outputs)
    master = (scratch / "pack.m3u8").read_text()
    assert re.search(r'CODECS="hvc1\.1\.6\.L\d+(\.[0-9a-f]+)*,', master)
    assert re.search(r'CODECS="av01\.0\.0\dM\.08,', master)
    assert (scratch / "pack.mpd").read_text().count('contentType="video"') == 2, "a set for each codec"


async def test_a_package_of_nothing_is_the_users_fault(source: Path, scratch: Path, tools: MediaTools) -> None:
    with pytest.raises(MediaFailure) as failed:
        await packaged(source, scratch, tools, RUNGS[1:], "output_ids: 'absent'")
    assert failed.value.reason == Reason.NOTHING_TO_PACKAGE


INDEX = TrackIndex(400, 100, 50, (Segment(150, 100, 2.0, 50), Segment(250, 150, 2.0, 50)))
STREAM = {
    "codec": "h264", "packets": 100, "sha256": "a", "start_seconds": 0.0, "duration_seconds": 4.0, "keyframes": [0, 50],
}  # fmt: skip
PLAYLIST = """#EXTM3U
#EXT-X-MAP:URI="a.mp4",BYTERANGE="100@0"
#EXTINF:2.0,
#EXT-X-BYTERANGE:100@150
a.mp4
#EXTINF:2.0,
#EXT-X-BYTERANGE:150@250
a.mp4
#EXT-X-ENDLIST
"""


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, False),
        ({"packets": 99}, True),
        ({"sha256": "b"}, True),
        ({"start_seconds": 0.02}, True),
        ({"keyframes": [0, 49]}, True),
    ],
)
def test_a_track_that_is_not_its_rendition_is_named(change: dict[str, object], wrong: bool) -> None:
    assert bool(judge.judge_track(STREAM | change, STREAM, INDEX)) == wrong


@pytest.mark.parametrize(
    ("old", "new"),
    [("150@250", "151@250"), ("100@150", "100@50"), ("a.mp4\n#EXT-X-END", "b.mp4\n#EXT-X-END"), ("2.0,", "1.0,")],
)
def test_a_playlist_that_names_what_is_not_there_is_not_whole(old: str, new: str) -> None:
    assert judge.judge_media_playlist(PLAYLIST, {"a.mp4": 400}, 4.0) == []
    assert judge.judge_media_playlist(PLAYLIST.replace(old, new), {"a.mp4": 400}, 4.0) != []


def test_names_of_codecs_follow_their_configuration() -> None:
    assert codec_string("h264", bytes.fromhex("0164001fffe1")) == "avc1.64001f"
    # Main 10 of level 4.1, as in ISO/IEC 14496-15's example of a name.
    hevc = bytes.fromhex("0122200000009000000000007b")
    assert codec_string("hevc", hevc) == "hvc1.2.4.H123.90"
    assert codec_string("av1", bytes.fromhex("81084c00")) == "av01.0.08M.10"
