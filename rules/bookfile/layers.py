"""How a rule book is laid over the one it extends, before anything of it is checked."""

from collections.abc import Mapping
from typing import Any

_KEYED = {"time_limits": "id", "process": "id", "rates": "id", "items": "code"}
"""Lists of tables that are laid over the base's entry by entry, and the key that tells one from another."""


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``over`` laid on ``base``: tables key by key, rules and items entry by entry, everything else replaced.

    An entry stands in for the base's of the same id; the base's others are kept behind it. ``off = true`` drops one, ``drop``
    names lists of which none is kept. The entries of ``over`` come first and keep their places: a defect is shown with the place
    it has in its file.
    """
    dropped = over.get("drop", ())
    merged = {key: [] if key in _KEYED and key in dropped else value for key, value in base.items()}
    for key, value in over.items():
        known = merged.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            merged[key] = merge(known, value)
        elif key in _KEYED and isinstance(known, list) and isinstance(value, list) and value:
            merged[key] = _laid_over(known, value, _KEYED[key])
        else:
            merged[key] = value
    return merged


def _laid_over(base: list[Any], over: list[Any], key: str) -> list[Any]:
    known = {entry[key]: entry for entry in base if isinstance(entry, dict) and key in entry}
    entries = []
    for entry in over:
        name = entry.get(key) if isinstance(entry, dict) else None
        switched_off = isinstance(entry, dict) and entry.get("off") is True and isinstance(name, str) and name in known
        entries.append({**known[name], "off": True} if switched_off else entry)
    named = {entry[key] for entry in over if isinstance(entry, dict) and isinstance(entry.get(key), str)}
    return [*entries, *(entry for entry in base if not isinstance(entry, dict) or entry.get(key) not in named)]
