"""Libraries for some kinds of files, which an installation may lack: said with the line that installs them."""

from importlib import import_module
from typing import Any

from monitor.mapping.readers.part import Part


def need(module: str, extra: str, part: Part) -> Any:
    """The module; :class:`~monitor.mapping.mapping.BadMapping` with the command where it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        raise part.refuse(f"needs {module}, which is not installed: pip install 'supervise[{extra}]'") from None
