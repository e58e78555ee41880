"""The servers' signing keys: what webhook secrets and download tokens are made of.

Nothing made of them is stored anywhere: a webhook's secret is a function of a key, the webhook's id and a count, so
log, ledger and backups hold no secret, and a copy of them signs nothing.
"""

import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from edgecode.core.errors import FailedPrecondition

SHORTEST_KEY = 32
_MADE_BYTES = 48
_ID_DIGITS = 16


class SigningKeys:
    """Keys of one file, the first the newest: it makes what is handed out, the others are still honoured."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    @classmethod
    def open(cls, path: Path, *, make: bool) -> "SigningKeys":
        """Reads the file: a key a line, at least 32 characters; empty lines and those with `#` first are passed over.

        Args:
            path: of the file.
            make: whether a file that is absent is made, readable by its owner only.

        Raises:
            FailedPrecondition: `SIGNING_KEY_UNFIT`: there is no such file, or no key in it, or one is too short.
        """
        if make:
            _make(path)
        try:
            lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        except (OSError, UnicodeDecodeError) as error:
            raise FailedPrecondition("SIGNING_KEY_UNFIT", f"{path} cannot be read as keys: {error}") from error
        keys = [line.encode() for line in lines if line and not line.startswith("#")]
        if not keys or min(map(len, keys)) < SHORTEST_KEY:
            raise FailedPrecondition(
                "SIGNING_KEY_UNFIT", f"{path} must hold a key of at least {SHORTEST_KEY} characters on each line"
            )
        return cls(keys)

    @property
    def ids(self) -> list[str]:
        """A name for each key, 16 hex digits that tell nothing of it, the newest first."""
        return [derived.hex()[:_ID_DIGITS] for derived in self.derive("name of this key")]

    def derive(self, purpose: str) -> list[bytes]:
        """32 bytes for a purpose from each key, the newest first. Different purposes give unrelated bytes."""
        return [hmac.digest(key, purpose.encode(), "sha256") for key in self._keys]


def _make(path: Path) -> None:
    """Writes a random key unless there is a file; of two servers that start together one wins."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{secrets.token_urlsafe(_MADE_BYTES)}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
