"""What the sandbox opens at all. Names are ffmpeg's; everything else is refused by ffmpeg and PyAV themselves."""

# Files that hold their own media. No format that names other files or hosts (concat, hls, dash, sdp, image sequences).
VIDEO_CONTAINERS = ("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "mpegts", "mpeg", "avi", "flv", "ogg")
# Sound alone.
AUDIO_CONTAINERS = ("wav", "mp3", "flac", "aac")

# Codec to the decoders that may read it.
VIDEO_DECODERS = {
    "av1": ("libdav1d", "av1"),
    "flv1": ("flv",),
    "h263": ("h263",),
    "h264": ("h264",),
    "hevc": ("hevc",),
    "mjpeg": ("mjpeg",),
    "mpeg1video": ("mpeg1video",),
    "mpeg2video": ("mpeg2video",),
    "mpeg4": ("mpeg4",),
    "prores": ("prores",),
    "theora": ("theora",),
    "vp8": ("vp8",),
    "vp9": ("vp9",),
}
AUDIO_DECODERS = {
    "aac": ("aac",),
    "ac3": ("ac3",),
    "alac": ("alac",),
    "amr_nb": ("amrnb",),
    "amr_wb": ("amrwb",),
    "eac3": ("eac3",),
    "flac": ("flac",),
    "mp2": ("mp2float", "mp2"),
    "mp3": ("mp3float", "mp3"),
    "opus": ("opus", "libopus"),
    "pcm_alaw": ("pcm_alaw",),
    "pcm_f32le": ("pcm_f32le",),
    "pcm_mulaw": ("pcm_mulaw",),
    "pcm_s16be": ("pcm_s16be",),
    "pcm_s16le": ("pcm_s16le",),
    "pcm_s24le": ("pcm_s24le",),
    "pcm_s32le": ("pcm_s32le",),
    "pcm_u8": ("pcm_u8",),
    "vorbis": ("vorbis",),
}
PROTOCOLS = ("file",)

# Playlists are text; named for what they are, since ffmpeg says of some only that they are no media.
PLAYLIST_MARKS = (b"#EXTM3U", b"ffconcat", b"<MPD", b"[playlist]", b"<ASX", b"<SMIL", b"v=0\n", b"v=0\r")


def format_whitelist() -> str:
    """The value of ffmpeg's `-format_whitelist`."""
    return ",".join(VIDEO_CONTAINERS + AUDIO_CONTAINERS)


def codec_whitelist() -> str:
    """The value of ffmpeg's `-codec_whitelist`."""
    decoders = (*VIDEO_DECODERS.values(), *AUDIO_DECODERS.values())
    return ",".join(name for names in decoders for name in names)


def is_playlist(head: bytes) -> bool:
    """Whether a file that begins so is a text that names other media."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return text.startswith(PLAYLIST_MARKS) or (text.startswith(b"<?xml") and b"<MPD" in text)
