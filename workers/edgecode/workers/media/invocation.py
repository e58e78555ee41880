"""The parts every ffmpeg command shares. ffmpeg-python only compiles commands; it never starts a process."""

import platform
from pathlib import Path
from typing import Any

import ffmpeg

from edgecode.workers.media.formats import PROTOCOLS, codec_whitelist, format_whitelist
from edgecode.workers.media.tools import MediaTools

# Decoding gives the same pictures with any number of threads; pinned all the same, so that memory is known.
DECODER_THREADS = 2
FILTER_THREADS = 2
SCALER = "bicubic+accurate_rnd+full_chroma_int+bitexact"
# The AAC encoder's floats differ between AVX2, FMA and plain SSE: held at what every x86-64 of the last 15 years has
# (x86-64-v2), so that any machine gives the same bytes. Each flag is named, since one does not imply those below it:
# `sse4.2` alone costs 40 % more CPU, all of them nothing. x264 finds out about its processor by itself.
X86_FLAGS = "cmov+mmx+mmxext+sse+sse2+sse3+ssse3+sse4.1+sse4.2"
CPU_FLAGS = ["-cpuflags", X86_FLAGS] if platform.machine() in {"x86_64", "AMD64"} else []


def program(tools: MediaTools, words: str = "error") -> list[str]:
    """The program and its global arguments: quiet but for `words` and worse, no terminal, progress on stdout."""
    return [
        str(tools.toolchain.ffmpeg),
        *("-hide_banner", "-nostdin", "-nostats", "-y"),
        *("-v", words),
        *("-progress", "pipe:1", "-stats_period", "0.5"),
        *("-filter_complex_threads", str(FILTER_THREADS)),
        *CPU_FLAGS,
    ]


def source_options(tools: MediaTools) -> dict[str, Any]:
    """Options of an untrusted input: allowlists and the largest picture."""
    return {
        "protocol_whitelist": ",".join(PROTOCOLS),
        "format_whitelist": format_whitelist(),
        "codec_whitelist": codec_whitelist(),
        "max_pixels": tools.limits.max_pixels,
        "threads": DECODER_THREADS,
    }


def open_source(source: Path, tools: MediaTools, *, strict: bool, **options: Any) -> Any:
    """The source as a node of ffmpeg-python's graph; `file:` keeps any name from being an option or a URL.

    Strict reading takes no error for a picture; after a seek into an open group some are to be expected.
    """
    patience = {"err_detect": "explode"} if strict else {}
    return ffmpeg.input(f"file:{source}", **source_options(tools), **patience, **options)


def compile_command(outputs: Any, tools: MediaTools, *, strict: bool, words: str = "error") -> list[str]:
    """The command line of one graph; when strict, ffmpeg ends at its first error."""
    command: list[str] = ffmpeg.compile(outputs, cmd=[*program(tools, words), *(["-xerror"] if strict else [])])
    return command
