"""Where a store is, and what of it a URI names. A URL is read here once; nothing is opened.

`file:///folder`, taken literally, or `s3://bucket/prefix` with what the store needs beside as a query:
`?endpoint=https://…&region=…&path_style=true&profile=…&anonymous=true&sse=aws:kms&sse_kms_key_id=…`.
Credentials never stand in a URL.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

FORMS = "file:///folder or s3://bucket/prefix"
OPTIONS = ("endpoint", "region", "path_style", "profile", "anonymous", "sse", "sse_kms_key_id")
_TRUTH = {"true": True, "false": False}
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")
_ENDPOINT = re.compile(r"https?://[^/@?#\s]+/?")


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """A store's URL, read.

    Attributes:
        root: the URL without its query and without a slash at its end: what URIs of its objects begin with.
        options: of an S3 store, by name.
    """

    root: str
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, url: str) -> "StoreUrl":
        """Reads a URL.

        Raises:
            ValueError: it is none of a store; the message never repeats it.
        """
        scheme, _, rest = url.partition("://")
        if scheme == "file" and rest.startswith("/"):
            return cls(f"file://{rest.rstrip('/')}")
        if scheme != "s3":
            raise ValueError(f"must be {FORMS}")
        place, _, query = rest.partition("?")
        bucket, _, prefix = place.partition("/")
        if "@" in bucket or not _BUCKET.fullmatch(bucket):
            raise ValueError("must name a bucket, and no credentials: those come from the environment or a profile")
        if prefix.strip("/") and not key_is_plain(prefix.strip("/")):
            raise ValueError("has a prefix with an empty part, `.` or `..`")
        return cls(f"s3://{place}".rstrip("/"), _options(query))

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of this machine."""
        return self.root.startswith("file://")

    @property
    def folder(self) -> str:
        """Path of a folder store."""
        return self.root.removeprefix("file://") or "/"

    @property
    def bucket(self) -> str:
        """Bucket of an S3 store."""
        return self.root.removeprefix("s3://").partition("/")[0]

    @property
    def prefix(self) -> str:
        """Prefix below the bucket, empty for none."""
        return self.root.removeprefix("s3://").partition("/")[2].strip("/")

    def truth(self, name: str, *, default: bool) -> bool:
        """A yes or no among the options."""
        return _TRUTH.get(self.options.get(name, ""), default)

    def key_of(self, uri: str) -> str | None:
        """The key below this store that a URI names; None where it names none, or climbs out with `..`."""
        if not uri.startswith(f"{self.root}/"):
            return None
        key = uri.removeprefix(f"{self.root}/")
        return key if key_is_plain(key) else None


def key_is_plain(key: str) -> bool:
    """Whether no part of a key is empty, `.` or `..`."""
    return all(part not in {"", ".", ".."} for part in key.split("/")) and "\0" not in key


def _options(query: str) -> dict[str, str]:
    try:
        found = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True)) if query else {}
    except ValueError as error:
        raise ValueError("has a query that cannot be read: it must be name=value&name=value") from error
    unknown = sorted(found.keys() - set(OPTIONS))
    if unknown:
        raise ValueError(f"has an option it does not know, {unknown[0][:32]!r}; there are {', '.join(OPTIONS)}")
    for name in ("path_style", "anonymous"):
        if found.get(name, "true") not in _TRUTH:
            raise ValueError(f"has an option {name} that is neither true nor false")
    if not _ENDPOINT.fullmatch(found.get("endpoint", "https://s3")):
        raise ValueError("has an endpoint that is not http://host:port or https://host:port")
    return found
