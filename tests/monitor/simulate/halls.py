"""A month of a simulated hall, for the tests that look at it from different sides."""

from datetime import datetime
from functools import lru_cache

from monitor.simulate.hall import generate
from monitor.simulate.rhythm import ZONE
from rules.events import Event
from rules.instant import to_instant

Records = list[tuple[int, Event]]


def instant(text: str) -> int:
    """``2026-03-02T09:00`` in China."""
    return to_instant(datetime.fromisoformat(text).replace(tzinfo=ZONE))


START, END = instant("2026-03-02T00:00"), instant("2026-04-30T00:00")


@lru_cache(maxsize=4)
def hall(seed: int = 7, cases_per_day: int = 200) -> Records:
    """Everything that arrives from 2 March to 29 April 2026, Qingming with its days off included."""
    return list(generate(seed, START, END, cases_per_day))
