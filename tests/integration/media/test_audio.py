"""Outputs of sound alone, of sources with pictures and without."""

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import pytest
from google.protobuf import text_format

from edgecode.v1 import bus_pb2, media_pb2
from edgecode.workers.media.audio import audio
from edgecode.workers.media.faults import MediaFailure, Reason
from edgecode.workers.media.inspect_file import read_tags
from edgecode.workers.media.probe import probe
from edgecode.workers.media.rendered import Rendered
from edgecode.workers.media.tools import MediaTools
from tests.integration.media.sources import AAC, CLIP, H264, PICTURES, tags_for

Make = Callable[..., Path]
SINE = ("-f", "lavfi", "-i", "sine=d=2:r=44100:f=440")


async def listen(
    source: Path, scratch: Path, tools: MediaTools, text: str = "", progress: list[float] | None = None
) -> Rendered:
    info = await probe(source, scratch, tools, sound_suffices=True)
    output = text_format.Parse(f"output_id: 'sound' audio {{ {text} }}", media_pb2.OutputSpec())

    def on_progress(outputs: Sequence[bus_pb2.OutputProgress], *_: object) -> None:
        if progress is not None:
            progress.extend(one.fraction for one in outputs)

    return await audio(source, info, output, scratch, tags_for(tools, source), tools, on_progress)


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "a.m4a", "a.ogg", "a.mka"])
async def test_a_source_of_sound_alone_becomes_a_file_of_sound(
    made: Make, scratch: Path, tools: MediaTools, name: str
) -> None:
    source = made(name, *SINE, *(("-c:a", "libopus") if name == "a.ogg" else ()))
    progress: list[float] = []
    one = await listen(source, scratch, tools, progress=progress)
    file = one.file
    assert (file.file_name, file.content_type, file.audio_codec) == ("sound.m4a", "audio/mp4", "aac")
    assert file.kind == media_pb2.ARTIFACT_KIND_AUDIO
    assert file.duration_seconds == pytest.approx(2.0, abs=0.06)
    assert progress[-1] == pytest.approx(1.0, abs=0.05)
    with av.open(str(one.path)) as container:
        assert [stream.type for stream in container.streams] == ["audio"]
        assert sum(frame.samples for frame in container.decode(audio=0)) > 80_000
    found = await read_tags(one.path, scratch, tools)
    assert found["edgecode-output-id"] == "sound"


async def test_a_source_of_sound_alone_is_refused_where_pictures_are_needed(
    made: Make, scratch: Path, tools: MediaTools
) -> None:
    with pytest.raises(MediaFailure) as failed:
        await probe(made("a.wav", *SINE), scratch, tools)
    assert failed.value.reason == Reason.NO_VIDEO_STREAM


async def test_an_empty_or_silent_source_gives_no_sound(made: Make, scratch: Path, tools: MediaTools) -> None:
    with pytest.raises(MediaFailure) as failed:
        await listen(made("mute.mp4", *PICTURES, *H264), scratch, tools)
    assert failed.value.reason == Reason.NO_AUDIO_STREAM
    assert failed.value.failure.fault == media_pb2.FAULT_USER


async def test_cut_short_sound_is_the_users_fault(made: Make, scratch: Path, tools: MediaTools) -> None:
    whole = made("whole.m4a", *SINE, *AAC, "-movflags", "+faststart").read_bytes()
    cut = scratch.with_name("cut.m4a")
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaFailure) as failed:
        await listen(cut, scratch, tools)
    assert failed.value.failure.fault == media_pb2.FAULT_USER


async def test_the_clip_in_opus_at_its_loudness_twice_the_same(scratch: Path, tools: MediaTools) -> None:
    text = "codec: AUDIO_CODEC_OPUS channels: 6 bits_per_second: 256000 loudness { integrated_lufs: -20 }"
    one = await listen(CLIP, scratch, tools, text)
    assert (one.file.file_name, one.file.content_type, one.file.audio_codec) == ("sound.webm", "audio/webm", "opus")
    assert one.file.audio_channels == 6
    assert one.file.integrated_lufs == pytest.approx(-20, abs=1)
    assert one.file.true_peak_dbtp < 0
    again = await listen(CLIP, scratch, tools, text)
    assert again.file == one.file


async def test_the_same_sound_is_normalised_wherever_it_began(made: Make, scratch: Path, tools: MediaTools) -> None:
    for volume in ("-30dB", "-3dB"):
        source = made(f"at{volume}.wav", *SINE, "-af", f"volume={volume}")
        one = await listen(source, scratch, tools, "loudness {}")
        assert one.file.integrated_lufs == pytest.approx(-16, abs=0.5)


async def test_a_part_of_the_sound_of_a_video(made: Make, scratch: Path, tools: MediaTools) -> None:
    source = made("both.mp4", *PICTURES, *SINE, *H264, *AAC)
    one = await listen(source, scratch, tools, "trim { start_seconds: 0.5 end_seconds: 1.25 } channels: 1")
    assert one.file.duration_seconds == pytest.approx(0.75, abs=0.06)
    assert one.file.audio_channels == 1
