"""One small whole film in every container that is taken: what truncation and mutation begin with."""

from pathlib import Path

from tests.harness import clips

_SECONDS = 2
_SOUND = ("-f", "lavfi", "-i", f"sine=d={_SECONDS}:r=48000", "-shortest")
_H264 = (*clips.H264, "-g", "15", "-c:a", "aac")
FILM_FRAMES = 30 * _SECONDS

# Name, as it is shown, to the file's suffix and ffmpeg's arguments.
CONTAINERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "MP4": ("mp4", _H264),
    "faststart MP4": ("mp4", (*_H264, *clips.FASTSTART)),
    "fragmented MP4": ("mp4", (*_H264, "-movflags", "frag_keyframe+empty_moov")),
    "MOV": ("mov", _H264),
    "MKV": ("mkv", _H264),
    "WebM": ("webm", ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "15", "-c:a", "libopus")),
    "MPEG-TS": ("ts", _H264),
    "AVI": ("avi", ("-c:v", "mpeg4", "-g", "15", "-c:a", "mp3")),
}


def film(container: str) -> bytes:
    """Two seconds of moving pictures and a tone."""
    suffix, arguments = CONTAINERS[container]
    return clips.made(f"{container}.{suffix}", *clips.pictures("64x36", _SECONDS), *_SOUND, *arguments)


def endless(path: Path, size: int) -> None:
    """Writes a film of one second, and then nothing up to a size, which takes no room on a disk."""
    path.write_bytes(clips.made("endless.mpg", *clips.pictures("64x36", 1), "-c:v", "mpeg1video", "-f", "mpeg"))
    with path.open("r+b") as file:
        file.truncate(size)
