"""From a TOML table to a book. What is refused is in ``tests/bad_books``."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from monitor.almanac import ALMANAC
from monitor.books.files import calendars, load_book, load_books, load_profile, profiles
from rules.bookfile import merge, parse_book
from rules.instant import HOUR, to_datetime, to_instant
from rules.worktime import Almanac, Calendar, Limit, WallClock
from tests.rules.story import book, table

LEAST: dict[str, Any] = {
    "name": "least",
    "version": "least-1",
    "time_limits": [{"id": "all", "clock": "case", "limit": "3d", "red": "deadline"}],
}


def test_a_book_is_read_with_an_almanac_made_up_on_the_spot() -> None:
    zone = timezone(timedelta(hours=8), "CST")
    calendar = Calendar("cn", [2026], {date(2026, 3, 4): "停电"}, {})
    almanac = Almanac(lambda key: WallClock(key, zone, (), (8 * HOUR,)), lambda: calendar)
    read = parse_book("least", {**LEAST, "time_limits": [{**LEAST["time_limits"][0], "limit": "3wd"}]}, almanac)
    assert read.zone is zone and read.calendar is calendar
    monday = to_instant(datetime(2026, 3, 2, 9, 30, tzinfo=zone))
    # Mon|Tue 1wd|Wed off|Thu 2wd|Fri 3wd, to the end of the day
    friday = datetime(2026, 3, 6, 23, 59, 59, 999_000, tzinfo=zone)
    assert to_datetime(read.worktime.due(monday, Limit.parse("3wd")), read.zone) == friday


def test_merging_lays_tables_over_key_by_key_and_replaces_the_rest() -> None:
    base = {"a": {"x": 1, "y": {"z": 2}}, "b": [1, 2], "c": 3}
    assert merge(base, {"a": {"y": {"w": 4}}, "b": [9], "d": 5}) == {
        "a": {"x": 1, "y": {"z": 2, "w": 4}},
        "b": [9],
        "c": 3,
        "d": 5,
    }
    assert merge(base, {"a": 7})["a"] == 7 and merge({"a": 7}, base)["a"] == base["a"]
    assert base == {"a": {"x": 1, "y": {"z": 2}}, "b": [1, 2], "c": 3}


def test_a_book_of_one_rule_has_the_defaults_for_the_rest() -> None:
    least = parse_book("least", LEAST, ALMANAC)
    assert (least.title, least.worktime.clock.zone) == ("least", "Asia/Shanghai")
    assert (least.effective_from, least.calendar.name) == (0, "cn")
    assert least.item("x").statutory == "" and least.special.unit == "wd" and not least.process


def test_every_shipped_profile_is_a_good_book_of_its_own_version() -> None:
    loaded = [load_profile(name) for name in profiles()]
    assert [each.name for each in loaded] == list(profiles())
    assert len({each.version for each in loaded}) == len(loaded)
    assert all(rule.source for each in loaded for rule in each.rules)


def test_a_profile_keeps_the_tables_of_the_book_it_extends_and_replaces_its_rules() -> None:
    jiangsu = load_profile("jiangsu-scoring")
    assert jiangsu.worktime.counting.ends == "day_end" and jiangsu.special.max_days == 60
    assert [rule.id for rule in jiangsu.time_limits] == ["case-statutory"]


def test_effective_from_is_an_instant_whatever_its_offset() -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    assert book(effective_from=when).effective_from == to_instant(when)


def test_thresholds_go_from_mild_to_severe_however_written() -> None:
    rule = {
        "id": "r",
        "clock": "case",
        "limit": "promised",
        "red": "2d after",
        "reminder": "1/2",
        "yellow": "deadline",
        "hold": ["red"],
    }
    read = parse_book("b", {**LEAST, "time_limits": [rule]}, ALMANAC).time_limits[0]
    assert read.levels == (0, 2, 3) and read.held == {3}
    assert [threshold.kind for threshold in read.thresholds] == ["fraction", "deadline", "after"]


def test_a_rule_without_a_limit_means_the_first_its_clock_knows() -> None:
    rules = [{"id": kind, "clock": kind, "red": "deadline"} for kind in ("case", "special", "acceptance")]
    written = {**LEAST, "time_limits": rules, "supplement": {"notice": "5wd"}}
    assert [rule.limit for rule in parse_book("b", written, ALMANAC).time_limits] == [
        "promised",
        "approved",
        "notice",
    ]


class TestFiles:
    HEAD = 'extends = "default"\nname = "own"\nversion = "own-1"\n'

    def write(self, folder: Path, text: str) -> Path:
        path = folder / "book.toml"
        path.write_text(self.HEAD + text, "utf-8")
        return path

    def test_the_default_book_is_loaded_where_none_is_named(self) -> None:
        assert load_books([]).at(0).version == "default-1"

    def test_a_bare_name_loads_the_profile_of_that_name(self) -> None:
        assert load_book(Path("hunan")).version == "hunan-1"

    def test_a_book_takes_a_regional_calendar_by_its_name(self, tmp_path: Path) -> None:
        assert "guangxi" in calendars()
        loaded = load_book(self.write(tmp_path, 'calendar = "guangxi"\n'))
        assert loaded.calendar.name == "guangxi"
        assert not loaded.calendar.is_workday(datetime(2025, 3, 31, tzinfo=UTC).date())

    def test_a_book_takes_a_calendar_from_a_file_beside_it(self, tmp_path: Path) -> None:
        (tmp_path / "town.toml").write_text('name = "town"\nbase = "weekends"\nyears = [2026]\n', "utf-8")
        assert load_book(self.write(tmp_path, 'calendar = "town.toml"\n')).calendar.name == "town"

    def test_a_book_takes_a_calendar_from_a_table_within_it(self, tmp_path: Path) -> None:
        loaded = load_book(self.write(tmp_path, '[calendar]\nbase = "weekends"\nyears = [2026]\n'))
        assert (loaded.calendar.name, loaded.calendar.years) == ("own", (2026,))

    @pytest.mark.parametrize("profile", profiles())
    def test_every_profile_can_be_extended(self, tmp_path: Path, profile: str) -> None:
        path = tmp_path / "book.toml"
        path.write_text(self.HEAD.replace('"default"', f'"{profile}"'), "utf-8")
        assert [rule.id for rule in load_book(path).rules] == [rule.id for rule in load_profile(profile).rules]


def test_the_tests_own_reader_of_profiles_agrees_with_the_real_one() -> None:
    for name in profiles():
        assert parse_book(name, table(name), ALMANAC).digest == load_profile(name).digest
