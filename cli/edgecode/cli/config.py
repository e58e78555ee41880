"""Every setting with where its value comes from."""

import os
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgecode.core.settings import Settings

# Values may carry a password in a URL; the command's output ends up in tickets.
_BLOT = "***"


@dataclass(frozen=True, slots=True)
class Row:
    """One setting."""

    name: str
    variable: str
    value: Any
    default: Any
    source: str
    description: str

    @property
    def shown(self) -> str:
        """The value for people."""
        return "(unset)" if self.value is None else str(self.value) if self.value != "" else "(empty)"

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def rows(settings: "Settings") -> list[Row]:
    """All settings in the order they are declared in; passwords inside URLs are blotted out."""
    from edgecode.core.settings import CONFIG_VARIABLE  # noqa: PLC0415 - as in read_settings

    values = settings.model_dump(mode="json")
    variables = {name.upper() for name in os.environ}
    file = os.environ.get(CONFIG_VARIABLE)
    in_file = set(tomllib.loads(Path(file).read_text(encoding="utf-8"))) if file else set()
    found = []
    for name, field in type(settings).model_fields.items():
        variable = f"EDGECODE_{name.upper()}"
        source = "environment" if variable in variables else "file" if name in in_file else "default"
        default = (
            field.default if isinstance(field.default, (int, float, str, bool, type(None))) else str(field.default)
        )
        found.append(Row(name, variable, without_password(values[name]), default, source, field.description or ""))
    return found


def without_password(value: Any) -> Any:
    """A URL `scheme://user:password@host` with the password blotted out; anything else as it is."""
    if not isinstance(value, str) or "://" not in value:
        return value
    return ",".join(_blot(url) for url in value.split(","))


def _blot(url: str) -> str:
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    name, colon, _password = user.partition(":")
    # Without a colon NATS takes what stands before the @ as a token.
    secret = f"{name}:{_BLOT}" if colon else _BLOT
    return f"{scheme}://{secret}{at}{host}{slash}{path}" if at else url
