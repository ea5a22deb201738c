"""Cards that an inspector issues by hand."""

import pytest

from rules.book import RuleBooks
from rules.case import is_standing
from rules.errors import BadEvent
from tests.rules.cards.acting import WHEN, do, overdue
from tests.rules.story import KEY, PLACE, Story, book, day


@pytest.mark.parametrize("level", ["yellow", "red"])
def test_a_card_by_hand_is_issued_once_and_ends_when_revoked(level: str) -> None:
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="50wd", statutory="100wd")
    assert not story.tell("card_issued_by_hand", day(1), level=level, reason="态度恶劣").alerts
    (alert,) = story.tick(day(1.1)).alerts
    assert (alert.id, alert.level) == (f"{KEY}/{level}-by-hand/{level}/1", level)
    assert (alert.reason, alert.detail, alert.by) == ("found", "态度恶劣", "张三")
    assert not story.tell("card_issued_by_hand", day(1), arrived=day(2), level=level, reason="态度恶劣").alerts
    (gone,) = do(story, "revoke", day(3), alert.id, operator="李四")
    assert (gone.by, gone.detail) == ("李四", "态度恶劣")
    assert not story.standing


def test_a_card_by_hand_for_a_case_nobody_reported_is_issued_at_once() -> None:
    story = Story(RuleBooks([book("office")]))
    (alert,) = story.tell("card_issued_by_hand", day(1), arrived=day(1, 0, 1), level="red", reason="场外受理").alerts
    assert (alert.by, alert.detail) == ("张三", "场外受理")
    assert alert.department == PLACE["department"]
    assert story.standing == {"red red-by-hand"}


def test_a_card_by_hand_is_refused_where_the_book_has_no_such_rule() -> None:
    story = overdue(RuleBooks([book()]))
    before = story.case
    with pytest.raises(BadEvent, match="red-by-hand") as caught:
        story.tell("card_issued_by_hand", WHEN, level="red", reason="场外受理")
    assert caught.value.reason == "forbidden_type"
    assert story.case is before


def test_a_forbidden_card_by_hand_names_the_field_at_fault() -> None:
    story = Story(RuleBooks([book("default")]))
    story.tell("accepted", day(0))
    with pytest.raises(BadEvent) as refused:
        story.tell("card_issued_by_hand", day(1), level="red", reason="x")
    assert (refused.value.reason, refused.value.field) == ("forbidden_type", "level")


def test_a_card_by_hand_is_issued_by_the_book_of_its_day() -> None:
    """A case accepted before a book knew cards by hand keeps to its book, and so gets none."""
    old = book("default", name="old", version="old-1")
    new = book("office", name="new", version="new-1", effective_from=day(10))
    story = Story(RuleBooks([old, new]))
    story.tell("accepted", day(11))
    story.tell("card_issued_by_hand", day(12), level="red", reason="索要好处\n两次")
    story.tick(day(13))
    assert [(alert.by, alert.detail) for alert in story.alerts if alert.rule == "red-by-hand"] == [("张三", "索要好处\n两次")]
    assert any(is_standing(card) for card in story.known.cards)
