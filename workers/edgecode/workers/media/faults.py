"""Why work on media fails, and whose fault it is.

A fault is the user's only when a documented limit or allowlist is exceeded, or when a bare decode of the same source
fails too (`diagnose.py`). All else is ours, or transient where trying again helps.
"""

import enum

from edgecode.v1 import media_pb2

# As much of a tool's own words as an event may carry.
DETAIL_CHARACTERS = 2000


class Reason(enum.StrEnum):
    """Every reason of a media failure."""

    EMPTY_SOURCE = "EMPTY_SOURCE"
    """The source has no bytes. The user's."""
    NOT_MEDIA = "NOT_MEDIA"
    """No container format is recognised in the source. The user's."""
    UNSUPPORTED_CONTAINER = "UNSUPPORTED_CONTAINER"
    """A container outside the allowlist: playlists, concat scripts, image sequences, network streams. The user's."""
    UNSUPPORTED_CODEC = "UNSUPPORTED_CODEC"
    """The video, or all of the audio, needs a decoder outside the allowlist. The user's."""
    UNSUPPORTED_COLORS = "UNSUPPORTED_COLORS"
    """Colours coded in a way that is not read: ICtCp, YCgCo, Dolby Vision without a common base layer. The user's."""
    NO_VIDEO_STREAM = "NO_VIDEO_STREAM"
    """The source has no moving pictures: audio only, cover art only, or no packet at all. The user's."""
    TRUNCATED_INPUT = "TRUNCATED_INPUT"
    """The source ends before its own index says. The user's, a bare decode fails too."""
    CORRUPT_INPUT = "CORRUPT_INPUT"
    """No decoder reads the source to its end. The user's, a bare decode fails too."""
    PIXELS_EXCEEDED = "PIXELS_EXCEEDED"
    """A picture larger than `max_pixels` or a side longer than `max_side_pixels`. The user's."""
    DURATION_EXCEEDED = "DURATION_EXCEEDED"
    """Longer than `max_duration_seconds`. The user's."""
    FRAMES_EXCEEDED = "FRAMES_EXCEEDED"
    """More frames than `max_frames`, or more in their time than `max_frame_rate`, or as much sound. The user's."""
    TIMESTAMPS_DISORDERED = "TIMESTAMPS_DISORDERED"
    """Times go back, or jump as no one clock does: pictures have no one order. The user's."""
    STREAMS_EXCEEDED = "STREAMS_EXCEEDED"
    """More streams than `max_streams`. The user's."""
    TRIM_OUTSIDE_SOURCE = "TRIM_OUTSIDE_SOURCE"
    """A trim begins where the source has ended. The user's."""
    NO_AUDIO_STREAM = "NO_AUDIO_STREAM"
    """An output of sound alone is asked of a source without sound. The user's."""
    NOTHING_TO_PACKAGE = "NOTHING_TO_PACKAGE"
    """None of the job's outputs goes into a package. The user's."""
    WATERMARK_UNREADABLE = "WATERMARK_UNREADABLE"
    """The watermark is no PNG or JPEG within the limits. The user's."""
    OUTPUT_SIZE_EXCEEDED = "OUTPUT_SIZE_EXCEEDED"
    """An output would grow beyond `max_output_bytes`. The user's."""
    PROBE_FAILED = "PROBE_FAILED"
    """The probe cannot read what a bare decode reads. Ours."""
    ENCODER_FAILED = "ENCODER_FAILED"
    """ffmpeg failed on a source that a bare decode reads. Ours."""
    VERIFICATION_FAILED = "VERIFICATION_FAILED"
    """A file was made, and is not what was asked for. Ours; never published."""
    STALLED = "STALLED"
    """ffmpeg's clock stood still for `stall_seconds`. Ours, unless a bare decode stalls too."""
    TIMEOUT = "TIMEOUT"
    """Wall or CPU time ran out. Ours, unless a bare decode uses up its CPU time or fails too."""
    MEMORY_EXCEEDED = "MEMORY_EXCEEDED"
    """A tool asked for more than `memory_bytes`. Ours, unless a bare decode fails too."""
    QUALITY_TOO_LOW = "QUALITY_TOO_LOW"
    """An output is less like its source than `min_quality`. The user's: the same bytes would come again."""
    METRIC_MISSING = "METRIC_MISSING"
    """This worker's ffmpeg does not have the metric that an output is to be measured by. Ours; another may have it."""
    NO_SPACE = "NO_SPACE"
    """The scratch disk is full. Transient."""
    CANCELLED = "CANCELLED"
    """Stopped on purpose; recorded by the host, never raised here (cancelling raises `asyncio.CancelledError`)."""
    ENCODER_MISSING = "ENCODER_MISSING"
    """This worker's ffmpeg has no encoder for a codec asked for. Ours; another build may have it."""
    TOOLCHAIN_MISSING = "TOOLCHAIN_MISSING"
    """ffmpeg is absent or does not start. Ours."""


# What each means when a tool's exit is all we have.
SENTENCES = {
    Reason.PIXELS_EXCEEDED: "the source has pictures larger than the limit",
    Reason.UNSUPPORTED_CONTAINER: "the source's container is not on the allowlist",
    Reason.UNSUPPORTED_CODEC: "the source needs a decoder that is not on the allowlist",
    Reason.OUTPUT_SIZE_EXCEEDED: "an output would be larger than the limit",
    Reason.TRUNCATED_INPUT: "the source ends before its own index says",
    Reason.CORRUPT_INPUT: "the source cannot be decoded to its end",
    Reason.TIMESTAMPS_DISORDERED: "the times of the source's pictures go back: they have no one order",
    Reason.STALLED: "ffmpeg's clock stood still",
    Reason.TIMEOUT: "ffmpeg used up its wall or CPU time",
    Reason.MEMORY_EXCEEDED: "ffmpeg asked for more memory than the limit",
    Reason.ENCODER_FAILED: "ffmpeg failed on a source that it can decode",
}


class MediaFailure(Exception):
    """Work on media failed; `failure` goes into the log as it is.

    Attributes:
        failure: reason, message, fault and the last words of the tool.
    """

    def __init__(self, failure: media_pb2.Failure) -> None:
        super().__init__(f"{failure.reason}: {failure.message}")
        self.failure = failure

    @property
    def reason(self) -> Reason:
        """The reason as a member of the documented list."""
        return Reason(self.failure.reason)


def users(reason: Reason, message: str, detail: str = "") -> MediaFailure:
    """A failure that no retry helps: the source or the request is at fault."""
    return _failure(reason, message, media_pb2.FAULT_USER, detail)


def ours(reason: Reason, message: str, detail: str = "") -> MediaFailure:
    """A failure that counts against the build and the attempt budget."""
    return _failure(reason, message, media_pb2.FAULT_OURS, detail)


def transient(reason: Reason, message: str, detail: str = "") -> MediaFailure:
    """A failure of what is around us: tried again with backoff."""
    return _failure(reason, message, media_pb2.FAULT_TRANSIENT, detail)


def _failure(reason: Reason, message: str, fault: media_pb2.Fault, detail: str) -> MediaFailure:
    return MediaFailure(
        media_pb2.Failure(reason=reason.value, message=message, fault=fault, detail=detail[-DETAIL_CHARACTERS:])
    )
