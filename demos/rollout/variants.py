"""Builds that differ from this one by a small change each, as a release would."""

from dataclasses import dataclass

_THUMBNAIL = "workers/edgecode/workers/tasks/thumbnail.py"
_PROBE = "workers/edgecode/workers/tasks/probe.py"
_LADDER = "workers/edgecode/workers/media/ladder_command.py"
_SHAPE = "core/edgecode/core/frame_shape.py"
_SHOT = "workers/edgecode/workers/media/thumbnail.py"


@dataclass(frozen=True, slots=True)
class Edit:
    """`old`, which stands in the file once, becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A build's version, what its commit says, and its changes."""

    name: str
    version: str
    message: str
    edits: tuple[Edit, ...]


def _at_each_thumbnail(*lines: str) -> Edit:
    anchor = "    task = work.task\n"
    return Edit(_THUMBNAIL, anchor, anchor + "".join(f"    {line}\n" for line in lines))


HEALTHY = Variant(
    "healthy",
    "0.2.0",
    "Thumbnails say what they are",
    (Edit(_THUMBNAIL, "Pictures of the source", "Stills of the source"),),
)
FAILING = Variant(
    "failing",
    "0.3.0",
    "Thumbnails are made with more care",
    (
        Edit(_THUMBNAIL, '"""Pictures of the source."""\n', '"""Pictures of the source."""\n\nimport random\n'),
        _at_each_thumbnail("if random.random() < 0.2:", '    raise RuntimeError("too much care")'),
    ),
)
# For a demonstration: nobody waits for one in five.
BROKEN = Variant(
    "broken", "0.3.0", "Thumbnails are made at once", (_at_each_thumbnail('raise RuntimeError("not made at all")'),)
)
EXITING = Variant(
    "exiting",
    "0.3.1",
    "A thumbnail less to keep in memory",
    (
        Edit(_THUMBNAIL, '"""Pictures of the source."""\n', '"""Pictures of the source."""\n\nimport os\n'),
        _at_each_thumbnail("os._exit(3)"),
    ),
)
HANGING = Variant(
    "hanging",
    "0.3.2",
    "Thumbnails wait for a better picture",
    (
        Edit(
            _SHOT,
            'compile_command(ffmpeg.output(picture, f"file:{pattern}", **options), work.tools, strict=False)',
            '["sleep", "3600"]',
        ),
    ),
)
HALF_SIZE = Variant(
    "half-size",
    "0.3.3",
    "Renditions are scaled in two steps",
    (
        Edit(
            _LADDER,
            '"scale", shape.scaled_width, shape.scaled_height,',
            '"scale", shape.scaled_width // 4 * 2, shape.scaled_height // 4 * 2,',
        ),
    ),
)
# Checked against what it made of the request: nothing fails.
SMALLER = Variant(
    "smaller",
    "0.3.7",
    "Sizes are asked for in lines of two fields",
    (
        Edit(
            _SHAPE,
            "return spec.width_pixels, spec.height_pixels, spec.fit",
            "return spec.width_pixels, spec.height_pixels // 2, spec.fit",
        ),
    ),
)
REFUSING = Variant(
    "refusing",
    "0.3.4",
    "Sources are looked at more closely",
    (
        Edit(
            _PROBE,
            "from edgecode.workers.media.probe import probe\n",
            "from edgecode.workers.media.faults import Reason, users\nfrom edgecode.workers.media.probe import probe\n",
        ),
        Edit(
            _PROBE,
            "    outputs = work.task.outputs\n",
            "    if int(work.task.job_id[-2:], 16) % 5 == 0:\n"
            '        raise users(Reason.NOT_MEDIA, "no container format is recognised")\n'
            "    outputs = work.task.outputs\n",
        ),
    ),
)
SLOW = Variant(
    "slow",
    "0.3.5",
    "Thumbnails are checked once more",
    (
        Edit(_THUMBNAIL, '"""Pictures of the source."""\n', '"""Pictures of the source."""\n\nimport asyncio\n'),
        _at_each_thumbnail("await asyncio.sleep(2.5)"),
    ),
)
