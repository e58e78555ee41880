"""Every setting with where its value comes from."""

import os
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgecode.core.urls import without_password

if TYPE_CHECKING:
    from edgecode.core.settings import Settings


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
        found.append(Row(name, variable, _shown(values[name]), default, source, field.description or ""))
    return found


def _shown(value: Any) -> Any:
    return without_password(value) if isinstance(value, str) else value
