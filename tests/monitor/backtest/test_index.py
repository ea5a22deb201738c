"""The first pass: however the file is cut, every line is taken exactly once, and a case never lies in two buckets."""

from array import array
from collections import Counter
from itertools import pairwise
from mmap import mmap
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.backtest.index import BUCKETS, index_slice, line_at, mapped
from monitor.recordfile import read_line, write_line
from monitor.wire import encode_event
from rules.events import key_of
from tests.monitor.backtest.books_to_compare import accepted, line, lines
from tests.monitor.backtest.files import at


def case_at(data: mmap, offset: int) -> str:
    event = read_line(line_at(data, offset)).event
    assert event is not None
    return key_of(event)


@given(
    st.lists(st.sampled_from(["good", "tick", "bad", "blank"]), min_size=1, max_size=25),
    st.sets(st.integers(1, 4000), max_size=6),
    st.booleans(),
)
def test_every_line_is_in_one_slice(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str], cuts: set[int], ends: bool
) -> None:
    texts = {"tick": b'{"arrived":1767574800000,"event":{"type":"tick"}}', "bad": b"{", "blank": b""}
    written = [line(accepted(f"c{i}", "2026-01-05 09:00")) if kind == "good" else texts[kind] for i, kind in enumerate(kinds)]
    file = Path(lines(tmp_path_factory.mktemp("cut"), written))
    if not ends:
        file.write_bytes(file.read_bytes()[:-1] or b"\n")
    data = mapped(file)
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    parts = [index_slice(data, start, end) for start, end in pairwise(edges)]
    found = [offset for part in parts for _, offsets in part.places.values() for offset in array("Q", offsets)]
    cases = sorted(case_at(data, offset) for offset in found)
    assert cases == sorted(f"430100-d/c{i}" for i, kind in enumerate(kinds) if kind == "good")
    counted = Counter(kinds)
    assert sum(part.ticks for part in parts) == counted["tick"]
    assert sum(part.bad.total() for part in parts) == counted["bad"]
    for part in parts:
        for bucket, (hashes, offsets) in part.places.items():
            for number, offset in zip(array("I", hashes), array("Q", offsets), strict=True):
                assert number % BUCKETS == bucket
                assert number == crc32(case_at(data, offset).encode())


def test_a_line_written_is_read_as_it_was() -> None:
    event = accepted("A", "2026-01-05 09:00")
    early, late = at("2026-01-05 10:00"), at("2026-01-05 11:00")
    assert read_line(write_line(early, early, encode_event(event))) == (early, early, event)
    assert read_line(write_line(early, late, encode_event(event))) == (late, early, event)
