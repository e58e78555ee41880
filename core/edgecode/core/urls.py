"""URLs as they may be shown: what is printed or logged ends up in tickets."""

import re

_BLOT = "***"
# A comma may also stand between the hosts of one URL.
_BETWEEN = re.compile(r",(?=[a-z0-9+.-]+://)")
_SECRET_PARAMETER = re.compile(r"(?<=[?&])([a-z_]*(?:password|secret|token)[a-z_]*)=[^&]*", re.IGNORECASE)


def without_password(text: str) -> str:
    """URLs, comma-separated, with passwords blotted out: before the host, and in the query; other text as it is."""
    return ",".join(map(_blot, _BETWEEN.split(text))) if "://" in text else text


def _blot(url: str) -> str:
    scheme, _, rest = url.partition("://")
    # libpq takes a password that holds what ends the authority elsewhere.
    is_libpq = scheme.startswith("postgres")
    authority, slash, path = (rest, "", "") if is_libpq else rest.partition("/")
    user, at, host = authority.rpartition("@")
    name, colon, _password = user.partition(":")
    if at and (colon or not is_libpq):
        # Without a colon NATS takes what stands before the @ as a token.
        authority = f"{name}:{_BLOT}@{host}" if colon else f"{_BLOT}@{host}"
    return _SECRET_PARAMETER.sub(rf"\1={_BLOT}", f"{scheme}://{authority}{slash}{path}")
