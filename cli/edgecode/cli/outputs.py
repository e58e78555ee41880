"""What a job is asked for on the command line."""

import json
from collections.abc import Sequence
from pathlib import Path

from google.protobuf import json_format

from edgecode.cli.exits import USAGE, CommandFailed
from edgecode.v1 import job_pb2, media_pb2


def inline_outputs(renditions: Sequence[int], thumbnail: int | None) -> list[media_pb2.OutputSpec]:
    """Outputs of `--rendition LINES` and `--thumbnail LINES`."""
    specs = [
        media_pb2.OutputSpec(output_id=f"{lines}p", rendition=media_pb2.RenditionSpec(height_pixels=lines))
        for lines in renditions
    ]
    if thumbnail is not None:
        specs.append(
            media_pb2.OutputSpec(output_id="thumbnail", thumbnail=media_pb2.ThumbnailSpec(height_pixels=thumbnail))
        )
    return specs


def read_outputs(file: Path) -> list[media_pb2.OutputSpec]:
    """Outputs of a JSON file: `{"outputs": [{"output_id": …, "rendition": {…}}, …]}`, protobuf's JSON mapping.

    Raises:
        CommandFailed: it is something else; the message names the place.
    """
    try:
        request = json_format.ParseDict(json.loads(file.read_bytes()), job_pb2.CreateJobRequest())
    except (ValueError, json_format.ParseError) as error:
        raise CommandFailed(f"{file} holds no outputs of a job: {error}", USAGE) from error
    return list(request.outputs)
