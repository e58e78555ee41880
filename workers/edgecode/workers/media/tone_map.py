"""From HDR and wide gamuts to BT.709: a colour cube for ffmpeg's `lut3d`, computed here. Pure.

A cube and not ffmpeg's `zscale` and `tonemap`: these choose their instructions by the processor, past `-cpuflags`, and
so might give other bytes on another machine; and a cube takes a fraction of their time.

PQ and HLG are decoded to the light of a display (BT.2100, HLG for 1000 nits), brought to BT.709's primaries, rolled off
above the knee by BT.2390's curve so that the source's peak becomes the brightest white, and written for a display of
BT.1886. Diffuse white is 203 nits (BT.2408); what is darker than the knee looks as bright as it was meant to.
"""

import itertools
from collections.abc import Callable
from functools import lru_cache

Colour = tuple[float, float, float]

# Points on a side; PQ and HLG are nearly as even to the eye as gamma is, so that 33 will do.
SIZE = 33
WHITE_NITS = 203.0
HLG_PEAK_NITS = 1000.0
GAMMA = 2.4
LUMA = (0.2126, 0.7152, 0.0722)
# Linear light of these primaries to BT.709's (BT.2087; P3 with the white of D65).
TO_BT709: dict[str, tuple[Colour, Colour, Colour]] = {
    "bt709": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "bt2020": ((1.660491, -0.587641, -0.072850), (-0.124550, 1.132900, -0.008349), (-0.018151, -0.100579, 1.118730)),
    "smpte432": ((1.224940, -0.224940, 0.0), (-0.042057, 1.042057, 0.0), (-0.019638, -0.078636, 1.098274)),
}


def pq_to_nits(signal: float) -> float:
    """SMPTE ST 2084."""
    power = signal ** (1 / 78.84375)
    return float(10_000 * (max(power - 0.8359375, 0.0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125))


def nits_to_pq(nits: float) -> float:
    """SMPTE ST 2084."""
    power = (nits / 10_000) ** 0.1593017578125
    return float(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hlg_to_scene(signal: float) -> float:
    """ARIB STD-B67: scene light, 0 to 1."""
    if signal <= 0.5:
        return signal * signal / 3
    return float((2.718281828459045 ** ((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12)


def _hlg_to_nits(colour: Colour) -> Colour:
    red, green, blue = map(hlg_to_scene, colour)
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    gain = HLG_PEAK_NITS * luma**0.2 if luma > 0 else 0.0
    return red * gain, green * gain, blue * gain


def _pq_to_nits(colour: Colour) -> Colour:
    return pq_to_nits(colour[0]), pq_to_nits(colour[1]), pq_to_nits(colour[2])


def _sdr_to_nits(colour: Colour) -> Colour:
    red, green, blue = (WHITE_NITS * value**GAMMA for value in colour)
    return red, green, blue


DECODERS: dict[str, Callable[[Colour], Colour]] = {"smpte2084": _pq_to_nits, "arib-std-b67": _hlg_to_nits}


def roll_off(nits: float, peak_nits: float) -> float:
    """BT.2390's curve from a peak to white; below its knee nothing changes.

    Args:
        nits: at most the peak.
        peak_nits: of the source, above white.
    """
    top = nits_to_pq(peak_nits)
    white, value = nits_to_pq(WHITE_NITS) / top, nits_to_pq(nits) / top
    knee = 1.5 * white - 0.5
    if value <= knee:
        return nits
    t = (value - knee) / (1 - knee)
    curve = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * white
    return pq_to_nits(curve * top)


def _into_gamut(colour: Colour) -> Colour:
    """Takes just so much of the colour away that none of its parts is negative; its luminance stays."""
    lowest = min(colour)
    if lowest >= 0:
        return colour
    luma = sum(weight * value for weight, value in zip(LUMA, colour, strict=True))
    share = luma / (luma - lowest) if luma > 0 else 0.0
    red, green, blue = (max(luma + (value - luma) * share, 0.0) for value in colour)
    return red, green, blue


def to_bt709(colour: Colour, transfer: str, primaries: str, peak_nits: float) -> Colour:
    """One colour of the source, each part 0 to 1, as BT.709 shows it."""
    matrix = TO_BT709.get(primaries, TO_BT709["bt709"])
    light = DECODERS.get(transfer, _sdr_to_nits)(colour)
    red, green, blue = (sum(m * value for m, value in zip(row, light, strict=True)) for row in matrix)
    red, green, blue = _into_gamut((red, green, blue))
    brightest = max(red, green, blue)
    gain = 1.0
    if brightest > 0 and peak_nits > WHITE_NITS:
        gain = roll_off(min(brightest, peak_nits), peak_nits) / brightest
    red, green, blue = ((min(value * gain / WHITE_NITS, 1.0)) ** (1 / GAMMA) for value in (red, green, blue))
    return red, green, blue


@lru_cache(maxsize=8)
def cube(transfer: str, primaries: str, peak_nits: float) -> str:
    """A file of the `.cube` format, 1 MB; takes half a second.

    Args:
        transfer: as ffmpeg names it, of the source; all but PQ and HLG are taken for a display's gamma.
        primaries: as ffmpeg names them.
        peak_nits: brightest of the source; at most white's where nothing is to be rolled off.
    """
    steps = [step / (SIZE - 1) for step in range(SIZE)]
    lines = [f"LUT_3D_SIZE {SIZE}"]
    # Red changes fastest.
    for blue, green, red in itertools.product(steps, repeat=3):
        found = to_bt709((red, green, blue), transfer, primaries, peak_nits)
        lines.append("{:.6f} {:.6f} {:.6f}".format(*found))
    return "\n".join(lines) + "\n"
