"""Writes the tables of the documents that the code decides: `make docs`. A test compares them.

A table stands between `<!-- generated: NAME -->` and `<!-- end of generated -->`.
"""

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from pydantic.fields import FieldInfo

from edgecode.core import log_keys, metrics
from edgecode.core.settings import Settings
from edgecode.server.jobs.built_in import ADAPTIVE, ARCHIVE, AUDIO, THUMBNAIL, WEB
from edgecode.server.jobs.specs import package, picture, quality, rendition, sound
from edgecode.server.jobs.specs import time as times
from edgecode.server.jobs.specs.fields import Choices, Number, Numbers
from edgecode.server.jobs.specs.outputs import MOST_OUTPUTS, with_defaults
from edgecode.server.jobs.specs.rendition import AUDIO_CODEC, CRF, DEFAULT_SPEED, EIGHT_BITS, PIXEL_FORMATS, SPEEDS
from edgecode.v1 import media_pb2
from edgecode.workers.media import formats
from edgecode.workers.media.limits import Limits
from tests.hostile.cut import ENDS
from tests.hostile.table import TABLE
from tests.integration.media.odd_sources import GROUPS as GROUPS_OF_SOURCES

HERE = Path(__file__).parent
GENERATED = re.compile(r"(?<=<!-- generated: )(?P<name>\w+)( -->\n).*?(?=<!-- end of generated -->)", re.DOTALL)
# The setting each group begins with, as in settings.py.
GROUPS = {
    "environment": "Every process",
    "nats_url": "Where things are",
    "grpc_address": "The server",
    "fleet_ttl_seconds": "The fleet",
    "encode_slots": "The worker",
}
UNITS = {
    "seconds": "seconds",
    "bytes": "bytes",
    "jobs": "jobs",
    "slots": "tasks",
    "budget": "attempts",
    "replicas": "copies",
}
# What an output may ask for, by its path in the contract.
FIELDS: dict[str, tuple[Numbers, Choices]] = {
    "rendition": (rendition.NUMBERS, rendition.CHOICES),
    "rendition.watermark": (rendition.WATERMARK_NUMBERS, rendition.WATERMARK_CHOICES),
    "audio": (sound.NUMBERS, sound.CHOICES),
    "loudness": (sound.LOUDNESS_NUMBERS, {}),
    "trim": (times.NUMBERS, {}),
    "thumbnail": (picture.THUMBNAIL_NUMBERS, {}),
    "sprite": (picture.SPRITE_NUMBERS, {}),
    "package": (package.NUMBERS, {}),
    "quality": (quality.NUMBERS, quality.CHOICES),
}
PRESETS = (WEB, ADAPTIVE, ARCHIVE, AUDIO, THUMBNAIL)
BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def settings() -> str:
    """Every setting, once."""
    sections: list[str] = []
    rows: list[list[str]] = []
    header = ("variable", "default", "unit, range", "meaning")
    for name, field in Settings.model_fields.items():
        if name in GROUPS:
            sections += [table(header, rows)] if rows else []
            sections.append(f"\n## {GROUPS[name]}\n\n")
            rows = []
        rows.append([f"`EDGECODE_{name.upper()}`", _default(field), _unit(name, field), field.description or ""])
    return "".join([*sections, table(header, rows), "\n"])


def _default(field: FieldInfo) -> str:
    value = field.default
    return "" if value is None or value == "" else f"`{value}`"


def _unit(name: str, field: FieldInfo) -> str:
    unit = UNITS.get(name.rpartition("_")[2], "")
    bounds = [
        f"{sign} {getattr(bound, key)}"
        for bound in field.metadata
        for key, sign in BOUNDS.items()
        if hasattr(bound, key)
    ]
    return ", ".join([*([unit] if unit else []), *bounds])


def presets() -> str:
    """What each preset asks for, defaults filled in."""
    parts = []
    for preset in PRESETS:
        rows = [[f"`{spec.output_id}`", *_asked(spec)] for spec in with_defaults(preset.outputs)]
        title = f"\n## `{preset.preset}`, revision {preset.revision}\n\n{preset.title}.\n\n"
        parts.append(title + table(("output", "kind", "asked for"), rows))
    return "".join([*parts, "\n"])


def _asked(spec: media_pb2.OutputSpec) -> tuple[str, str]:
    kind = spec.WhichOneof("kind")
    assert kind is not None
    fields = MessageToDict(getattr(spec, kind), preserving_proto_field_name=True)
    return kind, ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in fields.items()
    )


def outputs() -> str:
    """Fields of an output, their ranges and defaults."""
    rows = [row for kind, (numbers, choices) in FIELDS.items() for row in _fields(kind, numbers, choices)]
    most_outputs = f"\nA job has 1 to {MOST_OUTPUTS} outputs; 0 and empty mean the default.\n\n"
    return most_outputs + table(("field", "values", "default"), rows) + "\n"


def _fields(kind: str, numbers: Numbers, choices: Choices) -> list[list[str]]:
    rows = [[f"`{kind}.{name}`", number.values, _unasked(number)] for name, number in numbers.items()]
    for name, choice in choices.items():
        names = ", ".join(f"`{value}`" for value in choice.enum.keys()[1:])
        rows.append([f"`{kind}.{name}`", names, f"`{choice.enum.Name(choice.default)}`" if choice.default else ""])
    if kind == "rendition":
        rows += [
            [
                "`rendition.crf`",
                *_by_codec({codec: (number.values, _unasked(number)) for codec, number in CRF.items()}),
            ],
            ["`rendition.speed`", ", ".join(SPEEDS), DEFAULT_SPEED],
            [
                "`rendition.pixel_format`",
                _by_codec({c: (", ".join(f), "") for c, f in PIXEL_FORMATS.items()})[0],
                EIGHT_BITS,
            ],
            ["`rendition.audio_codec`", ", ".join(f"`{v}`" for v in AUDIO_CODEC.enum.keys()[1:]), "AAC, in WebM Opus"],
        ]
    return rows


def _by_codec(found: Mapping[Any, tuple[str, str]]) -> tuple[str, str]:
    values, defaults = zip(*found.values(), strict=True)
    names = [media_pb2.VideoCodec.Name(codec).removeprefix("VIDEO_CODEC_") for codec in found]
    spelled = [
        "; ".join(f"{name} {part}" for name, part in zip(names, parts, strict=True)) for parts in (values, defaults)
    ]
    return spelled[0], spelled[1]


def _unasked(number: Number) -> str:
    if number.default is None:
        return "required" if number.required else number.meaning
    return f"{number.default:,}" if isinstance(number.default, int) else str(number.default)


def sources() -> str:
    """Containers, codecs and limits."""
    rows = [
        ["containers", ", ".join(formats.VIDEO_CONTAINERS)],
        ["containers of sound alone", ", ".join(formats.AUDIO_CONTAINERS)],
        ["video codecs", ", ".join(formats.VIDEO_DECODERS)],
        ["audio codecs", ", ".join(formats.AUDIO_DECODERS)],
    ]
    meanings = _attributes(Limits)
    limits = [
        [f"`{field.name}`", f"{field.default:,}", meanings[field.name]]
        for field in dataclasses.fields(Limits)
        if field.name not in Settings.model_fields
    ]
    names = "\nNames are ffmpeg's. Playlists, concat scripts and image sequences are never opened.\n\n"
    return f"{names}{table(('', 'allowed'), rows)}\n{table(('limit', 'value', 'meaning'), limits)}\n"


def odd_sources() -> str:
    """What becomes of odd sources: the table that the tests go through."""
    groups = (
        f"\n## {name}\n\n" + table(("source", "what comes out"), [(odd.what, odd.becomes) for odd in odds])
        for name, odds in GROUPS_OF_SOURCES.items()
    )
    return "".join(groups) + "\n"


def _attributes(cls: type) -> Mapping[str, str]:
    """What the docstring's section `Attributes` says of each name."""
    section = (cls.__doc__ or "").partition("Attributes:\n")[2]
    entries = re.findall(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", section, re.MULTILINE)
    return {name: _sentence(text) for name, text in entries}


def _sentence(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def hostile() -> str:
    """What hostile files get, as the tests have it."""
    parts = []
    header = ("file", "gets", "CPU time below", "memory below")
    for title, rows in TABLE.items():
        cells = (
            [row.name, f"`{row.gets}`" if row.gets else "its outputs", f"{row.cpu_seconds:g} s", f"{row.mebibytes} MiB"]
            for row in rows
        )
        parts.append(f"\n## {title}\n\n{table(header, cells)}")
    return "".join([*parts, "\n"])


def cut() -> str:
    """What is left of films that are cut off."""
    return f"\n{table(('container', 'cut off anywhere, it gets'), ENDS.items())}\n"


def metric_list() -> str:
    """Every metric, then every label."""
    rows = [
        [
            f"`{each.name}`",
            each.kind.value,
            ", ".join(f"`{label}`" for label in each.labels),
            ", ".join(each.by),
            each.words,
        ]
        for each in metrics.METRICS
    ]
    listed = table(("metric", "kind", "labels", "by", "meaning"), rows)
    labels = table(("label", "values"), ((f"`{label}`", words) for label, words in metrics.LABELS.items()))
    return f"\n{listed}\n{labels}\n"


def keys_of_lines() -> str:
    """What log lines say."""
    groups = {
        "every line": log_keys.ALWAYS,
        "`process.starting`": log_keys.FIRST,
        "lines about it": log_keys.ABOUT,
    }
    rows = [[f"`{key}`", where, words] for where, keys in groups.items() for key, words in keys.items()]
    return f"\n{table(('key', 'on', 'meaning'), rows)}\n"


TABLES: Mapping[str, Any] = {
    "settings": settings,
    "presets": presets,
    "outputs": outputs,
    "sources": sources,
    "hostile": hostile,
    "cut": cut,
    "odd_sources": odd_sources,
    "metrics": metric_list,
    "log_keys": keys_of_lines,
}


def render(text: str) -> str:
    """A document with its generated tables as the code has them now."""
    return GENERATED.sub(lambda found: found["name"] + found[2] + TABLES[found["name"]](), text)


def main() -> None:
    """Rewrites the documents."""
    for path in sorted(HERE.glob("*.md")):
        path.write_text(render(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
