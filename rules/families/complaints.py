"""The complaint family (投诉): what was reported of each complaint, and the clocks that follow from it.

A case keeps *notes*: a set of (when, step, complaint, days, person). Adding to a set does not care about order or repetition. A
complaint's notes fall into *rounds*: returned as misrouted (退单), a round is over; filed here again, the next begins. Rounds are
numbered by when they began, over all complaints of the case: that is the cycle of their clocks. A window forgets, so there
the minute in which a clock began numbers it (:mod:`rules.families.numbering`).

| clock | runs from | to | source |
|---|---|---|---|
| complaint-acceptance | filing | acceptance, refusal, or whatever ends the round | 5 working days |
| complaint-answer | acceptance | the answer, or whatever ends the round | 12345: 5 working days, extendable by 10 |
| complaint-misroute | acceptance, else filing | its return, unless it had been answered before | 12345: 2 working days |
| complaint-closing | filing | closed, refused or returned | none; for books that want one |

A complaint that names no case is kept with its window; then the "case" is that window, with complaints and no terms.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from rules import events as ev
from rules.book import RuleBook, RuleBooks, TimeLimit
from rules.case import NEVER, Case, ComplaintNote, ExtraDays, Span, first, is_window, latest, latest_in
from rules.errors import UncoveredDate
from rules.events import Header
from rules.families.numbering import numbers_of
from rules.families.run import Run, limit_of
from rules.instant import Instant
from rules.numbers import ComplaintStep
from rules.worktime import Limit

FILED = ComplaintStep.FILED.value
ACCEPTED = ComplaintStep.ACCEPTED.value
REFUSED = ComplaintStep.REFUSED.value
EXTENDED = ComplaintStep.EXTENDED.value
ANSWERED = ComplaintStep.ANSWERED.value
MISROUTED = ComplaintStep.MISROUTED.value
CLOSED = ComplaintStep.CLOSED.value
_STEPS: Mapping[type[Header], int] = {
    ev.ComplaintFiled: FILED,
    ev.ComplaintAccepted: ACCEPTED,
    ev.ComplaintRefused: REFUSED,
    ev.ComplaintExtended: EXTENDED,
    ev.ComplaintAnswered: ANSWERED,
    ev.ComplaintMisrouted: MISROUTED,
    ev.ComplaintClosed: CLOSED,
}
COMPLAINT_EVENTS = frozenset(_STEPS)


Wait = tuple[int, int, str, Any, int]
"""What somebody waits for: start, end, the name and the whole of what it is about, and its number within a case."""


class Round(NamedTuple):
    """One complaint from its filing here to its end or return; instants in epoch ms, ``NEVER`` where it has not happened."""

    complaint: str
    begun: int
    filed: int
    accepted: int
    refused: int
    answered: int
    misrouted: int
    closed: int
    extensions: tuple[ExtraDays, ...]
    person: str
    returned_by: int
    """The last instant at which it can have been returned."""

    @property
    def ended(self) -> int:
        """When nobody owed it an answer any more: refused, answered, returned or closed."""
        return first(self.refused, self.answered, self.misrouted, self.closed)


def note_of(event: Any, at: Instant, books: RuleBooks) -> ComplaintNote:
    """What a complaint's record says. Whom it is about is kept only where the book asks for it."""
    step = _STEPS[type(event)]
    person = event.person if step == FILED and event.person and books.at(at).keeps_persons else ""
    return at, step, event.complaint, event.days if step == EXTENDED else 0, person


def rounds_of(case: Case) -> tuple[Round, ...]:
    """All rounds of all complaints, by when they began."""
    return _rounds(case.complaints, case.spans)


@lru_cache(maxsize=64)
def _rounds(notes_of_all: tuple[ComplaintNote, ...], spans: tuple[Span, ...]) -> tuple[Round, ...]:
    """Every rule of the family asks for the rounds of the same case, one after the other."""
    by_name: dict[str, list[ComplaintNote]] = {}
    for note in notes_of_all:
        by_name.setdefault(note[2], []).append(note)
    rounds: list[Round] = []
    for notes in by_name.values():
        if spans:
            _put_returns_in_order(notes, spans)
        open_notes: list[ComplaintNote] = []
        for note in notes:
            open_notes.append(note)
            if note[1] == MISROUTED:
                rounds.append(_round(open_notes, spans))
                open_notes = []
        if open_notes:
            rounds.append(_round(open_notes, spans))
    rounds.sort(key=lambda each: (each.begun, each.complaint))
    return tuple(rounds)


def _put_returns_in_order(notes: list[ComplaintNote], spans: Sequence[Span]) -> None:
    """A return told to the day before the filing of that day was of what had been filed, unless something was filed before."""
    for place, (at, step, *_) in enumerate(notes):
        if step == MISROUTED and not any(note[1] == FILED for note in notes[:place]):
            filed = next((other for other in range(place, len(notes)) if notes[other][1] == FILED), None)
            if filed is not None and notes[filed][0] <= latest_in(spans, at):
                notes.insert(filed, notes.pop(place))
            return


def _round(notes: list[ComplaintNote], spans: Sequence[Span]) -> Round:
    """``notes`` of one complaint in order of time."""
    when = [NEVER] * 7
    person = ""
    for at, step, _, _, who in notes:
        when[step] = when[step] or at
        person = person or who
    extensions = tuple([(at, days) for at, step, _, days, _ in notes if step == EXTENDED])
    return Round(
        notes[0][2],
        notes[0][0],
        when[FILED],
        when[ACCEPTED],
        when[REFUSED],
        when[ANSWERED],
        when[MISROUTED],
        when[CLOSED],
        extensions,
        person,
        latest_in(spans, when[MISROUTED]) if spans else when[MISROUTED],
    )


def _runs(look: Callable[[Round], tuple[int, int]], case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """Every run of a complaint clock, numbered by its round; ``look`` tells from when to when it ran in one."""
    if case.complaints:
        limit, is_extended = limit_of(rule.limit), rule.kind.extended_by == "complaints"
        runs = [(*look(each), each.complaint, each, cycle) for cycle, each in enumerate(rounds_of(case), 1)]
        for cycle, (start, end, complaint, each, _) in numbered(case, runs):
            used = _extended(each, latest(case, start), limit, book) if is_extended and each.extensions else limit
            yield Run(cycle, start, end, used, False, f"complaint={complaint}")


def numbered(case: Case, runs: Sequence[Wait]) -> Iterator[tuple[int, Wait]]:
    """What has begun, with its number: of a case its own; of a window, where it is not forgotten, that of its beginning."""
    if not is_window(case):
        yield from [(run[-1], run) for run in runs if run[0]]
        return
    kept = sorted([run for run in runs if run[0] and run[0] >= case.horizon], key=lambda run: (run[0], run[2], run[-1]))
    yield from zip(numbers_of([(run[0], run[2]) for run in kept]), kept, strict=True)


def _acceptance(each: Round) -> tuple[int, int]:
    return each.filed, first(each.accepted, each.ended)


def _answer(each: Round) -> tuple[int, int]:
    return each.accepted, each.ended


def _misroute(each: Round) -> tuple[int, int]:
    """Only a return tells that it was wrongly sent, so this clock has always ended. Accepting what is returned in the same
    instant begins nothing."""
    if not each.misrouted or any(0 < at < each.returned_by for at in (each.refused, each.answered, each.closed)):
        return NEVER, NEVER
    return each.accepted if 0 < each.accepted < each.returned_by else each.filed, each.misrouted


def _closing(each: Round) -> tuple[int, int]:
    return each.filed, first(each.refused, each.misrouted, each.closed)


acceptance_runs = partial(_runs, _acceptance)
answer_runs = partial(_runs, _answer)
misroute_runs = partial(_runs, _misroute)
closing_runs = partial(_runs, _closing)


def _extended(each: Round, start: int, limit: Limit, book: RuleBook) -> Limit:
    """The limit with the extensions that were granted before it had passed, capped by the book."""
    try:
        plain = book.worktime.due(start, limit)
    except UncoveredDate:
        return limit  # its deadline is unknown with extensions, too
    days, cap = sum(days for at, days in each.extensions if at <= plain), book.complaints.max_extension
    return limit.granted(days if cap is None else min(days, cap), book.complaints.unit)
