"""A finding is told with the instant it happened at, and the grace it was given, not only the instant its card fell due."""

from pathlib import Path

import pytest

from monitor.explain import Follower, as_text, follow_file
from monitor.words import Language
from rules.instant import to_instant
from tests.monitor.explain.cases import KEY, told, write
from tests.rules.story import books, day

HEARD = [
    told("accepted", day(0), promised="60wd", statutory="90wd"),
    told("hearing_requested", day(1)),
    told("hearing_notified", day(2)),
    told("hearing_held", day(7)),
    told("supplement_requested", day(8)),
    told("supplement_requested", day(9)),
]
SAID: dict[Language, list[str]] = {
    "zh": [
        "黄牌 听证通知不足七日（hearing-notice-short/yellow/1）：已发",
        "发生于 2026-03-09 09:30:00，听证通知未满法定提前天数：提前通知天数 5",
        "宽限至 2026-03-10 09:30:00，届时仍未更正",
    ],
    "en": [
        "yellow card 听证通知不足七日 (hearing-notice-short/yellow/1): issued",
        "found at 2026-03-09 09:30:00: a hearing announced too shortly before it: days announced before 5",
        "not mended within its grace, until 2026-03-10 09:30:00",
    ],
}


@pytest.mark.parametrize("lang", SAID)
def test_a_finding_is_told_with_when_it_happened_and_until_when_it_could_be_mended(lang: Language, tmp_path: Path) -> None:
    follower = Follower(KEY, books())
    follow_file(follower, write(tmp_path, HEARD), None, to_instant(day(20)))
    story = follower.story()
    assert story is not None
    text = as_text(story, lang)
    assert all(line in text for line in SAID[lang]), text
    grace = ("宽限至", "within its grace")[lang == "en"]
    assert text.count(grace) == 1, "the second supplement is found at once"
    assert text.count("supplement-again/yellow") == 2
