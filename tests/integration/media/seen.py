"""What a viewer sees and hears: pictures against the pattern, the flash against the beep."""

from array import array
from pathlib import Path

import av

from edgecode.workers.media.tools import MediaTools
from tests.integration.media.odd_source import FRAMES, SECONDS, TV709, Odd
from tests.integration.media.sources import CLIP, ffmpeg

WORDS = "1\n00:00:00,100 --> 00:00:01,500\nwords beside the pictures\n"


def make_pattern(tools: MediaTools, folder: Path) -> Path:
    """The pattern of `odd_sources`, lossless, and a file of subtitles beside it."""
    (folder / "words.srt").write_text(WORDS, encoding="utf-8")
    path = folder / "pattern.mkv"
    beep = f"aevalsrc='if(between(t,1,1.1),0.8*sin(2*PI*1000*t),0)':s=48000:d={SECONDS}"
    flash = "scale=320:180,format=rgb24,drawbox=c=white@0.8:t=fill:enable='between(n,25,27)'"
    pictures = ("-vf", flash, "-frames:v", str(FRAMES), "-c:v", "libx264rgb", "-preset", "ultrafast", "-qp", "0")
    ffmpeg(
        tools, "-ss", "1", "-i", CLIP, "-f", "lavfi", "-i", beep, "-map", "0:v", "-map", "1:a", *pictures,
        "-c:a", "pcm_s16le", path,
    )  # fmt: skip
    return path


def make_odd(tools: MediaTools, odd: Odd, pattern: Path) -> Path:
    """The source, step by step."""
    made: list[Path] = []
    folder = pattern.parent
    for number, step in enumerate(odd.make):
        last = number == len(odd.make) - 1
        path = folder / (odd.name if last else f"step {number} of {odd.name}")
        if not path.exists():
            words = {"{pattern}": pattern, "{words}": folder / "words.srt", "{log}": folder / f"passes of {odd.name}"}
            words |= {f"{{{place}}}": earlier for place, earlier in enumerate(made)}
            ffmpeg(tools, *(words.get(argument, argument) for argument in step), path)
        made.append(path)
    return made[-1]


def likeness(tools: MediaTools, result: Path, odd: Odd, pattern: Path, matrix: str = "bt709") -> list[float]:
    """SSIM of each picture that came out against what a viewer of the source sees, colours included.

    `matrix` is that of what came out, as the scaler has it.
    """
    width, height = odd.size
    seen = f"{odd.seen},scale={width}:{height},{TV709},format=yuv420p"
    own = f"scale=in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv,format=yuv420p"
    graph = f"[0:v]{own},settb=1/25,setpts=N[a];[1:v]{seen},settb=1/25,setpts=N[b];[a][b]ssim=stats_file=-:shortest=1"
    lines = ffmpeg(tools, "-i", result, "-i", pattern, "-lavfi", graph, "-f", "null", "-").splitlines()
    return [float(line.rpartition("All:")[2].split()[0]) for line in lines]


def flash_and_beep(path: Path) -> tuple[float, float]:
    """When the first white picture is shown, and when the beep begins, seconds."""
    with av.open(str(path)) as container:
        flash = next(float(frame.time or 0.0) for frame in container.decode(video=0) if _luma(frame) > 200)
    return flash, _beep(path)


def _luma(frame: av.VideoFrame) -> float:
    plane = bytes(frame.reformat(format="gray").planes[0])
    return sum(plane) / len(plane)


def _beep(path: Path) -> float:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono")
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                samples = array("h", bytes(part.planes[0])[: 2 * part.samples])
                loud = next((place for place, sample in enumerate(samples) if abs(sample) > 6000), None)
                if loud is not None:
                    return float(frame.time or 0.0) + loud / part.sample_rate
    raise AssertionError(f"no beep in {path}")
