"""Nothing a record can say is left without words, and nobody's name is left unmasked."""

from typing import get_args

import msgspec
import pytest

from monitor import words
from monitor.explain.people import details_of
from monitor.explain.phrases import phrase
from monitor.words import Language
from rules.alerts import LEVELS, STATES
from rules.events import EVENT_TYPES, STAGES, Channel, ConclusionKind, DecisionResult, Header, Procedure, StageAction
from rules.worktime import Limit

LANGUAGES: tuple[Language, ...] = get_args(Language)
SAID_ONCE = set(Header.__struct_fields__) - {"operator"}
"""Told in the head of the story for the whole case."""


def test_every_record_level_state_and_stage_has_words() -> None:
    assert set(EVENT_TYPES) <= set(words.RECORDS)
    assert set(LEVELS) == set(words.LEVELS)
    assert set(STATES) <= set(words.STATES)
    assert set(STAGES) == set(words.STAGES)
    for kind in (Channel, ConclusionKind, DecisionResult, Procedure, StageAction):
        assert set(get_args(kind)) <= set(words.VALUES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_field_has_words(lang: Language) -> None:
    fields = {name for kind in EVENT_TYPES.values() for name in kind.__struct_fields__} - SAID_ONCE
    assert [name for name in sorted(fields) if phrase(f"field_{name}", lang, value="v") == f"{name}=v"] == []


def test_people_are_masked_in_every_record() -> None:
    secret = "张三丰"
    people = {"operator", "handler", "approver", "person", "applicant"}
    for kind in EVENT_TYPES.values():
        known = people & set(kind.__struct_fields__)
        needed = {
            "id": "1",
            "at": "2026-03-02T09:30:00+08:00",
            "region": "430100",
            **_required(kind),
            **dict.fromkeys(known, secret),
        }
        event = msgspec.convert(needed, kind, strict=False)
        assert secret not in str(details_of(event, unmasked=False))
        assert str(details_of(event, unmasked=True)).count(secret) == len(known)


def _required(kind: type[Header]) -> dict[str, object]:
    samples: dict[str, object] = {
        "stage": "review", "procedure": "testing", "days": 3, "result": "granted", "amount_fen": 1, "complaint": "c", "score": 5,
        "alert": "a", "outcome": "upheld", "cause": "error", "level": "red", "reason": "r", "upheld": True, "founded": True,
        "department": "d", "limit": "3wd", "window": "A01",
        "record": "r",
    }  # fmt: skip
    return {field.name: samples[field.name] for field in msgspec.structs.fields(kind) if field.required and field.name in samples}


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("10wd", "10 个工作日", "10 working days"),
        ("1d", "1 天", "1 day"),
        ("3mo", "3 个月", "3 months"),
        ("1y", "1 年", "1 year"),
        ("4wh", "4 个工作小时", "4 working hours"),
        ("15wm", "15 分钟（办公时间）", "15 working minutes"),
        ("0wd", "当日办结（即办件）", "the same day (instant item)"),
        ("instant", "即办件", "instant item"),
        ("0d", "当日", "that very day"),
        ("0h", "即刻", "at once"),
        ("24h", "24 小时", "24 hours"),
        ("1min", "1 分钟", "1 minute"),
        ("", "", ""),
    ],
)
def test_a_limit_is_written_out_in_both_languages(text: str, zh: str, en: str) -> None:
    assert (words.limit(text, "zh"), words.limit(text, "en")) == (zh, en)
    if text:
        assert words.limit(Limit.parse(text), "en") == en


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("1mo + 10wd", "1 个月，延长 10 个工作日", "1 month, extended by 10 working days"),
        (
            "@2026-03-05T17:00:00+08:00",
            "2026-03-05 17:00:00 前办结（窗口系统给定）",
            "due 2026-03-05 17:00:00 by the window system's own word",
        ),
        (
            "@2026-03-05T17:00:00+08:00 + 2d",
            "2026-03-05 17:00:00 前办结（窗口系统给定），延长 2 天",
            "due 2026-03-05 17:00:00 by the window system's own word, extended by 2 days",
        ),
    ],
)
def test_a_limit_that_only_cases_keep_is_written_out_as_well(text: str, zh: str, en: str) -> None:
    assert (words.limit(text, "zh"), words.limit(text, "en")) == (zh, en)


def test_a_record_says_when_it_was_due_and_what_that_is_held_to_as() -> None:
    given = {"id": "1", "at": "2026-03-02T09:30:00+08:00", "region": "430100", "case": "A-1"}
    kind = EVENT_TYPES["accepted"]
    plain = msgspec.convert({**given, "due_as": "statutory"}, kind)
    due = msgspec.convert({**given, "due_at": "2026-03-05T17:00:00+08:00"}, kind)
    assert details_of(plain, unmasked=False) == {}
    assert details_of(due, unmasked=False) == {"due_at": "2026-03-05 17:00:00+08:00", "due_as": "promised"}


def test_durations_show_their_two_greatest_units() -> None:
    assert words.duration(0, "zh") == "0 秒"
    assert words.duration(-90_061_001, "en") == "1 d 1 h"
    assert words.duration(61_000, "zh") == "1 分 1 秒"
