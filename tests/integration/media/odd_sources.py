"""Every odd source, how it is made, and what comes out of it. docs/sources.md shows this very table.

Each is made of one pattern: two seconds of natural pictures in RGB, 320x180 at 25 frames a second, with a white flash
and a beep together at one second. What comes out is compared with the pattern itself, and not with the source decoded
by the same hands, so that an error both would make is seen: a turn, a wrong matrix, a picture shown twice.
"""

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


SIZES = [
    Odd("plain.mp4", "H.264 and AAC in MP4", "the same pictures and sound", (PLAIN,)),
    Odd(
        "odd.mkv",
        "an odd width and height, 4:4:4",
        "the next smaller even size, 4:2:0",
        ((*P, *picture("scale=321:181", "yuv444p"), *X264, *AAC),),
        likeness=0.95,
    ),
    turned("transpose=cclock", "-90"),
    turned("transpose=clock", "90", thumbnail=True),
    turned("hflip,vflip", "180"),
    Odd(
        "mirrored.mp4",
        "a front camera's video, to be mirrored",
        "mirrored, and no longer marked to be",
        ((*P, *picture("hflip"), *X264, *AAC), ("-display_hflip:v:0", "-i", "{0}", "-c", "copy")),
    ),
    Odd(
        "upright.mp4",
        "upright pictures, 180x320",
        "upright; the lines asked for are the height",
        ((*P, *picture("transpose=clock"), *X264, *AAC),),
        seen="transpose=clock,scale=102:180",
        size=(102, 180),
        likeness=0.95,
    ),
    Odd(
        "wide pixels.mp4",
        "sample aspect ratio 2:1",
        "square pixels in the shape that is seen",
        ((*P, *picture("scale=160:180,setsar=2"), *X264, *AAC),),
        likeness=0.88,
        thumbnail=True,
    ),
    Odd(
        "two pixels.mp4",
        "2x2 pixels",
        "2x2 pixels",
        ((*P, *picture("scale=2:2,setsar=1"), *X264, *SILENT),),
        seen="scale=2:2",
        size=(2, 2),
        channels=0,
        likeness=0.0,
        thumbnail=True,
    ),
]
COLOURS = [
    Odd(
        "ten bits.mp4",
        "H.264 with 10 bits",
        "8 bits",
        ((*P, *picture(pixels="yuv420p10le"), *X264, *AAC),),
    ),
    Odd(
        "hdr10.mp4",
        "HDR: PQ in BT.2020",
        "tone-mapped to BT.709, 8 bits",
        (hdr("smpte2084"),),
        likeness=0.95,
        thumbnail=True,
    ),
    Odd(
        "hdr.webm",
        "HDR in VP9, whose stream does not say so and whose container does",
        "tone-mapped to BT.709, 8 bits",
        (hdr("smpte2084", "-c:v", "libvpx-vp9", "-crf", "10", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "8",
             "-c:a", "libopus"),),
        likeness=0.95,
    ),
    Odd("hlg.mov", "HDR: HLG in BT.2020", "tone-mapped to BT.709, 8 bits", (hdr("arib-std-b67"),), likeness=0.95),
    Odd(
        "full range.mp4",
        "full range, as many phones and screen recorders write",
        "the range of television",
        (
            (*P, "-vf", "scale=out_color_matrix=bt709:out_range=pc,format=yuv420p", "-color_range", "pc", *SAID,
             *X264, *AAC),
        ),
    ),
    Odd(
        "rgb.mkv",
        "RGB, as screen recorders write",
        "4:2:0 of BT.709",
        ((*P, "-c:v", "libx264rgb", "-preset", "ultrafast", "-crf", "5", *AAC),),
    ),
    Odd(
        "television.mp4",
        "colours of standard television (BT.601)",
        "those of BT.709",
        (
            (*P, "-vf", "scale=out_color_matrix=smpte170m:out_range=tv,format=yuv420p", *X264, *AAC,
             "-color_primaries", "smpte170m", "-color_trc", "smpte170m", "-colorspace", "smpte170m"),
        ),
    ),
]  # fmt: skip
TIMES = [
    Odd(
        "variable.mp4",
        "a variable frame rate",
        "each picture once, at its own time",
        ((*P, *picture("select='not(mod(n,7))+not(mod(n,5))+gt(n,40)'"), "-fps_mode", "vfr", *X264, *AAC),),
        seen="select='not(mod(n,7))+not(mod(n,5))+gt(n,40)'",
        frames=22,
        variable=True,
        thumbnail=True,
    ),
    Odd(
        "sixty.mp4",
        "60 frames a second",
        "60 frames a second",
        ((*P, *picture("settb=1/60,setpts=N,fps=60"), *X264, *SILENT),),
        seconds=FRAMES / 60,
        channels=0,
    ),
    Odd(
        "milliseconds.mkv",
        "30000/1001 frames a second in a container that counts milliseconds",
        "30000/1001 frames a second",
        ((*P, *picture("settb=1001/30000,setpts=N,fps=30000/1001"), *X264, *SILENT),),
        seconds=FRAMES * 1001 / 30000,
        channels=0,
    ),
    Odd(
        "one picture.mp4",
        "a single picture",
        "that picture",
        ((*P, *picture(), "-frames:v", "1", *X264, *SILENT),),
        frames=1,
        seconds=0.04,
        channels=0,
        thumbnail=True,
    ),
    Odd(
        "edited.mp4",
        "an edit list that begins within a group of pictures",
        "what the edit list shows",
        (PLAIN, ("-ss", "0.5", "-i", "{0}", "-c", "copy")),
        seen="select='gte(n,13)'",
        frames=37,
        seconds=1.5,
        thumbnail=True,
    ),
    Odd(
        "open groups.mp4",
        "open groups of pictures",
        "every picture, in closed groups",
        ((*P, *picture(), "-c:v", "libx264", "-crf", "10", "-x264-params", "open-gop=1:keyint=10:bframes=3", *AAC),),
    ),
    Odd(
        "late sound.mp4",
        "sound that is late by 0.3 s",
        "as late",
        ((*P, "-itsoffset", "0.3", *P, "-map", "0:v", "-map", "1:a", *picture(), *X264, *AAC),),
        offset=0.3,
    ),
    Odd(
        "late pictures.mp4",
        "pictures that begin 0.3 s after the sound",
        "as late",
        (("-itsoffset", "0.3", *P, *P, "-map", "0:v", "-map", "1:a", *picture(), *X264, *AAC),),
        offset=-0.3,
    ),
    Odd(
        "before zero.mkv",
        "times that begin before zero",
        "begun at zero, sound and pictures as far apart as they were",
        (PLAIN, ("-itsoffset", "-0.5", "-i", "{0}", "-c", "copy", "-avoid_negative_ts", "disabled")),
    ),
    Odd(
        "late start.ts",
        "MPEG-TS whose times begin at ten seconds",
        "begun at zero",
        ((*PLAIN, "-output_ts_offset", "10"),),
        thumbnail=True,
    ),
]
FIELDS = [
    Odd(
        "interlaced.ts",
        "interlaced H.264, top field first",
        "deinterlaced (bwdif), one picture for each",
        (
            (*P, "-vf", INTERLACED.format("top", "tff"), *X264,
             "-flags", "+ilme+ildct", "-x264-params", "tff=1", *SAID, *SILENT),
        ),
        seen=f"{MOVED},select='not(mod(n,2))'",
        frames=25,
        seconds=1.0,
        channels=0,
        likeness=0.92,
        thumbnail=True,
    ),
    Odd(
        "interlaced.mpg",
        "interlaced MPEG-2, bottom field first, in a programme stream",
        "deinterlaced (bwdif), one picture for each",
        (
            (*P, "-vf", INTERLACED.format("bottom", "bff"), "-c:v",
             "mpeg2video", "-q:v", "2", "-flags", "+ilme+ildct", *SAID, *SILENT),
        ),
        seen=f"{MOVED},select='not(mod(n,2))'",
        frames=25,
        seconds=1.0,
        channels=0,
        likeness=0.92,
    ),
]  # fmt: skip
SOUND = [
    Odd("no sound.mp4", "no audio", "no audio", ((*P, *picture(), *X264, *SILENT),), channels=0),
    Odd(
        "languages.mkv",
        "several audio tracks, the second marked as default",
        "the default track with its language; all of them where the output asks for that",
        (
            ("-f", "lavfi", "-i", "anullsrc=r=48000:d=2", *P, "-map", "1:v", "-map", "0:a", "-map", "1:a", *picture(),
             *X264, *AAC, "-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=fra",
             "-disposition:a:0", "0", "-disposition:a:1", "default"),
        ),
    ),
    Odd(
        "eight channels.mov",
        "eight channels of PCM",
        "stereo, or as many as the output asks for",
        ((*P, *picture(), *X264, "-c:a", "pcm_s16le", "-ac", "8"),),
        channels=2,
    ),
    Odd(
        "subtitles.mp4",
        "subtitles, chapters and a time code beside",
        "left out",
        ((*P, "-i", "{words}", "-map", "0:v", "-map", "0:a", "-map", "1:s", *picture(), *X264, *AAC,
          "-c:s", "mov_text", "-timecode", "01:00:00:00"),),
    ),
]  # fmt: skip
CODECS = [
    Odd("hevc.mp4", "HEVC in MP4", "H.264", ((*P, *picture(), *X265, *AAC),)),
    Odd("hevc ten bits.mkv", "HEVC with 10 bits in MKV", "H.264 with 8", (
        (*P, *picture(pixels="yuv420p10le"), *X265, *AAC),
    )),
    Odd(
        "vp9.webm",
        "VP9 and Opus in WebM",
        "H.264 and AAC",
        ((*P, *picture(), "-c:v", "libvpx-vp9", "-crf", "10", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "8",
          "-c:a", "libopus"),),
    ),
    Odd(
        "hidden.webm",
        "VP8 with pictures that are never shown, and Vorbis",
        "what is shown",
        (
            (*P, *picture(), *VP8, "-pass", "1", "-passlogfile", "{log}", "-an", "-f", "webm"),
            (*P, *picture(), *VP8, "-pass", "2", "-passlogfile", "{log}", "-c:a", "libvorbis"),
        ),
        likeness=0.9,
        variable=True,
        thumbnail=True,
    ),
    Odd(
        "av1.mp4",
        "AV1 in MP4",
        "H.264",
        ((*P, *picture(), "-c:v", "libsvtav1", "-preset", "12", "-crf", "10", "-svtav1-params", "lp=1", *AAC),),
    ),
    Odd(
        "mpeg2.ts",
        "MPEG-2 and MP2 in MPEG-TS",
        "H.264 and AAC",
        ((*P, *picture(), "-c:v", "mpeg2video", "-q:v", "2", "-c:a", "mp2"),),
    ),
    Odd(
        "mpeg4.avi",
        "MPEG-4 with reordered pictures and MP3 in AVI",
        "H.264 and AAC",
        ((*P, *picture(), "-c:v", "mpeg4", "-q:v", "2", "-bf", "2", "-c:a", "mp3"),),
    ),
    Odd(
        "prores.mov",
        "ProRes 4:2:2 with 10 bits and PCM in MOV",
        "H.264 4:2:0 with 8, and AAC",
        ((*P, *picture(pixels="yuv422p10le"), "-c:v", "prores_ks", "-profile:v", "3", "-c:a", "pcm_s24le"),),
    ),
    Odd(
        "mjpeg.avi",
        "MJPEG (full range, BT.601) and PCM in AVI",
        "H.264 of BT.709, and AAC",
        ((*P, "-vf", "scale=out_color_matrix=smpte170m:out_range=pc,format=yuvj420p", "-c:v", "mjpeg", "-q:v", "2",
          "-c:a", "pcm_s16le"),),
    ),
    Odd("flash.flv", "H.264 in FLV", "the same in MP4", (PLAIN,)),
    Odd(
        "theora.ogv",
        "Theora and Vorbis in Ogg",
        "H.264 and AAC",
        ((*P, *picture(), "-c:v", "libtheora", "-q:v", "10", "-c:a", "libvorbis"),),
    ),
    Odd(
        "fragments.mp4",
        "fragmented MP4",
        "one with its index in front",
        ((*PLAIN, "-movflags", "frag_keyframe+delay_moov"),),
    ),
]  # fmt: skip
GROUPS = {
    "Size and shape": SIZES,
    "Colours": COLOURS,
    "Fields": FIELDS,
    "Times": TIMES,
    "Sound and what is beside": SOUND,
    "Codecs and containers": CODECS,
}
ODD_SOURCES = [odd for group in GROUPS.values() for odd in group]
