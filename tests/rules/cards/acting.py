"""An overdue case, and people who act on its cards."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from rules.alerts import STATES, Alert
from rules.book import RuleBooks
from rules.errors import BadEvent
from tests.rules.story import KEY, Story, book, day, table

YELLOW = f"{KEY}/case-promise/yellow/1"


RED = f"{KEY}/case-statutory/red/1"


WHEN = day(8)
"""Tuesday morning; the promise of 5 working days passed on Monday."""


DONE: dict[str, tuple[str, dict[str, Any]]] = {
    "confirm": ("alert_confirmed", {}),
    "acknowledge": ("alert_acknowledged", {}),
    "reply": ("alert_replied", {}),
    "open_followup": ("followup_opened", {}),
    "rectify": ("followup_rectified", {}),
    "close": ("alert_closed", {}),
    "appeal": ("alert_appealed", {}),
    "uphold": ("appeal_decided", {"outcome": "upheld"}),
    "reject": ("appeal_decided", {"outcome": "rejected"}),
    "pass_up": ("appeal_decided", {"outcome": "passed-up"}),
    "remove": ("alert_removed", {"cause": "other", "reason": "停电"}),
    "revoke": ("alert_revoked", {"reason": "发牌有误"}),
}


PATHS: dict[str, tuple[str, ...]] = {
    "pending": (),
    "issued": ("confirm",),
    "acknowledged": ("confirm", "acknowledge"),
    "replied": ("confirm", "acknowledge", "reply"),
    "followed_up": ("confirm", "open_followup"),
    "rectified": ("confirm", "open_followup", "rectify"),
    "closed": ("confirm", "acknowledge", "reply", "close"),
    "appealed": ("confirm", "appeal"),
    "escalated": ("confirm", "appeal", "pass_up"),
    "revoked": ("confirm", "revoke"),
    "removed": ("confirm", "remove"),
}
"""How a card held for confirmation gets there."""


def held() -> RuleBooks:
    rules = [{**rule, "hold": ["yellow"]} if rule["id"] == "case-promise" else rule for rule in table("office")["time_limits"]]
    return RuleBooks([book("office", time_limits=rules)])


def overdue(books: RuleBooks | None = None, statutory: str = "100wd") -> Story:
    """A case whose promise has passed; nobody has done anything yet."""
    story = Story(books or RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory=statutory)
    story.tick(WHEN)
    return story


def do(story: Story, act: str, at: datetime, alert: str = YELLOW, **fields: Any) -> tuple[Alert, ...]:
    kind, own = DONE[act]
    return story.tell(kind, at, alert=alert, **{**own, **fields}).alerts


def lead(story: Story, acts: tuple[str, ...], since: datetime = WHEN) -> datetime:
    """One act a minute; when the next may be."""
    for number, act in enumerate(acts):
        do(story, act, since + timedelta(minutes=number))
    return since + timedelta(minutes=len(acts))


def refused(story: Story, act: str, at: datetime, alert: str = YELLOW, **fields: Any) -> BadEvent:
    """The refusal; the case is as it was."""
    before = story.case
    with pytest.raises(BadEvent) as caught:
        do(story, act, at, alert, **fields)
    assert story.case is before
    return caught.value


def state(story: Story, level: str = "yellow", rule: str = "case-promise") -> str:
    return STATES[story.card(level, rule).state]
