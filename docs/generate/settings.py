"""Every key of the settings, its default and meaning, from pydantic."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, SecretStr

from docs.generate.markdown import table
from monitor.settings import Settings


def settings() -> str:
    """One row per key."""
    return table(("key", "default", "meaning"), _rows(Settings))


def _rows(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from _rows(type(field.default), f"{before}{name}.")
        else:
            yield f"`{before}{name}`", _shown(field.default), field.description or ""


def _shown(default: Any) -> str:
    if default is None or default == ():
        return "none"
    if isinstance(default, SecretStr) or default == "":
        return "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
