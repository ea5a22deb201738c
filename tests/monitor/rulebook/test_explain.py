"""Rules in plain words, with an example on real dates."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor.almanac import ALMANAC
from monitor.books.files import load_book, profiles
from monitor.rulebook import explain_rule
from monitor.rulebook.explain import UnknownRule
from monitor.words import Language
from rules.bookfile import parse_book
from rules.families import FINDING
from tests.rules.story import book

HOLIDAYS = date(2025, 9, 26)
"""The Friday before the make-up Sunday and National Day."""


def test_a_rule_is_explained_in_chinese_with_an_example_over_a_holiday() -> None:
    hunan = book("hunan", items=[{"code": "licence", "name": "食品经营许可", "promised": "4wd", "statutory": "20wd"}])
    assert explain_rule(hunan, "case-promise", HOLIDAYS).splitlines() == [
        "规则 case-promise（承诺时限） · 规则版本 hunan-1（湖南）",
        "计时：自受理起，至办结止；特别程序与受理后补正的时间不计入",
        "时限：承诺时限，受理时确定；未承诺的按法定时限",
        "延长：时限按天计的，按同样的天计；其余按工作日计，最多 10 天",
        "预警：届满前 2 个工作日",
        "黄牌：超过时限",
        "依据：Hunan, deployed rules",
        "举例：事项 licence 食品经营许可，4 个工作日，2025-09-26 10:00:00 起算，2025-10-09 10:00:00 届满",
        "  预警：2025-09-29 10:00:00 之后",
        "  黄牌：2025-10-09 10:00:00 之后",
        "  2025-09-26：起算当日，不计，1 天",
        "  2025-09-27：周末，不计，1 天",
        "  2025-09-28：国庆节调休上班，计入，1 天（第 1 天）",
        "  2025-09-29 至 2025-09-30：计入，2 天（第 2–3 天）",
        "  2025-10-01 至 2025-10-05：国庆节放假，不计，5 天",
        "  2025-10-06：中秋放假，不计，1 天",
        "  2025-10-07 至 2025-10-08：国庆节放假，不计，2 天",
        "  2025-10-09：计入，1 天（第 4 天）",
    ]


def test_a_stage_rule_explains_each_stage_with_a_limit() -> None:
    own = book("hunan", stages={"handling": "3wd"}, items=[{"code": "a", "stages": {"handling": "1wd", "review": "4wh"}}])
    text = explain_rule(own, "stage", date(2026, 3, 2), "en")
    handling, review = text.split("\n\n")
    assert "clock: from entering handling until it is left" in handling
    assert "limit: usually 3 working days; by item 1 working day" in handling
    assert "limit: by item 4 working hours" in review
    assert explain_rule(own, "stage-review", date(2026, 3, 2), "en") == review


def test_a_level_too_near_for_its_limit_says_so() -> None:
    hunan = book("hunan", stages={"handling": "1wd"})
    assert "warning: the limit is too short for it" in explain_rule(hunan, "stage", date(2026, 3, 2), "en")


def test_held_levels_and_days_without_a_calendar_are_explained() -> None:
    rule = {"id": "mine", "clock": "special", "yellow": "deadline", "red": "1d after", "hold": ["red"]}
    lines = explain_rule(book("default", time_limits=[rule]), "mine", date(2050, 1, 1), "en").splitlines()
    assert "limit: the approved days, 60 working days at most" in lines
    assert "red card: more than 1 day past the limit, held for an inspector's confirmation" in lines
    assert any(line.startswith("example: 10 working days, begun 2026-") for line in lines), "a year the calendar covers"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("finding", FINDING)
def test_every_finding_has_words(finding: str, lang: Language) -> None:
    within = {"within": "10wd"} if FINDING[finding].needs_within else {}
    rule = {
        "id": "mine",
        "finding": finding,
        "count": 2 if FINDING[finding].counts_from else 1,
        "yellow": "at once",
        "red": "1wd after",
        **within,
    }
    text = explain_rule(book("default", process=[rule]), "mine", date(2026, 3, 2), lang)
    assert finding.replace("-", " ") not in text.splitlines()[1] or lang == "en"
    assert len(text.splitlines()) >= 4


@pytest.mark.parametrize("profile", profiles())
def test_every_shipped_rule_is_explained(profile: str) -> None:
    shipped = load_book(Path(profile))
    for rule in shipped.rules:
        for lang in ("zh", "en"):
            assert len(explain_rule(shipped, rule.id, date(2026, 3, 2), lang).splitlines()) > 3


def test_an_unknown_rule_names_those_there_are() -> None:
    with pytest.raises(UnknownRule, match="it has case-promise, case-statutory"):
        explain_rule(book("hunan"), "case-promis", date(2026, 3, 2))


@pytest.mark.parametrize(
    ("extension", "line"),
    [
        ({"unit": "wd"}, "extensions: in working days, 10 at most"),
        ({"unit": "d", "max_days": 42}, "extensions: in calendar days, 42 at most"),
    ],
)
def test_an_extension_is_explained_with_the_kind_of_its_days(extension: dict[str, Any], line: str) -> None:
    lines = explain_rule(book(extension=extension), "case-promise", date(2026, 3, 2), "en").splitlines()
    assert line in lines
    assert not any(
        each.startswith("extensions") for each in explain_rule(book(), "delivery", date(2026, 3, 2), "en").splitlines()
    )


def test_days_that_put_off_an_answer_are_explained_without_a_cap_where_none_is_written() -> None:
    table = {
        "name": "bare",
        "version": "bare-1",
        "time_limits": [{"id": "answer", "clock": "complaint-answer", "limit": "24h", "yellow": "deadline"}],
    }
    lines = explain_rule(parse_book("bare", table, ALMANAC), "answer", date(2026, 3, 2), "en").splitlines()
    assert "limit: 24 hours" in lines
    assert "extensions: in the days the limit is counted in, in working days where it is in none, as granted" in lines
