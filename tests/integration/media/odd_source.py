"""One odd source: how it is made, and what must come out of it."""

from dataclasses import dataclass

FRAMES = 50
SECONDS = 2.0
# Names of steps before the last stand in braces.
Arguments = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Odd:
    """One odd source.

    Attributes:
        name: of the file; the suffix is the container.
        what: for people: the source.
        becomes: for people: what comes out.
        make: arguments of ffmpeg, one step after another; `{pattern}` is the pattern, `{0}` what the first step made.
        seen: a filter that makes of the pattern what a viewer of the source sees.
        size: of the one rendition, asked for with 180 lines, or as the source has.
        frames: pictures that come out.
        seconds: how long the video is.
        channels: of the audio, 0 for none.
        offset: of the beep after the flash, seconds.
        likeness: least mean SSIM against what a viewer sees.
        variable: whether the distances of packets vary.
        thumbnail: whether a thumbnail is tried too.
    """

    name: str
    what: str
    becomes: str
    make: tuple[Arguments, ...]
    seen: str = "null"
    size: tuple[int, int] = (320, 180)
    frames: int = FRAMES
    seconds: float = SECONDS
    channels: int = 1
    offset: float = 0.0
    likeness: float = 0.96
    variable: bool = False
    thumbnail: bool = False


SAID = ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709")
TV709 = "scale=out_color_matrix=bt709:out_range=tv"


def picture(chain: str = "", pixels: str = "yuv420p") -> Arguments:
    """The pattern through a chain of filters into pixels of BT.709, marked so."""
    steps = [chain] if chain else []
    return ("-vf", ",".join([*steps, TV709, f"format={pixels}"]), *SAID)


P = ("-i", "{pattern}")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-g", "50")
X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-crf", "10", "-x265-params", "log-level=error")
AAC = ("-c:a", "aac")
SILENT = ("-an",)
PLAIN = (*P, *picture(), *X264, *AAC)
# In two passes, so that the encoder makes pictures which others are only predicted from.
VP8 = (
    "-c:v", "libvpx", "-b:v", "1M", "-auto-alt-ref", "1", "-lag-in-frames", "25", "-cpu-used", "5",
)  # fmt: skip
# Linear light of a display whose white has 203 nits, then the HDR signal of it.
HDR = (
    f"{TV709},format=yuv444p,setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv,"
    "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020:t={transfer}:m=bt2020nc:r=tv:npl=203,format=yuv420p10le"
)
# Of two pictures one of two fields; moved, since what stands still has no combs.
MOVED = "scroll=h=0.0125"
INTERLACED = (
    f"{MOVED},settb=1/50,setpts=N,fps=50,tinterlace=interleave_{{}},{TV709}:interl=1,format=yuv420p,setfield={{}}"
)


def hdr(transfer: str, *coded: str) -> Arguments:
    said = ("-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc")
    return (*P, "-vf", HDR.format(transfer=transfer), *(coded or (*X265, *AAC)), *said)


def turned(by: str, degrees: str, *, thumbnail: bool = False) -> Odd:
    return Odd(
        name=f"turned {degrees}.mp4",
        what=f"phone video to be turned by {degrees}° counterclockwise",
        becomes="turned, and no longer marked to be",
        make=((*P, *picture(by), *X264, *AAC), ("-display_rotation:v:0", degrees, "-i", "{0}", "-c", "copy")),
        thumbnail=thumbnail,
    )
