"""Opens an S3 store as its URL and the environment say.

Credentials come, in this order, from the URL's `profile`, `AWS_ACCESS_KEY_ID` and its companions, the profile
`AWS_PROFILE`, a web identity (`AWS_WEB_IDENTITY_TOKEN_FILE`), the container's role, the machine's role.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from obstore.store import S3Store

from edgecode.core.aws_profile import ProfileCredentials
from edgecode.core.store_url import StoreUrl

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

CONNECT_SECONDS = 5.0
# Of one request with its body: a part or a range of 8 MiB passes at 140 kB/s.
REQUEST_SECONDS = 60.0
_LONGEST_BACKOFF_SECONDS = 5.0
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


def open_s3(url: StoreUrl, patience_seconds: float, environ: Mapping[str, str] = os.environ) -> S3Store:
    """The store; nothing is asked of it yet. What fails for a reason that may pass is tried for `patience_seconds`."""
    endpoint = url.options.get("endpoint") or next((environ[name] for name in _ENDPOINTS if environ.get(name)), "")
    path_style = url.truth("path_style", default=bool(endpoint) or "." in url.bucket)
    client: ClientConfig = {
        "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
        "timeout": timedelta(seconds=REQUEST_SECONDS),
        "allow_http": endpoint.startswith("http://"),
    }
    retries: RetryConfig = {
        "max_retries": 1000,  # time decides
        "retry_timeout": timedelta(seconds=patience_seconds),
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=_LONGEST_BACKOFF_SECONDS),
            "base": 2,
        },
    }
    return S3Store(
        url.bucket,
        prefix=url.prefix or None,
        client_options=client,
        retry_config=retries,
        credential_provider=_credentials(url, environ),
        **_config(url, endpoint, path_style=path_style),
    )


def _config(url: StoreUrl, endpoint: str, *, path_style: bool) -> dict[str, Any]:
    # One request for each delete: not every store has the bulk one.
    found: dict[str, Any] = {"virtual_hosted_style_request": not path_style, "disable_bulk_delete": True}
    if endpoint:
        scheme, _, host = endpoint.rstrip("/").partition("://")
        # With buckets as host names the library wants the bucket's own endpoint.
        found["endpoint"] = f"{scheme}://{host}" if path_style else f"{scheme}://{url.bucket}.{host}"
    if "region" in url.options:
        found["region"] = url.options["region"]
    if url.truth("anonymous", default=False):
        found["skip_signature"] = True
    if "sse" in url.options:
        found["server_side_encryption"] = url.options["sse"]
    if "sse_kms_key_id" in url.options:
        found["sse_kms_key_id"] = url.options["sse_kms_key_id"]
    return found


def _credentials(url: StoreUrl, environ: Mapping[str, str]) -> ProfileCredentials | None:
    if "profile" in url.options:
        return ProfileCredentials(url.options["profile"], environ)
    if "AWS_PROFILE" in environ and "AWS_ACCESS_KEY_ID" not in environ:
        return ProfileCredentials(environ["AWS_PROFILE"], environ)
    return None
