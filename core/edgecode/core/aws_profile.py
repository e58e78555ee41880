"""Keys of a named profile, from the shared credentials file that every AWS tool reads."""

import configparser
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obstore.store import S3Credential

# The file is read again after this: somebody may have written new keys.
_FRESH_SECONDS = 300.0


class ProfileCredentials:
    """Gives the store the keys of a profile."""

    def __init__(self, profile: str, environ: Mapping[str, str] = os.environ) -> None:
        self._profile = profile
        self._path = Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or Path.home() / ".aws" / "credentials")

    def __call__(self) -> "S3Credential":
        """The keys as they are now.

        Raises:
            ValueError: the file has no such profile, or the profile no keys.
        """
        file = configparser.RawConfigParser()
        file.read(self._path, encoding="utf-8")
        if not file.has_section(self._profile):
            raise ValueError(f"{self._path} has no profile [{self._profile}]")
        found = file[self._profile]
        if not found.get("aws_access_key_id") or not found.get("aws_secret_access_key"):
            raise ValueError(f"profile [{self._profile}] of {self._path} has no aws_access_key_id and its secret")
        return {
            "access_key_id": found["aws_access_key_id"],
            "secret_access_key": found["aws_secret_access_key"],
            "token": found.get("aws_session_token"),
            "expires_at": datetime.now(UTC) + timedelta(seconds=_FRESH_SECONDS),
        }
