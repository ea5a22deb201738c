"""Cards and plans for tests of the notifier."""

from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from monitor.books.files import load_profile
from monitor.notify.plan import MessagePlan
from monitor.notify.stages import Pipeline, pipeline
from rules.alerts import Alert
from rules.instant import Instant, to_instant
from rules.worktime import Worktime

ZONE = ZoneInfo("Asia/Shanghai")
WORKTIME: Worktime = load_profile("default").worktime
MONDAY_9 = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=8)))
"""A Monday morning on which offices are open."""


def at(day: int, hour: int, minute: int = 0) -> Instant:
    """An instant of March 2026, local time."""
    return to_instant(datetime(2026, 3, day, hour, minute, tzinfo=ZONE))


def card(number: int = 1, state: str = "issued", *, change: int = 1, raised: datetime = MONDAY_9, **other: Any) -> Alert:
    """A red card; by its first change it has just been raised."""
    changed = raised if change == 1 else raised + timedelta(minutes=change)
    fields: dict[str, Any] = {
        "id": f"430102-住建局/A-{number}/case-promise/red/1",
        "case": f"A-{number}",
        "rule": "case-promise",
        "level": "red",
        "cycle": 1,
        "state": state,
        "reason": "limit_passed",
        "change": change,
        "due_at": raised,
        "known_at": raised,
        "raised_at": raised,
        "changed_at": changed,
        "deadline": raised,
        "counted_from": raised - timedelta(days=14),
        "limit": "10wd",
        "book": "default",
        "region": "430102",
        "department": "住建局",
    }
    return Alert(**(fields | other))


def plan(**tables: Any) -> MessagePlan:
    """A plan with one group robot and one mail channel, everything told at once."""
    table: dict[str, Any] = {
        "channels": {
            "group": {"kind": "webhook", "url": "http://127.0.0.1:1/"},
            "mail": {"kind": "mail", "host": "127.0.0.1", "sender": "office@example.org"},
        },
        "route": [{"name": "all", "to": ["group"], "wait": 0}],
    }
    return msgspec.convert(table | tables, MessagePlan)


def stages(of: MessagePlan) -> Pipeline:
    """The pipeline of a plan, by the default book's office hours."""
    return pipeline(of, lambda: WORKTIME, ZONE)
