"""What a refused rule book says, word for word: whoever writes one has nothing else to go by."""

from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.almanac import ALMANAC
from rules.book import RuleBooks
from rules.bookfile import merge, parse_book
from rules.errors import BadRuleBook
from tests.rules.story import book, table

FORMS = "give a whole number and a unit: 20d (days), 10wd (working days), 3mo (months), 1y (years), 4wh (working hours)"
SPANS = 'must be spans such as ["08:30-12:00", "14:00-17:30"], in order and apart'


def defects(**over: Any) -> list[str]:
    with pytest.raises(BadRuleBook) as refused:
        parse_book("own", merge(table("default"), over), ALMANAC)
    assert refused.value.source == "own"
    return refused.value.defects


@pytest.mark.parametrize(
    ("over", "defect"),
    [
        ({"calendar": "nowhere"}, "calendar: 'nowhere': write \"cn\" or a table with base, years, holidays and workdays"),
        ({"process": [{"id": "p", "finding": "returned", "within": "3wd", "red": "at once"}]}, "returned knows no within"),
        ({"process": [{"id": "p", "finding": "back-entry", "red": "at once"}]}, 'back-entry needs within, such as "10wd"'),
        ({"office_hours": {"sessions": [7]}}, f"office_hours.sessions: [7] {SPANS}"),
        ({"office_hours": {"sessions": ["09:00-12:60"]}}, f"office_hours.sessions: ['09:00-12:60'] {SPANS}"),
        ({"office_hours": {"sessions": ["09:60-12:00"]}}, f"office_hours.sessions: ['09:60-12:00'] {SPANS}"),
    ],
)
def test_a_defect_is_named_with_its_key_and_its_mend(over: dict[str, Any], defect: str) -> None:
    (told,) = defects(**over, drop=["process"])
    assert told.endswith(defect)


@pytest.mark.parametrize(
    ("clock", "limit", "begin", "end"),
    [
        ("pre-review", "", f"time_limits[0].limit: '(none)' is no limit: {FORMS}", ", or instant"),
        ("case", "prmised", f"time_limits[0].limit: 'prmised' is no limit: {FORMS}", " or promised, statutory"),
        ("stage", "x", f"time_limits[0].limit: 'x' is no limit: {FORMS}", " or stage"),
    ],
)
def test_an_unreadable_limit_is_refused_with_the_limits_its_clock_knows(clock: str, limit: str, begin: str, end: str) -> None:
    (told,) = defects(time_limits=[{"id": "p", "clock": clock, "red": "deadline", **({"limit": limit} if limit else {})}])
    assert told.startswith(begin) and told.endswith(end)


def test_two_books_that_cannot_be_told_apart_are_refused() -> None:
    begun = datetime(2026, 3, 2, tzinfo=UTC)
    for others, defect in (
        ([], "none given"),
        ([book(), book()], "version: two books carry the same version, so a card could not say which judged it"),
        (
            [book(version="a", effective_from=begun), book(version="b", effective_from=begun)],
            "effective_from: two books take effect at the same instant",
        ),
    ):
        with pytest.raises(BadRuleBook) as refused:
            RuleBooks(others)
        assert str(refused.value) == f"rule books: {defect}"


def test_the_order_of_keys_does_not_change_the_digest() -> None:
    data = table("default")
    assert parse_book("own", dict(reversed(data.items())), ALMANAC).digest == parse_book("own", data, ALMANAC).digest
    assert parse_book("own", merge(data, {"title": "x"}), ALMANAC).digest != parse_book("own", data, ALMANAC).digest


def test_an_item_not_listed_has_no_name_and_the_default_limits() -> None:
    item = book(defaults={"promised": "9wd"}).item("nobody's")
    assert (item.code, item.name, item.promised, item.statutory) == ("", "", "9wd", "20wd")


def test_every_defect_of_every_watch_list_is_named() -> None:
    told = defects(
        watch_lists=[
            {"name": "甲", "codes": ["A", "B"], "promised": "soon"},
            {"codes": []},
            {"name": "乙", "codes": ["B", "A"], "statutory": "later"},
        ]
    )
    assert [defect.partition(": ")[0] for defect in told] == [
        "watch_lists[0].promised",
        "watch_lists[1]",
        "watch_lists[2].statutory",
        "watch_lists[2].codes",
        "watch_lists[2].codes",
    ]
    assert told[3:] == [f"watch_lists[2].codes: {code} is on '甲' too: which limits hold?" for code in "AB"]


def test_every_defect_of_every_rule_is_named() -> None:
    told = defects(process=[{"id": "p", "off": True}, {"id": "q"}, {"id": "r", "finding": "nothing", "red": "at once"}])
    assert [defect.partition(":")[0] for defect in told] == ["process[0].off", "process[1]", "process[2].finding"]
    assert told[0] == "process[0].off: the book it extends has no 'p', so there is nothing to switch off"


def test_a_defect_of_the_book_itself_is_named_by_its_key_alone() -> None:
    assert defects(version=7) == ["version: Expected `str`, got `int`"]
    assert defects(titel="x") == ["book: Object contains unknown field `titel`"]
    assert defects(complaints={"max": 1}) == ["complaints: Object contains unknown field `max`"]
    assert defects(time_limits=[], drop=["time_limits"]) == [
        "time_limits: a book without rules raises nothing, write at least one [[time_limits]]"
    ]
    assert defects(office_hours={"saturday": 1, "sessions": ["09:00-12:00"]}) == [
        "office_hours.saturday: unknown key, known are sessions, seasons"
    ]


def test_the_promise_tells_when_a_case_is_due_wherever_its_rule_stands() -> None:
    rules = [{"id": limit, "clock": "case", "limit": limit, "red": "deadline"} for limit in ("statutory", "promised")]
    assert [rule.id for rule in book(time_limits=rules, process=[]).time_limits] == ["promised", "statutory"]
