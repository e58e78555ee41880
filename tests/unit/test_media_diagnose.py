"""What a run's end and words say before any source is decoded again; the rest needs real sources."""

import signal

import pytest

from edgecode.v1 import media_pb2
from edgecode.workers.media.child import Exit
from edgecode.workers.media.diagnose import ends_early, limit_of, own_failure
from edgecode.workers.media.faults import DETAIL_CHARACTERS, SENTENCES, Reason, ours, transient, users
from edgecode.workers.media.ffmpeg_run import Ending, Run
from edgecode.workers.media.limits import Limits


def run(words: str = "", code: int = 183, ending: Ending = Ending.EXITED) -> Run:
    return Run(ending, Exit(code, words, 1.0, 0, 1.0), 0)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("[IMGUTILS] Picture size 7680x4320 exceeds specified max pixel count 9437184", Reason.PIXELS_EXCEEDED),
        ("[concat] Format not on whitelist 'mov,mp4'", Reason.UNSUPPORTED_CONTAINER),
        (
            (
                "[magicyuv @ 0x55] Codec (magicyuv) not on whitelist 'h264'\n"
                "[vist#0:0/magicyuv @ 0x56] [dec:magicyuv @ 0x57] Error while opening decoder: Invalid argument"
            ),
            Reason.UNSUPPORTED_CODEC,
        ),
        ("[srt @ 0x55] Codec (srt) not on whitelist 'h264'\nConversion failed!", None),
        ("[IMGUTILS @ 0x55] Picture size 16384x16384 is invalid", Reason.PIXELS_EXCEEDED),
        ("[IMGUTILS @ 0x55] Picture size 0x0 is invalid", None),
        ("av_interleaved_write_frame(): File too large", Reason.OUTPUT_SIZE_EXCEEDED),
        ("Conversion failed!", None),
    ],
)
def test_ffmpegs_words_name_the_limit(words: str, reason: Reason | None) -> None:
    assert limit_of(run(words)) == reason


def test_the_signal_for_files_too_large_is_that_limit() -> None:
    assert limit_of(run(code=-signal.SIGXFSZ)) == Reason.OUTPUT_SIZE_EXCEEDED


@pytest.mark.parametrize(
    ("words", "early"),
    [
        ("[mov] stream 0, offset 0xf288: partial file", True),
        ("[in#0/matroska,webm] File ended prematurely", True),
        ("moov atom not found", True),
        ("Invalid data found when processing input", False),
    ],
)
def test_an_early_end_is_heard_even_where_ffmpeg_exits_with_zero(words: str, early: bool) -> None:
    assert ends_early(run(words, code=0)) is early


@pytest.mark.parametrize(
    ("end", "reason", "words"),
    [
        (Run(Ending.STALLED, None, 3), Reason.STALLED, "60 s"),
        (Run(Ending.OUT_OF_TIME, None, 3), Reason.TIMEOUT, "wall or CPU"),
        (run("Cannot allocate memory"), Reason.MEMORY_EXCEEDED, "memory"),
        (run("x264 [error]: malloc of size 16386 failed"), Reason.MEMORY_EXCEEDED, "memory"),
        (run("Conversion failed!"), Reason.ENCODER_FAILED, "exit status 183"),
        (run(code=-signal.SIGSEGV), Reason.ENCODER_FAILED, "signal SIGSEGV"),
    ],
)
def test_what_no_source_is_to_blame_for_is_ours_with_its_end(end: Run, reason: Reason, words: str) -> None:
    failed = own_failure(end, Limits())
    assert (failed.reason, failed.failure.fault) == (reason, media_pb2.FAULT_OURS)
    assert words in failed.failure.message


def test_only_the_last_words_go_into_the_log() -> None:
    failed = ours(Reason.ENCODER_FAILED, "failed", "x" * 10_000 + "the end")
    assert len(failed.failure.detail) == DETAIL_CHARACTERS
    assert failed.failure.detail.endswith("the end")


def test_the_three_faults_are_what_their_names_say() -> None:
    assert users(Reason.NOT_MEDIA, "").failure.fault == media_pb2.FAULT_USER
    assert ours(Reason.STALLED, "").failure.fault == media_pb2.FAULT_OURS
    assert transient(Reason.NO_SPACE, "").failure.fault == media_pb2.FAULT_TRANSIENT


def test_every_reason_is_spelled_as_the_documented_list_wants() -> None:
    assert all(reason.name == reason.value == reason.value.upper() for reason in Reason)
    assert set(SENTENCES) <= set(Reason)


def test_limits_grow_with_the_source() -> None:
    limits = Limits()
    assert (limits.cpu_seconds(0), limits.cpu_seconds(60)) == (300, 12_300)
    assert limits.wall_seconds(60) == 300 + 100 * 60
