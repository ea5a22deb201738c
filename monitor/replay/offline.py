"""Replay without a broker: files through their mappings and the rules at full speed, alert changes out as JSON lines."""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

import msgspec

from monitor.replay.feed import Inputs, OnBad, describe_bad, describe_rows, read_feed
from monitor.wire import DeadLetter, encode_event, encode_json
from rules.alerts import LEVELS, STANDING
from rules.book import RuleBooks
from rules.cards import AlertChange, alert_of
from rules.case import Case, case_due, case_state
from rules.drive import Cases
from rules.errors import BadEvent
from rules.instant import to_datetime, to_instant
from rules.keys import number_of_case, space_of


class AlertLine(msgspec.Struct):
    """One alert change on stdout. ``numbered_by`` tells whose ``case`` it is."""

    case: str
    rule: str
    level: str
    state: str
    due_at: datetime
    raised_at: datetime
    reason: str
    numbered_by: str


class CaseLine(msgspec.Struct):
    """One case at the end, with ``--cases``. ``due_at`` is ``null`` where the case has no limit or its calendar ends."""

    case: str
    due_at: datetime | None
    state: str
    numbered_by: str


class OfflineReplay(msgspec.Struct):
    """What a replay came to. ``standing`` counts the alerts that stand at its end, ``changes`` every line written.

    ``notes`` say what was passed over and show the first bad rows. ``is_all_bad`` is a mapping or a file to mend.
    """

    rows: int
    events: int
    bad: Counter[str]
    cases: int
    changes: Counter[tuple[str, str]]
    standing: Counter[str]
    seconds: float
    reading_seconds: float
    notes: list[str]
    is_all_bad: bool

    def __str__(self) -> str:
        """The summary for stderr."""
        rate = self.events / self.seconds if self.seconds else 0
        states = sorted({state for _, state in self.changes})
        lines = [
            f"rows {self.rows:,} · events {self.events:,} · bad rows {describe_bad(self.bad)} · cases {self.cases:,}",
            f"read and mapped in {self.reading_seconds:.1f} s · judged in {self.seconds:.1f} s ({rate:,.0f} events/s)",
        ]
        for level in LEVELS:
            shares = [f"{state} {self.changes[level, state]:,}" for state in states if self.changes[level, state]]
            if shares:
                lines.append(f"{level}: {self.standing[level]:,} standing ({', '.join(shares)})")
        return "\n".join([*lines, *self.notes])


def replay_offline(
    inputs: Inputs,
    books: RuleBooks,
    out: BinaryIO,
    *,
    cases: bool = False,
    until: datetime | None = None,
    on_bad: OnBad | None = None,
) -> OfflineReplay:
    """Replay the files straight through the core and write one JSON line per alert change to ``out``.

    After the last record the clock runs on to ``until`` (without an offset: the book's wall-clock time). By default it does not
    run on: files do not tell what happens after the last arrival. With ``cases`` one line per case follows. ``on_bad`` gets
    every row that could not be used. Prints nothing: ``str()`` of the result is the summary.
    """
    began = time.perf_counter()
    feed = read_feed(inputs, on_bad)
    read = time.perf_counter()
    driven = Cases(books, tallied=True)
    tally = _Tally(out)
    refused = 0
    for arrived, event in feed.arrivals:
        tally.take(driven.advance(arrived))
        try:
            tally.take(driven.apply(event, arrived))
        except BadEvent as error:
            refused += 1
            value = encode_event(event)
            feed.refuse(DeadLetter(error.reason, str(error), feed.name, error.field, size=len(value), value=value), on_bad)
    if until is not None:
        tally.take(driven.advance(to_instant(until if until.tzinfo else until.replace(tzinfo=books.at(feed.last).zone))))
    judged = time.perf_counter()
    if cases:
        for case in driven.cases.values():
            if case.tally is not None:
                continue  # counts of many
            out.write(encode_json(_case_line(case, books)) + b"\n")
    out.flush()
    number = sum(case.tally is None for case in driven.cases.values())
    return OfflineReplay(
        rows=feed.rows,
        events=len(feed.arrivals),
        bad=feed.bad,
        cases=number,
        changes=tally.changes,
        standing=tally.standing(),
        seconds=judged - read,
        reading_seconds=read - began,
        notes=describe_rows(feed),
        is_all_bad=feed.is_all_bad(len(feed.arrivals) - refused),
    )


class _Tally:
    """Writes alert lines and counts them; the last state of each alert tells whether it stands."""

    def __init__(self, out: BinaryIO) -> None:
        self.changes: Counter[tuple[str, str]] = Counter()
        self._last: dict[str, tuple[str, bool]] = {}
        self._write = out.write

    def take(self, changes: Iterable[AlertChange]) -> None:
        for alert in map(alert_of, changes):
            said = (alert.rule, alert.level, alert.state, alert.due_at, alert.raised_at, alert.reason)
            self._write(encode_json(AlertLine(alert.case, *said, alert.numbered_by)) + b"\n")
            self.changes[alert.level, alert.state] += 1
            self._last[alert.id] = (alert.level, alert.state in STANDING)

    def standing(self) -> Counter[str]:
        return Counter(level for level, stands in self._last.values() if stands)


def _case_line(case: Case, books: RuleBooks) -> CaseLine:
    due = case_due(case)
    zone = (books.get(case.book) if case.book else books.at(0)).zone
    due_at = to_datetime(due, zone) if due is not None else None
    return CaseLine(number_of_case(case.key), due_at, case_state(case), space_of(case.key))
