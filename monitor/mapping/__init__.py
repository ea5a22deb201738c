"""Mappings: TOML files that turn an old window system's rows into events.

One mapping serves the gateway, ``replay`` and imports alike. The language is small on purpose: which columns exist, how
their times and codes read, and which events a row tells of. ``docs/reference/mapping.md`` is its reference.
"""

from monitor.mapping.check import SampleReport, check_sample
from monitor.mapping.load import load_mapping, load_mappings, mapped_files, parse_mapping
from monitor.mapping.mapping import Arrival, BadMapping, Mapping
from monitor.mapping.rows import NO_RECORDS, MappedRow, map_file, map_objects, map_stream

__all__ = [
    "NO_RECORDS",
    "Arrival",
    "BadMapping",
    "MappedRow",
    "Mapping",
    "SampleReport",
    "check_sample",
    "load_mapping",
    "load_mappings",
    "map_file",
    "map_objects",
    "map_stream",
    "mapped_files",
    "parse_mapping",
]
