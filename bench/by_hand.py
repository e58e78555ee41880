"""The best single ffmpeg command a person would write for what each preset makes of a source with 720 lines.

ffmpeg's own choice of threads, nothing read again afterwards, no digest, no stamp. Where one command cannot make all
of it, it makes less: no MP4 of each rung beside the package, no index of the sprite, one pass of loudness.
"""

import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from edgecode.server.jobs.built_in import ADAPTIVE, ARCHIVE, AUDIO, THUMBNAIL, WEB

RUNGS = ((1280, 720, 3500), (854, 480, 1600), (640, 360, 900))
_ENCODER = "-c:v libx264 -preset veryfast -crf 23 -g 50 -keyint_min 50 -sc_threshold 0 -pix_fmt yuv420p"
_SOUND = "-c:a aac -b:a 128k -ac 2"
_SPLIT = "[0:v]split=3[a][b][c];[a]null[v0];[b]scale=854:480[v1];[c]scale=640:360[v2]"
# The keyframe at a tenth, as a second input that is only sought.
_SOUGHT = "-ss 2.1 -i {source}"
_SPRITE = "-map 1:v -vf fps=1,scale=160:90,tile=5x5,format=yuvj420p -fps_mode passthrough -q:v 5 sprite.%03d.jpg"
_PACKAGE = "-f dash -hls_playlist 1 -single_file 1 -seg_duration 6 -adaptation_sets 'id=0,streams=v id=1,streams=a'"


def _rungs() -> str:
    return " ".join(
        f"-map [v{place}] -map 0:a {_ENCODER} {_SOUND} -movflags +faststart {lines}p.mp4"
        for place, (_, lines, _) in enumerate(RUNGS)
    )


def _still(place: int) -> str:
    return f"-map {place}:v -frames:v 1 -vf scale=640:360,format=yuvj420p -q:v 3 thumbnail.jpg"


def _bounded() -> str:
    bounds = (f"-maxrate:v:{n} {rate}k -bufsize:v:{n} {2 * rate}k" for n, (_, _, rate) in enumerate(RUNGS))
    maps = " ".join(f"-map [v{place}]" for place in range(len(RUNGS)))
    return f"{maps} -map 0:a {_ENCODER} {' '.join(bounds)} {_SOUND}"


COMMANDS: Mapping[str, str] = {
    WEB.preset: f"-i {{source}} {_SOUGHT} -filter_complex {_SPLIT} {_rungs()} {_still(1)}",
    ADAPTIVE.preset: (
        f"-i {{source}} -skip_frame nokey -i {{source}} {_SOUGHT} -filter_complex {_SPLIT}"
        f" {_bounded()} {_PACKAGE} stream.mpd {_SPRITE} {_still(2)}"
    ),
    ARCHIVE.preset: (
        "-i {source} -c:v libsvtav1 -preset 7 -crf 30 -g 250 -pix_fmt yuv420p10le"
        " -c:a libopus -b:a 160k -movflags +faststart archive.mp4"
    ),
    AUDIO.preset: (
        "-i {source} -vn -af loudnorm=I=-16:TP=-1.5 -ar 48000 -c:a aac -b:a 128k -ac 2 -movflags +faststart audio.m4a"
    ),
    THUMBNAIL.preset: f"{_SOUGHT} {_still(0)}",
}


def command(ffmpeg: Path, preset: str, source: Path) -> list[str]:
    """The command line; files are made in the folder it runs in."""
    arguments = COMMANDS[preset].replace("{source}", shlex.quote(str(source)))
    return [str(ffmpeg), "-v", "error", "-nostdin", "-y", *shlex.split(arguments)]


def looped(ffmpeg: Path, clip: Path, folder: Path, times: int) -> Path:
    """The clip so many times over, nothing encoded."""
    source = folder / "source.mp4"
    looping = ["-v", "error", "-y", "-stream_loop", str(times - 1)]
    subprocess.run([ffmpeg, *looping, "-i", clip, "-c", "copy", "-movflags", "+faststart", source], check=True)
    return source
