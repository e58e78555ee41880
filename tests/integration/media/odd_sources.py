"""Every odd source, how it is made, and what comes out of it. docs/sources.md shows this very table.

Each is made of one pattern: two seconds of natural pictures in RGB, 320x180 at 25 frames a second, with a white flash
and a beep together at one second. What comes out is compared with the pattern itself, and not with the source decoded
by the same hands, so that an error both would make is seen: a turn, a wrong matrix, a picture shown twice.
"""

from tests.integration.media.odd_source import (
    AAC,
    FRAMES,
    INTERLACED,
    MOVED,
    PLAIN,
    SAID,
    SILENT,
    VP8,
    X264,
    X265,
    Odd,
    P,
    hdr,
    picture,
    turned,
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
        "gap in the sound.mkv",
        "a gap of 0.08 s in the sound",
        "silence in its place: what follows stays with its picture",
        ((*P, "-af", "asetnsamples=480,aselect='not(between(t,0.3,0.375))'", *picture(), *X264, "-c:a", "pcm_s16le"),),
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
