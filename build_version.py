"""The version hatchling puts into the metadata: VERSION in its PEP 440 form."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent


def load_core(name: str) -> ModuleType:
    """Load one file of `edgecode.core` from this tree, never from an Edgecode that happens to be installed."""
    path = ROOT / "core" / "edgecode" / "core" / f"{name}.py"
    alias = f"_edgecode_build_{name}"
    spec = importlib.util.spec_from_file_location(alias, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


def semver() -> str:
    """VERSION as the wire has it; raises ValueError when VERSION is malformed."""
    return str(load_core("version").read_version_file((ROOT / "VERSION").read_bytes().decode()))


def pep440() -> str:
    """VERSION as a wheel has it; raises ValueError when VERSION is malformed."""
    return str(load_core("version").read_version_file((ROOT / "VERSION").read_bytes().decode()).pep440)
