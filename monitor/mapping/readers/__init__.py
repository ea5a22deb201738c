"""Files of every usual kind into rows. What a file is, its content says; how a text is laid out, the mapping."""

from monitor.mapping.readers.files import open_parts
from monitor.mapping.readers.part import Part, Passed, RawRow
from monitor.mapping.readers.read import read_objects, read_part, read_text

__all__ = ["Part", "Passed", "RawRow", "open_parts", "read_objects", "read_part", "read_text"]
