"""The store of an import, opened so that nothing beside it is read."""

import asyncio
from pathlib import Path

from edgecode.core.blobs import Blobs
from edgecode.core.errors import NotFound, Violation
from edgecode.core.named_stores import Place


async def open_source(place: Place) -> Blobs:
    """The store of a place; nothing of an S3 store is asked yet.

    Raises:
        NotFound: `IMPORT_SOURCE_NOT_FOUND`: in a folder the key is no file, or a link leads out of the folder.
    """
    if place.url.is_folder and not await asyncio.to_thread(_is_file_inside, Path(place.url.folder), place.key):
        raise NotFound(
            "IMPORT_SOURCE_NOT_FOUND",
            f"store {place.store} has no such file",
            violations=[Violation("uri", "names no file")],
        )
    return await asyncio.to_thread(Blobs, place.configured, make=False)


def _is_file_inside(folder: Path, key: str) -> bool:
    """Whether it is a plain file, wherever links lead: a pipe or a device would be read for ever."""
    try:
        path = (folder / key).resolve(strict=True)
        return path.is_relative_to(folder.resolve(strict=True)) and path.is_file()
    except OSError:
        return False
