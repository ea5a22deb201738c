"""Where parts are put together: one file beside each of the command files, with what it starts and prints.

A file is imported when its command runs: ``supervise --help`` needs none of the parts, nor the libraries they stand on.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.app import (
        cases,
        catalogs,
        doctor,
        ledger,
        mappings,
        notices,
        options,
        publications,
        records,
        rulebooks,
        services,
        tokens,
    )

__all__ = [
    "cases",
    "catalogs",
    "doctor",
    "ledger",
    "mappings",
    "notices",
    "options",
    "publications",
    "records",
    "rulebooks",
    "services",
    "tokens",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
