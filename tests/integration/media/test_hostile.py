"""Bad and hostile sources: the right reason, the right fault, nothing read beside them, no part left."""

import asyncio
import os
import random
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.faults import MediaFailure, Reason
from edgecode.workers.media.probe import probe
from edgecode.workers.media.tools import MediaTools
from edgecode.workers.media.transcode import transcode
from tests.hostile import scripts
from tests.integration.media.sources import AAC, H264, PICTURES, SOUND, run_ladder, rung, tags_for

Make = Callable[..., Path]
Limited = Callable[..., MediaTools]
FASTSTART = ("-movflags", "+faststart")


def parts(scratch: Path) -> list[Path]:
    return list(scratch.glob("*.mp4"))


async def refusal(source: Path, scratch: Path, tools: MediaTools) -> media_pb2.Failure:
    with pytest.raises(MediaFailure) as caught:
        await run_ladder(source, scratch, tools, [rung(360)])
    assert parts(scratch) == []
    return caught.value.failure


BYTES: list[tuple[str, bytes, Reason]] = [
    ("empty", b"", Reason.EMPTY_SOURCE),
    ("text", b"This is a letter, not a film.\n" * 100, Reason.NOT_MEDIA),
    ("zeros", bytes(100_000), Reason.NOT_MEDIA),
    ("one byte", b"\0", Reason.NOT_MEDIA),
    ("program", b"\x7fELF" + bytes(5000), Reason.NOT_MEDIA),
    ("index lost", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2\0\0\x10\0mdat" + bytes(500), Reason.TRUNCATED_INPUT),
]


@pytest.mark.parametrize(("name", "content", "reason"), BYTES, ids=[row[0] for row in BYTES])
async def test_what_is_no_video_is_the_users_and_says_so(
    tools: MediaTools, scratch: Path, name: str, content: bytes, reason: Reason
) -> None:
    source = scratch / "source"
    source.write_bytes(content)
    failure = await refusal(source, scratch, tools)
    assert (failure.reason, failure.fault) == (reason, media_pb2.FAULT_USER), failure


@pytest.mark.parametrize("seed", range(6))
async def test_random_bytes_are_the_users_and_no_media(tools: MediaTools, scratch: Path, seed: int) -> None:
    source = scratch / "source"
    source.write_bytes(random.Random(seed).randbytes(200_000))
    failure = await refusal(source, scratch, tools)
    assert (failure.reason, failure.fault) == (Reason.NOT_MEDIA, media_pb2.FAULT_USER), failure


@pytest.mark.parametrize("seed", range(8))
async def test_a_file_with_flipped_bytes_gives_a_whole_result_or_a_user_fault(
    tools: MediaTools, made: Make, scratch: Path, seed: int
) -> None:
    content = bytearray(made("sound.mp4", *PICTURES, *SOUND, *H264, *AAC, *FASTSTART).read_bytes())
    dice = random.Random(seed)
    for _ in range(20):
        content[dice.randrange(100, len(content))] ^= 1 << dice.randrange(8)
    source = scratch / "source"
    source.write_bytes(content)
    [outcome] = await asyncio.gather(run_ladder(source, scratch, tools, [rung(360)]), return_exceptions=True)
    if isinstance(outcome, MediaFailure):
        assert outcome.failure.fault == media_pb2.FAULT_USER, outcome.failure
        assert parts(scratch) == []
    else:
        assert not isinstance(outcome, BaseException)
        assert outcome[1][0].file.frames == 90


TRUNCATED = [
    ("faststart.mp4", FASTSTART),
    ("index last.mp4", ()),
    ("fragments.mp4", ("-movflags", "frag_keyframe+empty_moov")),
    ("part.mkv", ()),
]


@pytest.mark.parametrize(("name", "flags"), TRUNCATED, ids=[row[0] for row in TRUNCATED])
async def test_half_a_file_is_the_users_and_publishes_no_part(
    tools: MediaTools, made: Make, scratch: Path, name: str, flags: tuple[str, ...]
) -> None:
    whole = made(name, *PICTURES, *SOUND, *H264, *AAC, *flags).read_bytes()
    source = scratch / "source"
    source.write_bytes(whole[: len(whole) // 2])
    failure = await refusal(source, scratch, tools)
    assert (failure.reason, failure.fault) == (Reason.TRUNCATED_INPUT, media_pb2.FAULT_USER), failure


async def test_half_a_file_that_got_past_the_probe_is_refused_by_the_encoder(
    tools: MediaTools, made: Make, scratch: Path
) -> None:
    whole = made("faststart.mp4", *PICTURES, *SOUND, *H264, *AAC, *FASTSTART)
    info = await probe(whole, scratch, tools)
    source = scratch / "source"
    source.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(MediaFailure) as caught:
        await transcode(source, info, [rung(360)], scratch, tags_for(tools, source), tools, lambda *_: None)
    assert caught.value.failure.fault == media_pb2.FAULT_USER
    assert caught.value.reason in (Reason.TRUNCATED_INPUT, Reason.CORRUPT_INPUT)
    assert parts(scratch) == []


async def test_sound_alone_and_cover_art_are_no_video(tools: MediaTools, made: Make, scratch: Path) -> None:
    sound = made("sound.m4a", *SOUND, *AAC)
    for source in (
        sound,
        made("sound.mp3", *SOUND),
        made(
            "cover.m4a",
            "-i",
            sound,
            *PICTURES,
            "-map",
            "0",
            "-map",
            "1",
            "-frames:v",
            "1",
            "-c:a",
            "copy",
            "-c:v",
            "mjpeg",
            "-disposition:v",
            "attached_pic",
        ),
    ):
        failure = await refusal(source, scratch, tools)
        assert (failure.reason, failure.fault) == (Reason.NO_VIDEO_STREAM, media_pb2.FAULT_USER)


async def test_an_image_is_no_video(tools: MediaTools, made: Make, scratch: Path) -> None:
    failure = await refusal(made("still.png", *PICTURES, "-frames:v", "1"), scratch, tools)
    assert (failure.reason, failure.fault) == (Reason.UNSUPPORTED_CONTAINER, media_pb2.FAULT_USER)


async def test_a_decoder_with_a_known_hole_is_never_run(tools: MediaTools, made: Make, scratch: Path) -> None:
    source = made("magic.avi", *PICTURES, "-c:v", "magicyuv")
    failure = await refusal(source, scratch, tools)
    assert (failure.reason, failure.fault) == (Reason.UNSUPPORTED_CODEC, media_pb2.FAULT_USER)
    # And ffmpeg itself refuses, had the probe let it through.
    info = media_pb2.MediaInfo(
        duration_seconds=3, video=media_pb2.VideoStream(frames=90, display_width_pixels=320, display_height_pixels=240)
    )
    with pytest.raises(MediaFailure) as caught:
        await transcode(source, info, [rung(240)], scratch, tags_for(tools, source), tools, lambda *_: None)
    assert caught.value.reason == Reason.UNSUPPORTED_CODEC


async def test_an_8k_bomb_is_refused_by_the_probe_and_by_ffmpeg(tools: MediaTools, made: Make, scratch: Path) -> None:
    source = made("bomb.mp4", "-f", "lavfi", "-i", "color=s=7680x4320:r=5", "-t", "1", *H264)
    failure = await refusal(source, scratch, tools)
    assert (failure.reason, failure.fault) == (Reason.PIXELS_EXCEEDED, media_pb2.FAULT_USER)
    info = media_pb2.MediaInfo(
        duration_seconds=1, video=media_pb2.VideoStream(frames=5, display_width_pixels=320, display_height_pixels=240)
    )
    with pytest.raises(MediaFailure) as caught:
        await transcode(source, info, [rung(240)], scratch, tags_for(tools, source), tools, lambda *_: None)
    assert (caught.value.reason, caught.value.failure.fault) == (Reason.PIXELS_EXCEEDED, media_pb2.FAULT_USER)


async def test_pixels_as_displayed_count_too(tools: MediaTools, made: Make, scratch: Path) -> None:
    source = made("stretched.mp4", *PICTURES, *H264, "-vf", "setsar=100")
    assert (await refusal(source, scratch, tools)).reason == Reason.PIXELS_EXCEEDED


@pytest.mark.parametrize(
    ("limit", "reason"), [({"max_frames": 89}, Reason.FRAMES_EXCEEDED), ({"max_streams": 1}, Reason.STREAMS_EXCEEDED)]
)
async def test_frames_and_streams_beyond_the_limit_are_the_users(
    limited: Limited, made: Make, scratch: Path, limit: dict[str, int], reason: Reason
) -> None:
    source = made("faststart.mp4", *PICTURES, *SOUND, *H264, *AAC, *FASTSTART)
    failure = await refusal(source, scratch, limited(**limit))
    assert (failure.reason, failure.fault) == (reason, media_pb2.FAULT_USER)


class Trap:
    """A port and a FIFO that playlists name: whoever connects or opens is noticed."""

    def __init__(self, folder: Path) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0)
        self.port: int = self.listener.getsockname()[1]
        self.fifo = folder / "outside.ts"
        os.mkfifo(self.fifo)
        self.opened = threading.Event()
        self._thread = threading.Thread(target=self._wait_for_reader)
        self._thread.start()

    def _wait_for_reader(self) -> None:
        # Opening a FIFO for writing returns when somebody opens it for reading.
        self.fifo.open("wb").close()
        self.opened.set()

    def untouched(self) -> bool:
        try:
            self.listener.accept()
        except BlockingIOError:
            return not self.opened.is_set()
        return False

    def close(self) -> None:
        reader = os.open(self.fifo, os.O_RDONLY | os.O_NONBLOCK)
        self._thread.join()
        os.close(reader)
        self.listener.close()


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Trap]:
    trap = Trap(tmp_path)
    yield trap
    trap.close()


@pytest.mark.parametrize("kind", scripts.KINDS)
async def test_a_playlist_named_mp4_is_refused_and_nothing_it_names_is_opened(
    tools: MediaTools, scratch: Path, trap: Trap, kind: str
) -> None:
    source = scratch / "source.mp4"
    # ffmpeg refuses on its own, had the probe let it through.
    info = media_pb2.MediaInfo(
        duration_seconds=3, video=media_pb2.VideoStream(frames=90, display_width_pixels=320, display_height_pixels=240)
    )
    for target in ("file", "http", "data", "concat"):
        source.write_bytes(scripts.script(kind, target, path=trap.fifo, port=trap.port))
        with pytest.raises(MediaFailure) as caught:
            await transcode(source, info, [rung(240)], scratch, tags_for(tools, source), tools, lambda *_: None)
        assert caught.value.failure.fault == media_pb2.FAULT_USER
    source.write_bytes(scripts.script(kind, *scripts.TARGETS, path=trap.fifo, port=trap.port))
    with pytest.raises(MediaFailure) as caught:
        await probe(source, scratch, tools)
    assert (caught.value.reason, caught.value.failure.fault) == (Reason.UNSUPPORTED_CONTAINER, media_pb2.FAULT_USER)
    assert trap.untouched()


async def test_the_trap_notices_who_opens_what_it_lays(trap: Trap) -> None:
    reader = os.open(trap.fifo, os.O_RDONLY | os.O_NONBLOCK)
    assert trap.opened.wait(5)
    os.close(reader)
    assert not trap.untouched()
