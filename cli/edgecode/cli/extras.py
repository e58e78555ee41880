"""Which extras of the wheel are installed; all code is always there, what it stands on is not."""

from importlib.util import find_spec

_SENTINELS = {
    "server": ("nats", "obstore", "uvloop", "grpc_health", "grpc_reflection", "opentelemetry"),
    "worker": ("nats", "obstore", "uvloop", "av", "ffmpeg", "imageio_ffmpeg", "PIL", "opentelemetry"),
}


class MissingExtra(Exception):
    """A part that is not installed, and the extra that brings it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what}: pip install 'edgecode[{extra}]'")


def require_extra(extra: str) -> None:
    """Checks that an extra is installed, without importing it.

    Raises:
        MissingExtra: a package of it is not there.
    """
    missing = [name for name in _SENTINELS[extra] if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"the {extra} needs {', '.join(missing)}", extra)


def has_extra(extra: str) -> bool:
    """Tells whether an extra is installed."""
    return all(find_spec(name) is not None for name in _SENTINELS[extra])
