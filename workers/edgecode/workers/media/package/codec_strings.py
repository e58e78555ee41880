"""Codecs as playlists name them (RFC 6381), from a track's own configuration. Pure."""


class UnknownCodec(Exception):
    """No name is known for this codec in a package."""


def codec_string(codec: str, config: bytes) -> str:
    """The name of a codec with profile and level, such as `avc1.64001f`.

    Args:
        codec: as ffmpeg names it.
        config: the track's `avcC`, `hvcC` or `av1C`; nothing is read of it for sound.

    Raises:
        UnknownCodec: it is none of H.264, HEVC, AV1, AAC and Opus.
    """
    match codec:
        case "h264":
            return f"avc1.{config[1:4].hex()}"
        case "hevc":
            return _hevc(config)
        case "av1":
            return _av1(config)
        case "aac":
            # Low complexity, the only kind that is made here.
            return "mp4a.40.2"
        case "opus":
            return "opus"
    raise UnknownCodec(codec)


def _hevc(config: bytes) -> str:
    # ISO/IEC 14496-15, annex E.
    space = ("", "A", "B", "C")[config[1] >> 6]
    tier = "H" if config[1] & 0x20 else "L"
    compatible = int(f"{int.from_bytes(config[2:6]):032b}"[::-1], 2)
    constraints = config[6:12].rstrip(b"\0")
    parts = [f"hvc1.{space}{config[1] & 0x1F}", f"{compatible:x}", f"{tier}{config[12]}"]
    return ".".join([*parts, *(f"{value:x}" for value in constraints)])


def _av1(config: bytes) -> str:
    # AV1 in ISO-BMFF, section 5.
    profile, level = config[1] >> 5, config[1] & 0x1F
    tier = "H" if config[2] & 0x80 else "M"
    bits = 8
    if config[2] & 0x40:
        bits = 12 if profile == 2 and config[2] & 0x20 else 10
    return f"av01.{profile}.{level:02}{tier}.{bits:02}"
