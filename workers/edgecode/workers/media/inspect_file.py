"""What a file says about itself: its tags and digests, read in the sandbox.

`python -m edgecode.workers.media.inspect_file FILE` prints them as JSON for `edgecode inspect`, which may not import
this package.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from edgecode.workers.media import verify
from edgecode.workers.media.faults import MediaFailure
from edgecode.workers.media.tools import MediaTools, find_tools


async def read_tags(path: Path, scratch: Path, tools: MediaTools) -> dict[str, str]:
    """The `edgecode-…` tags of an MP4 or JPEG, with its `sha256` and `content_sha256`; no tags when it is not ours.

    Raises:
        MediaFailure: VERIFICATION_FAILED, when the file cannot be read.
    """
    facts = (await verify.read_facts([path], scratch, tools))[0]
    return {**facts["tags"], "sha256": facts["sha256"], "content_sha256": facts["content_sha256"]}


def main(arguments: list[str]) -> int:
    """Prints the tags of the file named, or the failure, with what of the sandbox stood; exit status 1 on failure."""
    with tempfile.TemporaryDirectory(prefix="edgecode-inspect-") as folder:
        scratch = Path(folder)
        try:
            tools = find_tools(scratch / "children")
            tags = asyncio.run(read_tags(Path(arguments[0]).absolute(), scratch, tools))
        except MediaFailure as failed:
            sys.stdout.write(json.dumps({"reason": failed.reason, "message": failed.failure.message}))
            return 1
    sys.stdout.write(json.dumps({"tags": tags, "sandbox": tools.sandbox.enforced()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
