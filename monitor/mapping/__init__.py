"""Mappings: TOML files that turn an old window system's rows into events.

One mapping serves the gateway, ``replay`` and imports alike. The language is small on purpose: which columns exist, how
their times and codes read, and which events a row tells of. ``docs/howto/feed-over-http.md`` is its reference.
"""

from monitor.mapping.load import load_mapping, load_mappings, parse_mapping
from monitor.mapping.mapping import Arrival, BadMapping, Mapping
from monitor.mapping.rows import MappedRow, map_file, map_objects, map_stream

__all__ = [
    "Arrival",
    "BadMapping",
    "MappedRow",
    "Mapping",
    "load_mapping",
    "load_mappings",
    "map_file",
    "map_objects",
    "map_stream",
    "parse_mapping",
]
