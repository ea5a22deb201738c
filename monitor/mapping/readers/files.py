"""Files and archives into parts: unpacked by what they are, not by what they are called. ``-`` is standard input."""

import bz2
import fnmatch
import gzip
import lzma
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from monitor.mapping.mapping import BadMapping
from monitor.mapping.readers.part import Part
from monitor.mapping.source import FileFormat

_Open = Callable[[BinaryIO, str], object]
_PACKED: dict[bytes, tuple[str, _Open]] = {
    b"\x1f\x8b": ("gzip", gzip.open),
    b"BZh": ("bzip2", bz2.open),
    b"\xfd7zXZ\x00": ("xz", lzma.open),
}
_SUFFIXES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zip": "zip"}
_FOREIGN = {b"Rar!": "RAR", b"7z\xbc\xaf": "7-Zip", b"\x28\xb5\x2f\xfd": "Zstandard"}
_WORKBOOK = ("[Content_Types].xml", "mimetype")
"""One of these is in every XLSX and ODS, which are zip files, too."""
_DEEPEST = 3
_DAMAGE = (gzip.BadGzipFile, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


@contextmanager
def open_parts(path: Path, source: FileFormat) -> Iterator[Iterator[Part]]:
    """The parts of the file, opened one after another; :class:`BadMapping` says what is wrong with it and what to do."""
    where = "standard input" if str(path) == "-" else str(path)
    try:
        with sys.stdin.buffer if str(path) == "-" else path.open("rb") as stream:
            known = path if str(path) != "-" else None
            yield _parts(Part(stream, where, "", known), source, path.name, 0)
    except _DAMAGE as error:
        raise BadMapping(where, [f"is not a whole {_kind_named(path.name)} file: {error}: fetch or copy it once more"]) from None
    except NotImplementedError as error:  # a method of packing that Python lacks
        raise BadMapping(where, [f"cannot be unpacked here: {error}: pack it once more as zip"]) from None
    except OSError as error:
        if error.errno is None:  # what an unpacker finds, not the system
            raise BadMapping(where, [f"is damaged: {error}: fetch or copy it once more"]) from None
        raise BadMapping(where, [f"cannot be read: {error.strerror or error}"]) from None


def _parts(part: Part, source: FileFormat, name: str, depth: int) -> Iterator[Part]:
    if foreign := next((kind for magic, kind in _FOREIGN.items() if part.head.startswith(magic)), None):
        raise part.refuse(f"is a {foreign} archive, which is not read here: unpack it, or pack it as zip, gz, bz2 or xz")
    packed = next((way for magic, way in _PACKED.items() if part.head.startswith(magic)), None)
    if depth > _DEEPEST:
        raise part.refuse("is packed too often: unpack it")
    if packed is not None:
        inner = cast("BinaryIO", packed[1](cast("BinaryIO", part.stream), "rb"))
        yield from _parts(Part(inner, part.where, part.label), source, Path(name).stem, depth + 1)
    elif part.head.startswith(b"PK\x03\x04") and not _is_workbook(part):
        yield from _members(part, source, depth)
    else:
        promised = _SUFFIXES.get(Path(name).suffix.lower())
        if promised is not None and part.head:
            raise part.refuse(f"is not a whole {promised} file, whatever its name says: rename it, or fetch it once more")
        with closing(part):
            yield part


def _is_workbook(part: Part) -> bool:
    """Whether a zip file is a workbook: its directory says so, which stands at the end."""
    with part.seekable() as packed, zipfile.ZipFile(packed) as archive:
        return any(name in _WORKBOOK for name in archive.namelist())


def _members(part: Part, source: FileFormat, depth: int) -> Iterator[Part]:
    with closing(part), part.seekable() as packed, zipfile.ZipFile(packed) as archive:
        count = 0
        for member in archive.infolist():
            name = _name(member)
            if member.is_dir() or name.startswith("__MACOSX/") or Path(name).name.startswith("."):
                continue
            if not fnmatch.fnmatch(Path(name).name.lower(), source.members.lower()):
                continue
            if member.flag_bits & 1:
                raise part.refuse(f"{name} is encrypted: unpack it first")
            count += 1
            with archive.open(member) as stream:
                label = f"{part.label}/{name}" if part.label else name
                yield from _parts(Part(cast("BinaryIO", stream), part.where, label), source, name, depth + 1)
        if not count:
            raise part.refuse(f"holds no file like {source.members!r}")


def _name(member: zipfile.ZipInfo) -> str:
    """Chinese systems write GBK names, which the format reads as code page 437."""
    if member.flag_bits & 0x800:
        return member.filename
    return member.filename.encode("cp437", "replace").decode("gb18030", "replace")


def _kind_named(name: str) -> str:
    return _SUFFIXES.get(Path(name).suffix.lower(), "packed")
