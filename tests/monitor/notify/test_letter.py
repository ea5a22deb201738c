"""Messages: what goes together, and what it says."""

import msgspec

from monitor.notify.letter import LISTED, grouped, rendered
from monitor.notify.notice import Notice
from rules.instant import DAY, to_instant
from tests.monitor.notify.cards import MONDAY_9, ZONE, card, plan, stages

NOW = to_instant(MONDAY_9)


def notices(*numbers: int, **other: str) -> list[Notice]:
    of = stages(plan())
    return [notice for number in numbers for notice in of.notices(card(number, **other), NOW)]


def test_cards_of_one_department_and_day_make_one_message() -> None:
    mine, theirs = notices(1, 2, 3), notices(4, department="税务局")
    tomorrow = [msgspec.structs.replace(notices(5)[0], fell_at=NOW + DAY)]
    assert [len(group) for group in grouped([*mine, *theirs, *tomorrow], ZONE)] == [3, 1, 1]


def test_a_message_tells_level_department_number_and_each_card() -> None:
    message = rendered(notices(1, 2), ZONE, "zh", "https://c/{case}")
    assert message.title == "【红牌】住建局：2 件"
    assert message.lines[0] == "A-1 · 超过时限 · 红牌 · 10 个工作日 · 03-02 09:30 https://c/A-1"
    english = rendered(notices(1), ZONE, "en")
    assert english.title == "[red card] 住建局: 1"
    assert english.lines[0].startswith("A-1 · the limit has passed · red card · 10 working days")


def test_a_flood_is_named_in_part_and_counted_whole() -> None:
    message = rendered(notices(*range(LISTED + 30)), ZONE, "zh")
    assert len(message.lines) == LISTED + 1
    assert message.lines[-1] == "另有 30 张"
    assert "50 件" in message.title
    assert len(message.notices) == LISTED + 30


def test_the_same_notices_make_the_same_message_id_in_any_order() -> None:
    some = notices(1, 2, 3)
    assert rendered(some, ZONE, "zh").id == rendered(some[::-1], ZONE, "zh").id != rendered(some[:2], ZONE, "zh").id


def test_no_message_names_a_person() -> None:
    message = rendered(notices(1, by="张三", note="李四说"), ZONE, "zh")
    assert "张三" not in message.text
    assert "李四" not in message.text
    assert "张三" not in repr(message.notices)
