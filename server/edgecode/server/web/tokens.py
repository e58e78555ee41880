"""Tokens of signed download URLs: good for one artifact until a time, a function of the servers' signing keys."""

import base64
import hmac

from edgecode.server.signing import SigningKeys

_LONGEST_TIME = 12


def make_token(keys: SigningKeys, path: str, expire_seconds: int) -> str:
    """A token for a path of this server until a time, seconds since 1970."""
    return f"{expire_seconds}.{_mac(keys.derive('download')[0], path, expire_seconds)}"


def is_good(keys: SigningKeys, path: str, token: str, now_seconds: float) -> bool:
    """Whether a token was made for this path by one of the keys, and its time is not over."""
    time, _, mac = token.partition(".")
    if not (time.isascii() and time.isdecimal() and len(time) <= _LONGEST_TIME) or now_seconds >= int(time):
        return False
    return any(hmac.compare_digest(_mac(key, path, int(time)), mac) for key in keys.derive("download"))


def _mac(key: bytes, path: str, expire_seconds: int) -> str:
    digest = hmac.digest(key, f"{path}\0{expire_seconds}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
