"""Packed files and archives, by what they are; damaged ones are named with their mend."""

import bz2
import gzip
import io
import lzma
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.mapping import BadMapping, map_file, mapped_files
from tests.monitor.mapping.files import CSV, GOOD, mapping, read, told

DATA = CSV.encode()


def packed(**files: bytes) -> bytes:
    """A zip file; ``__`` in a name is a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("in.csv.gz", gzip.compress),
        ("in.CSV.GZ", gzip.compress),
        ("in.csv", gzip.compress),
        ("in.csv.bz2", bz2.compress),
        ("in.csv.XZ", lzma.compress),
        ("in.zip", lambda data: packed(in__csv=data)),
        ("in.zip", lambda data: packed(in__csv__gz=gzip.compress(data))),
        ("in.csv.gz", lambda data: gzip.compress(packed(in__csv=data))),
    ],
)
def test_a_packed_file_is_read_whatever_it_is_called(name: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(pack(DATA))
    assert read(tmp_path / name) == GOOD


def test_every_file_of_an_archive_is_read_and_names_its_bad_rows(tmp_path: Path) -> None:
    names = {"a__csv": DATA, "b__csv": DATA.replace(b"09:30", b"soon"), ".hidden": b"x", "readme__txt": b"x"}
    (tmp_path / "in.zip").write_bytes(packed(**names))
    found = list(map_file(mapping({"members": "*.CSV"}), tmp_path / "in.zip"))
    assert told(found) == [*GOOD, (2, "mapping_failed"), (3, "A-2")]
    assert found[2].dead_letter("in.zip").source == "in.zip/b.csv, row 2"
    with pytest.raises(BadMapping, match=r"in\.zip/readme\.txt: has no column"):
        read(tmp_path / "in.zip")
    with pytest.raises(BadMapping, match=r"holds no file like '\*\.xlsx'"):
        read(tmp_path / "in.zip", mapping({"members": "*.xlsx"}))


def test_a_name_of_gbk_in_an_archive_is_readable(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("QQQQ.csv", DATA)
    (tmp_path / "in.zip").write_bytes(out.getvalue().replace(b"QQQQ", "办件".encode("gbk")))
    assert next(iter(map_file(mapping(), tmp_path / "in.zip"))).part == "办件.csv"


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(byte ^ 0xFF for byte in data[middle : middle + 8]) + data[middle + 8 :]


@pytest.mark.parametrize("damage", [lambda data: data[:-20], flipped])
@pytest.mark.parametrize(
    ("name", "pack"),
    [("in.gz", gzip.compress), ("in.bz2", bz2.compress), ("in.xz", lzma.compress), ("in.zip", lambda data: packed(a__csv=data))],
)
def test_a_damaged_archive_is_named_with_its_mend(
    name: str, pack: Callable[[bytes], bytes], damage: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    many = DATA + b"".join(b"A-%d,2026-03-03 10:00:00,%d\n" % (number, number * 7919 % 10007) for number in range(3000))
    (tmp_path / name).write_bytes(damage(pack(many)))
    with pytest.raises(BadMapping, match=r"once more$"):
        read(tmp_path / name)


@pytest.mark.parametrize("name", ["in.csv.gz", "in.BZ2", "in.zip"])
def test_a_file_that_is_not_packed_as_its_name_says_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(DATA)
    with pytest.raises(BadMapping, match="whatever its name says"):
        read(tmp_path / name)


@pytest.mark.parametrize(("magic", "kind"), [(b"Rar!\x1a\x07", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7-Zip")])
def test_an_archive_that_is_not_read_here_is_named(magic: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / "in.rar").write_bytes(magic + b"\0" * 50)
    with pytest.raises(BadMapping, match=f"is a {kind} archive"):
        read(tmp_path / "in.rar")


def test_an_archive_packed_in_a_way_that_python_lacks_is_named(tmp_path: Path) -> None:
    data = bytearray(packed(a__csv=DATA))
    data[8] = data[data.index(b"PK\x01\x02") + 10] = 9  # Deflate64, as Windows packs large files
    (tmp_path / "in.zip").write_bytes(data)
    with pytest.raises(BadMapping, match="cannot be unpacked here"):
        read(tmp_path / "in.zip")


def test_an_encrypted_archive_is_named(tmp_path: Path) -> None:
    data = bytearray(packed(a__csv=DATA))
    data[6] |= 1  # the flag of the member itself
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and of its line in the directory
    (tmp_path / "in.zip").write_bytes(data)
    with pytest.raises(BadMapping, match="is encrypted"):
        read(tmp_path / "in.zip")


@pytest.mark.parametrize("data", [DATA, gzip.compress(DATA), packed(a__csv=DATA)])
def test_a_dash_is_standard_input(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert read(Path("-")) == GOOD


MAPPING = """
source = { zone = "Asia/Shanghai" }
times = { at = "iso" }
event = [{ type = "applied", id = "{no}", at = "at", region = "430100" }]
"""


def test_files_and_patterns_take_one_mapping_or_one_each(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "c.xlsx"):
        (tmp_path / name).touch()
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text(MAPPING)
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    pattern, book = str(tmp_path / "*.csv"), str(tmp_path / "c.xlsx")

    def pairs(*mappings: Path) -> list[tuple[str, str]]:
        return [(path.name, made.name) for path, made in mapped_files([pattern, book, "-"][: max(len(mappings), 2)], mappings)]

    assert pairs(one) == [("a.csv", "one"), ("b.csv", "one"), ("c.xlsx", "one")]
    assert pairs(one, two) == [("a.csv", "one"), ("b.csv", "one"), ("c.xlsx", "two")]
    with pytest.raises(BadMapping, match="3 files and 2 mappings"):
        mapped_files([pattern, book, "-"], [one, two])
    with pytest.raises(BadMapping, match="no file fits"):
        mapped_files([str(tmp_path / "*.parquet")], [one])
