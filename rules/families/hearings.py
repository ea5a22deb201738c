"""The hearing family (听证, 许可法 art. 46-48): who was told of the right to one, who asked, when it was announced and held.

A case keeps a set of (when, step). Whether a hearing also stops the case clock is another matter: that is a special procedure,
and needs a record of its own (``suspended``).

| what | from | to | source |
|---|---|---|---|
| clock hearing | asked for | held, given up, or the case decided or over | art. 47: 20 working days |
| finding decided-before-hearing | told of it, or asked for | decided, unheard and not given up | art. 47: 5 working days to ask |
| finding hearing-notice-short | announced | held | art. 48: 7 days before |

All who are concerned are one party here: the first request begins the clock, and a hearing held has heard everybody.
"""

from collections.abc import Iterator, Mapping, Sequence

from rules import events as ev
from rules.book import ProcessRule, RuleBook, TimeLimit
from rules.case import NEVER, Case, HearingNote, first, latest, over_at
from rules.errors import UncoveredDate
from rules.events import EVENT_TYPES, Header
from rules.families.found import Found
from rules.families.order import first_end, in_order
from rules.families.run import Run, cut_off, limit_of
from rules.instant import Instant
from rules.numbers import HearingStep
from rules.worktime import Limit

OFFERED = HearingStep.OFFERED.value
REQUESTED = HearingStep.REQUESTED.value
NOTIFIED = HearingStep.NOTIFIED.value
HELD = HearingStep.HELD.value
WAIVED = HearingStep.WAIVED.value
_STEPS: Mapping[type[Header], int] = {
    ev.HearingOffered: OFFERED,
    ev.HearingRequested: REQUESTED,
    ev.HearingNotified: NOTIFIED,
    ev.HearingHeld: HELD,
    ev.HearingWaived: WAIVED,
}
HEARING_EVENTS = frozenset(_STEPS)
_TAGS = {step: tag for tag, kind in EVENT_TYPES.items() for known, step in _STEPS.items() if kind is known}


def note_of(event: Header, at: Instant) -> HearingNote:
    """What a hearing's record says."""
    return at, _STEPS[type(event)]


def hearing_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """From each request to what ended the wait for the hearing. Asking again while one waits begins nothing anew."""
    limit, over = limit_of(rule.limit), first(case.decided, over_at(case))  # what is decided too soon is a finding
    for cycle, (start, end) in enumerate(_waits(case, book), 1):
        yield Run(cycle, start, cut_off(start, end, over), limit, False)


def _waits(case: Case, book: RuleBook) -> Iterator[tuple[int, int]]:
    requests = [at for at, step in case.hearings if step == REQUESTED]
    ends = [at for at, step in case.hearings if step in (HELD, WAIVED)]
    end = NEVER
    for start in requests:
        if start > end:
            end = first_end(case, ends, start, requests, book)
            yield start, end
            if not end:
                return


def decided_before(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Decided while a hearing that was asked for had not been held, or while there was still time (``within``) to ask for one."""
    if not case.decided or rule.within is None:
        return ()
    decided = latest(case, case.decided)
    ends = [at for at, step in case.hearings if step in (HELD, WAIVED) and in_order(case, at, case.decided, book)]
    waiting = [
        (at, step)
        for at, step in case.hearings
        if step in (REQUESTED, OFFERED) and latest(case, at) <= case.decided and not any(latest(case, end) >= at for end in ends)
    ]
    for step in (REQUESTED, OFFERED):
        offered = [at for at, which in waiting if which == step]
        if offered and (step == REQUESTED or _still_open(offered[-1], decided, rule.within, book)):
            return (Found(decided, f"event={_TAGS[step]}"),)
    return ()


def _still_open(offered: int, decided: int, within: Limit, book: RuleBook) -> bool:
    try:
        return decided <= book.worktime.due(offered, within)
    except UncoveredDate:  # it ends after all the calendar covers, the decision maybe not
        return book.worktime.covers(offered) and book.worktime.covers(decided)


def short_notice(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Held fewer than ``within`` days after it was first announced, or never announced. Counted in dates, whatever the hour."""
    if rule.within is None:
        return ()
    found: list[Found] = []
    announced = NEVER
    for at, step in case.hearings:
        if step == NOTIFIED:
            announced = announced or at
        elif step == HELD:
            last = latest(case, at)
            if not announced:
                found.append(Found(last, "announced=never"))
            elif _is_short(announced, last, rule.within, book):
                days = (book.worktime.day_of(last) - book.worktime.day_of(announced)).days
                found.append(Found(last, f"announced={days}"))
            announced = announced if latest(case, announced) > at else NEVER  # it may be of the next
    return found


def _is_short(announced: int, held: int, within: Limit, book: RuleBook) -> bool:
    worktime = book.worktime
    try:
        return worktime.day_of(announced) > worktime.day_of(worktime.before(held, within))
    except UncoveredDate:
        return False
