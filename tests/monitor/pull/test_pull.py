"""A table of SQLite, pulled: nothing missed, nothing twice, whatever fails in between."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.pull import PullError, PullSpec, SourceTable, load_pull
from tests.monitor.pull.databases import Remembering, pulled, spec, spoil

AT = "2026-03-02 09:30:00"


class Base:
    """An SQLite file with the table ``cases``."""

    def __init__(self, folder: Path, kind: str = "INTEGER") -> None:
        self.file = folder / "exchange.db"
        self._run(f"CREATE TABLE cases (no TEXT, at TEXT, dept TEXT, changed {kind})")

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def add(self, *rows: tuple[str, Any], at: str = AT) -> None:
        for no, key in rows:
            self._run("INSERT INTO cases VALUES (?, ?, 'x', ?)", no, at, key)

    def _run(self, statement: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.file)) as base:
            base.execute(statement, values)
            base.commit()


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return Base(tmp_path)


async def test_rows_are_pulled_in_order_and_only_once(base: Base, tmp_path: Path) -> None:
    made, sink = spec(tmp_path, base.url, overlap=5), Remembering()
    base.add(("A-3", 3), ("A-1", 1), ("A-2", 2))
    assert str(await pulled(made, sink)) == "rows 3 · events 3 · bad rows 0"
    assert (await pulled(made, sink)).rows == 0
    base.add(("A-4", 4))
    assert ((await pulled(made, sink)).rows, sink.cases) == (1, ["A-1", "A-2", "A-3", "A-4"])


@pytest.mark.parametrize(("overlap", "cases"), [(5, ["A-1", "A-9", "A-8"]), (0, ["A-1", "A-9"])])
async def test_a_row_that_appears_behind_the_cursor_is_taken_within_the_overlap(
    overlap: int, cases: list[str], base: Base, tmp_path: Path
) -> None:
    made, sink = spec(tmp_path, base.url, overlap=overlap), Remembering()
    base.add(("A-1", 1), ("A-9", 9))
    await pulled(made, sink)
    base.add(("A-8", 8))
    await pulled(made, sink)
    assert (await pulled(made, sink)).rows == 0
    assert sink.cases == cases


async def test_a_changed_row_is_taken_again(base: Base, tmp_path: Path) -> None:
    made, sink = spec(tmp_path, base.url), Remembering()
    base.add(("A-1", 1))
    await pulled(made, sink)
    base._run("UPDATE cases SET dept = 'y', changed = 2")
    assert ((await pulled(made, sink)).rows, sink.cases) == (1, ["A-1", "A-1"])


@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_a_delivery_that_fails_is_repeated_and_nothing_before_it(failing: int, base: Base, tmp_path: Path) -> None:
    made, sink = spec(tmp_path, base.url), Remembering(failing)
    base.add(*((f"A-{number}", number) for number in range(1, 7)))
    with pytest.raises(ConnectionError):
        await pulled(made, sink)
    assert len(sink.cases) == 2 * (failing - 1)
    await pulled(made, sink)
    assert sink.cases == [f"A-{number}" for number in range(1, 7)]


async def test_a_bad_row_is_a_dead_letter_named_by_its_key(base: Base, tmp_path: Path) -> None:
    made, sink = spec(tmp_path, base.url), Remembering()
    base.add(("A-1", 1), at="soon")
    done = await pulled(made, sink)
    assert done.is_all_bad
    assert "cases, changed 1: mapping_failed: column 'at'" in str(done)
    assert [letter.source for letter in sink.letters] == ["cases, changed 1"]
    base.add(("A-2", 2))
    assert not (await pulled(made, sink)).is_all_bad


async def test_a_key_from_the_future_does_not_hide_later_rows(tmp_path: Path) -> None:
    base = Base(tmp_path, "DATETIME")
    made, sink = spec(tmp_path, base.url), Remembering()
    base.add(("A-1", "2026-03-02 09:30:00.000000"), ("A-9", "2099-01-01 00:00:00.000000"))
    await pulled(made, sink)
    base.add(("A-2", "2026-03-02 09:35:00.000000"))
    assert (await pulled(made, sink)).rows == 1
    assert (await pulled(made, sink)).rows == 0
    assert sink.cases == ["A-1", "A-9", "A-2"]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=30),
    st.integers(0, 4),
    st.integers(1, 3),
)
async def test_every_row_is_delivered_once_whenever_it_appears_and_whatever_fails(
    tmp_path_factory: pytest.TempPathFactory, arriving: list[tuple[int, int]], failing: int, batch: int
) -> None:
    """Rows appear in any order of keys, as far behind as the overlap allows, and one delivery fails."""
    folder = tmp_path_factory.mktemp("pull")
    base, sink = Base(folder), Remembering(failing)
    made = spec(folder, base.url, overlap=40, batch=batch)
    expected = [f"A-{number}" for number in range(len(arriving))]
    for number, (luck, key) in enumerate(arriving):
        base.add((f"A-{number}", key))
        if luck == 0:
            try:
                await pulled(made, sink)
            except ConnectionError:
                pass
    for _ in range(2):
        try:
            await pulled(made, sink)
        except ConnectionError:
            continue
    assert sorted(sink.cases, key=expected.index) == expected


async def test_rows_without_a_key_are_counted(base: Base, tmp_path: Path) -> None:
    base.add(("A-1", None), ("A-2", 2))
    made, sink = spec(tmp_path, base.url), Remembering()
    await pulled(made, sink)
    assert sink.cases == ["A-2"]
    table = SourceTable(made, ["no"])
    assert table.without_key() == 1
    table.close()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"table": "case"}, "has no table or view 'case'"),
        ({"key": "updated"}, "cases has no column updated; it has no, at, dept, changed"),
        ({"key": "dept"}, "key 'dept' is a str, not a number or a time"),
        ({"database": "sqlite:////no/such/folder/x.db"}, "the database answers: unable to open"),
        ({"database": "exchange.db"}, "is no URL"),
        ({"database": "oracle+oracledb://u:secret@h/x"}, "oracledb is not installed"),
        ({"database": "dm+dmPython://u:secret@h/x"}, "install the dialect"),
    ],
)
async def test_a_table_that_cannot_be_pulled_is_named_without_its_password(
    changes: dict[str, str], said: str, base: Base, tmp_path: Path
) -> None:
    base.add(("A-1", 1))
    made = spec(tmp_path, changes.pop("database", base.url), **changes)
    with pytest.raises(PullError) as caught:
        await pulled(made, Remembering())
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_a_cursor_of_another_table_or_a_broken_one_is_refused_with_its_mend(base: Base, tmp_path: Path) -> None:
    base.add(("A-1", 1))
    made = spec(tmp_path, base.url)
    await pulled(made, Remembering())
    with pytest.raises(PullError, match=r"is of cases\.changed, not of cases\.no; delete"):
        await pulled(msgspec.structs.replace(made, key="no"), Remembering())
    spoil(made)
    with pytest.raises(PullError, match="cannot be read"):
        await pulled(made, Remembering())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('table = "t"', "missing required field `key`"),
        ('table = "t"\nkey = "k"\noverlp = 3', "unknown field `overlp`"),
        ('table = "t"\nkey = "k"\noverlap = -1', "`int` >= 0"),
        ('table = "t"\nkey = "k"', "database is missing"),
        ("table =", "pull.toml"),
    ],
)
def test_a_pull_file_with_a_defect_is_refused(text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPERVISE_PULL_DATABASE", raising=False)
    (tmp_path / "pull.toml").write_text(text)
    with pytest.raises(PullError, match=said.replace("`", ".")):
        load_pull(tmp_path / "pull.toml")


def test_the_password_may_stand_outside_the_pull_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pull.toml").write_text('table = "t"\nkey = "k"\ndatabase = "sqlite:///a"\n')
    assert load_pull(tmp_path / "pull.toml").database == "sqlite:///a"
    monkeypatch.setenv("SUPERVISE_PULL_DATABASE", "sqlite:///b")
    made: PullSpec = load_pull(tmp_path / "pull.toml")
    assert (made.database, made.cursor) == ("sqlite:///b", str(tmp_path / "pull.cursor.json"))
