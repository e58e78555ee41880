"""URLs of artifacts on this server, signed."""

from edgecode.core.settings import Settings
from edgecode.server.signing import SigningKeys
from edgecode.server.web.tokens import make_token


class ArtifactUrls:
    """Makes them, where there is an address to lead to."""

    def __init__(self, settings: Settings, keys: SigningKeys) -> None:
        scheme = "https" if settings.tls_certificate is not None else "http"
        address = settings.http_address if not settings.http_address.endswith(":0") else ""
        self._base = settings.http_url.rstrip("/") or (f"{scheme}://{address}" if address else "")
        self._keys = keys

    def signed(self, artifact_id: str, expire_seconds: int, *, statement: bool = False) -> str:
        """A URL that reads an artifact, or its statement, until a time; empty where HTTP is off.

        Args:
            artifact_id: of the artifact.
            expire_seconds: since 1970.
            statement: of its statement.
        """
        if not self._base:
            return ""
        path = f"/artifacts/{artifact_id}{'/statement' if statement else ''}"
        return f"{self._base}{path}?token={make_token(self._keys, path, expire_seconds)}"
