"""When a record can have happened that was told to the minute, the hour or the day only.

Facts keep the beginning of that span, for it is what was told. The span itself joins the case beside them. It is a function of
the record alone, so neither order nor repetition nor lateness matters.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from rules.events import Header
from rules.instant import DAY, HOUR, MINUTE, Instant, to_instant

Span: TypeAlias = tuple[Instant, Instant]
"""The first and the last millisecond at which a record can have happened."""
LENGTHS: Mapping[str, int] = {"minute": MINUTE, "hour": HOUR, "day": DAY}
"""Milliseconds of a span, by the precision of the record."""


def span_of(event: Header, at: Instant) -> Span | None:
    """From when to when ``event`` can have happened; None where it was told to the second.

    When it arrived plays no part. Else what stands would depend on when somebody was told. A day has 24 hours, also where clocks
    are put forward and back. A record that claims to lie after its arrival counts from there, exactly.
    """
    if event.precision == "second" or at != to_instant(event.at):
        return None
    return at, at + LENGTHS[event.precision] - 1


def last_instant(event: Header, at: Instant) -> Instant:
    """The last instant at which ``event`` can have happened."""
    span = span_of(event, at)
    return at if span is None else span[1]


def latest_in(spans: Sequence[Span], at: Instant) -> Instant:
    """The end of the longest span that begins at ``at``; ``at`` itself where none does."""
    place = bisect_left(spans, (at + 1,))
    return spans[place - 1][1] if place and spans[place - 1][0] == at else at
