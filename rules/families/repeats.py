"""Of a window's complaints those that can still count towards a repetition: counting goes on from where it stood.

A finding of repeated complaints uses up those it counted, and a complaint counts for a while only
(:mod:`rules.families.complaint_findings`). So what is found from some instant on depends on few of the complaints before it:
those since the last finding that are near enough. No more than ``count - 1`` of these can there be, however many a window has.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from rules.book import ProcessRule, RuleBook
from rules.case import NEVER, Case, Clock, ComplaintNote
from rules.errors import UncoveredDate
from rules.families.complaint_findings import Filing, filings_of
from rules.families.complaints import FILED
from rules.families.subjects import subjects_of
from rules.instant import DAY, Instant
from rules.worktime import epoch_day

_replace = msgspec.structs.replace


def since_finding(case: Case, rule: ProcessRule, book: RuleBook, found: Sequence[Clock], since: Instant) -> Case | None:
    """The window with those complaints only that decide what ``rule`` finds from ``since`` on, a whole minute.

    ``found`` are its findings before, of all persons. None where all complaints are needed. Some were filed in a later year, or
    at the instant of the last one that was counted. Or what was found before is forgotten.
    """
    worktime, notes = book.worktime, case.complaints
    year = worktime.day_of(since).year
    if not notes or worktime.day_of(notes[-1][0]).year > year:
        return None
    new_year = worktime.clock.to_instant(epoch_day(date(year, 1, 1)) * DAY)
    try:
        place = _reaching(notes, since, rule, book)
        if place < len(notes) and notes[place][0] < new_year:
            place = _reaching(notes, new_year, rule, book)
    except UncoveredDate:
        return None
    first = notes[place][0] if place < len(notes) else since
    bound = max(first, new_year)
    if bound < case.horizon:
        return None
    known = sorted([clock.start for clock in found if clock.start >= bound], reverse=True)
    counted: set[str] = set()
    for near in _groups(notes, place, since, of_persons=rule.finding.keeps == "persons"):
        used_up = _last_counted(case, near, known, rule)
        if used_up is None:
            return None
        filings = _filed(case, [note for note in near if note[0] > used_up])
        counted.update([name for filed, name, _ in filings if filed > used_up and filed >= first])
    return _replace(case, complaints=tuple(subjects_of("complaints", notes).about(counted)))


def _reaching(notes: Sequence[ComplaintNote], at: Instant, rule: ProcessRule, book: RuleBook) -> int:
    """The first note near enough for a complaint filed at ``at``."""
    within, after = rule.within, book.worktime.after
    assert within is not None
    return bisect_left(notes, at, 0, bisect_left(notes, (at,)), key=lambda note: after(note[0], within))


def _filed(case: Case, notes: Iterable[ComplaintNote]) -> list[Filing]:
    """When, and on whom, the complaints of ``notes`` were first filed, without those that were refused."""
    own = subjects_of("complaints", case.complaints).about({note[2] for note in notes})
    return sorted(filings_of(_replace(case, complaints=tuple(own))).values())


def _groups(notes: Sequence[ComplaintNote], place: int, since: Instant, *, of_persons: bool) -> Iterator[Sequence[ComplaintNote]]:
    """The filings from ``place`` on that are counted together, as far as anything of it was filed from ``since`` on."""
    if not of_persons:
        yield [note for note in notes[place:] if note[1] == FILED]
        return
    for person in {note[4] for note in notes[bisect_left(notes, (since,)) :] if note[4]}:
        yield [note for note in notes[place:] if note[4] == person]


def _last_counted(case: Case, near: Sequence[ComplaintNote], known: Iterable[Instant], rule: ProcessRule) -> Instant | None:
    """When the complaint was filed with which a finding about ``near`` last used up all before; None where nobody can tell."""
    of_persons = rule.finding.keeps == "persons"
    for at in known:
        notes = case.complaints
        filed = _filed(case, notes[bisect_left(notes, (at,)) : bisect_left(notes, (at + 1,))])
        filed = [each for each in filed if each[0] == at and (each[2] or not of_persons)]
        if not of_persons or any(note[4] == person for note in near[:1] for _, _, person in filed):
            return at if len(filed) == 1 else None
    return NEVER
