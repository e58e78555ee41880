"""How much memory the encoders of one job may take together: they are one process, whose memory a worker bounds."""

from collections.abc import Iterable

from edgecode.v1 import media_pb2

# Of the 4,295 MB that a worker gives one child: the decoder of a 4K source takes up to 300, frames under way the rest.
MOST_MEGABYTES = 3_700
# No rendition is larger than its source, and no source than this: `max_pixels` of docs/presets.md.
LARGEST_PIXELS = 4096 * 2304
# Measured with x264, of 64x36 to 3840x2160 pixels, with 2 and 16 threads. What grows with the picture is mostly the
# frames that the encoder looks ahead to: how many is up to the speed. Small pictures cost more than their pixels.
_EACH = 33
_EACH_THREAD = 17
_COUNTED_TWICE_MEGAPIXELS = 0.5
_EACH_MEGAPIXEL_AND_THREAD_OVER_2 = 14
EACH_MEGAPIXEL = {
    "ultrafast": 105,
    "superfast": 105,
    "veryfast": 105,
    "faster": 130,
    "fast": 165,
    "medium": 205,
    "slow": 300,
    "slower": 410,
    "veryslow": 410,
}


def encoder_megabytes(renditions: Iterable[media_pb2.RenditionSpec]) -> int:
    """Memory that the encoders of all of these take, in MB, within a tenth; pictures without a width count as 16:9."""
    return round(sum(map(_megabytes, renditions)))


def _megabytes(spec: media_pb2.RenditionSpec) -> float:
    threads = spec.threads or 2
    width = spec.width_pixels or spec.height_pixels * 16 / 9
    megapixels = min(width * spec.height_pixels, LARGEST_PIXELS) / 1e6
    each_megapixel = EACH_MEGAPIXEL[spec.speed or "veryfast"]
    return (
        _EACH
        + _EACH_THREAD * threads
        + each_megapixel * (megapixels + min(megapixels, _COUNTED_TWICE_MEGAPIXELS))
        + _EACH_MEGAPIXEL_AND_THREAD_OVER_2 * max(threads - 2, 0) * megapixels
    )
