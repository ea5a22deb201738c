"""What complaints and bad reviews show besides their own clocks; part of the process rules (:mod:`rules.families.process`).

| finding | what | source |
|---|---|---|
| complaint-repeated-case | ``count`` complaints on one case within ``within`` | inference |
| complaint-repeated-window | the same on one window, of those that name no case | inference |
| complaint-repeated-person | the same on one person, within a case or a window | inference |
| complaint-on-overdue | a complaint open on a case that runs over its promise: one per case, at the later of both | inference |
| bad-review | a rating of 4 or 5; over when it is rectified, or struck out by an appeal | 好差评 |

Refused complaints repeat nothing. A complaint counts once, however often it was returned and filed again. Whom it was about is
personal data and stays out of the card.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rules.book import ProcessRule, RuleBook, TimeLimit
from rules.case import Case, is_window, latest
from rules.errors import UncoveredDate
from rules.families.complaints import rounds_of
from rules.families.found import Found
from rules.families.numbering import numbers_of
from rules.families.order import told
from rules.families.pauses import pauses_of
from rules.families.reviews import detail_of, reviews_of
from rules.families.time_limits import case_runs, clip, deadline_of
from rules.instant import DAY
from rules.worktime import epoch_day

Filing = tuple[int, str, str]
"""When, which complaint, on whom."""
_Dated = tuple[int, str, Found]
"""When it was told to have happened, about what, and what was found."""


def repeated_case(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """Complaints on one case."""
    if not is_window(case):
        yield from _numbered(case, _repeated(case, sorted(filings_of(case).values()), rule, book))


def repeated_window(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """Complaints on one window that name no case."""
    if is_window(case):
        yield from _numbered(case, _repeated(case, sorted(filings_of(case).values()), rule, book))


def repeated_person(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """Complaints on one person, within a case or a window."""
    by_person: dict[str, list[Filing]] = {}
    for filing in filings_of(case).values():
        if filing[2]:
            by_person.setdefault(filing[2], []).append(filing)
    found = [each for filings in by_person.values() for each in _repeated(case, sorted(filings), rule, book)]
    yield from _numbered(case, sorted(found))


def filings_of(case: Case) -> dict[str, Filing]:
    """Each complaint that was filed and not refused."""
    filings: dict[str, Filing] = {}
    refused = set()
    for each in rounds_of(case):
        if each.refused:
            refused.add(each.complaint)
        if each.filed:
            filings.setdefault(each.complaint, (each.filed, each.complaint, each.person))
    return {complaint: filing for complaint, filing in filings.items() if complaint not in refused}


def _repeated(case: Case, filings: Sequence[Filing], rule: ProcessRule, book: RuleBook) -> Iterator[_Dated]:
    """Each time so many came within so long, with the complaint that was the last of them.

    Counting then begins anew: one more is no new finding. It begins anew with each calendar year, too, from what reaches into it.
    """
    years = [book.worktime.day_of(filing[0]).year for filing in filings]
    for year in sorted(set(years)):
        # Findings depend on no more than two years, so a window may forget what is older.
        new_year = book.worktime.clock.to_instant(epoch_day(date(year, 1, 1)) * DAY)
        counted = [filing for filing, other in zip(filings, years, strict=True) if other == year]
        before = [filing for filing, other in zip(filings, years, strict=True) if other < year]
        counted = [*(filing for filing in before if _reaches(filing[0], new_year, rule, book)), *counted]
        yield from (found for found in _chained(case, counted, rule, book) if found[0] >= new_year)


def _reaches(filed: int, at: int, rule: ProcessRule, book: RuleBook) -> bool:
    assert rule.within is not None
    try:
        return book.worktime.after(filed, rule.within) >= at
    except UncoveredDate:
        return False


def _chained(case: Case, filings: Sequence[Filing], rule: ProcessRule, book: RuleBook) -> Iterator[_Dated]:
    assert rule.within is not None
    begin = 0
    for place, (filed, complaint, _) in enumerate(filings):
        at = latest(case, filed)
        try:
            while begin < place and book.worktime.after(filings[begin][0], rule.within) < at:
                begin += 1
        except UncoveredDate:
            continue
        if place - begin + 1 == rule.count:
            yield filed, complaint, Found(at, f"complaints={rule.count}")
            begin = place + 1


def _numbered(case: Case, found: Iterable[_Dated]) -> Iterator[Found]:
    """Findings as they come; of a window those it has not forgotten, each with the number of its minute."""
    if not is_window(case):
        yield from (each for _, _, each in found)
        return
    kept = sorted([dated for dated in found if dated[0] >= case.horizon])
    for number, (_, _, each) in zip(numbers_of([(at, name) for at, name, _ in kept]), kept, strict=True):
        yield each._replace(number=number)


def on_overdue(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """The first complaint that was open while the case was both open and past its first limit."""
    found = []
    for deadline, over in _promises(case, book):
        for each in rounds_of(case):
            at = max(latest(case, each.filed), deadline)
            if each.filed and (not over or at < over) and (not each.ended or at < each.ended):
                found.append(Found(at, f"complaint={each.complaint}"))
    if found:
        yield min(found)


def _promises(case: Case, book: RuleBook) -> Iterator[tuple[int, int]]:
    """Deadline and end (``NEVER``: open) of the case by the book's first rule about it: what the citizen was told."""
    rule: TimeLimit | None = next((rule for rule in book.time_limits if rule.clock == "case"), None)
    if rule is None or not case.complaints:
        return
    for run in (told(case, each) for each in case_runs(case, rule, book)):
        try:
            pauses = clip(pauses_of(case, book), run.start)
            yield deadline_of(case, rule, book, run.start, run.limit, pauses), run.end
        except UncoveredDate:
            return


def bad_review(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """Every bad review. One that an appeal struck out was over as it began: it counts for nothing, and keeps its number."""
    reviews = reviews_of(case)
    found = []
    for each in reviews:
        at = latest(case, each.at)
        found.append((each.at, each.rating, Found(at, detail_of(each), at if each.upheld else each.settled)))
    yield from _numbered(case, found)
