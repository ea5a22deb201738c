"""What complaints and bad reviews show besides their own clocks; part of the process rules (:mod:`rules.process`).

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

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rules.case import NEVER, Case, is_window
from rules.complaints import rounds_of
from rules.errors import UncoveredDate
from rules.pauses import pauses_of
from rules.reviews import detail_of, reviews_of
from rules.rulebook import ProcessRule, RuleBook, TimeLimit
from rules.timelimits import clip, deadline_of, spans_of


class Found(NamedTuple):
    """One thing found: when it happened (epoch ms), what to show, when it was over where it can be (``NEVER``: it stays), and who
    says so where a person does."""

    at: int
    detail: str
    end: int = NEVER
    by: str = ""


def repeated_case(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """Complaints on one case."""
    if not is_window(case):
        yield from _repeated(sorted(_filings(case).values()), rule, book)


def repeated_window(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """Complaints on one window that name no case."""
    if is_window(case):
        yield from _repeated(sorted(_filings(case).values()), rule, book)


def repeated_person(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """Complaints on one person, within a case or a window."""
    by_person: dict[str, list[tuple[int, str]]] = {}
    for filing in _filings(case).values():
        if filing[1]:
            by_person.setdefault(filing[1], []).append(filing)
    found = [each for filings in by_person.values() for each in _repeated(sorted(filings), rule, book)]
    yield from sorted(found)


def _filings(case: Case) -> dict[str, tuple[int, str]]:
    """Each complaint that was filed and not refused: when first, and on whom."""
    filings: dict[str, tuple[int, str]] = {}
    refused = set()
    for each in rounds_of(case):
        if each.refused:
            refused.add(each.complaint)
        if each.filed:
            filings.setdefault(each.complaint, (each.filed, each.person))
    return {complaint: filing for complaint, filing in filings.items() if complaint not in refused}


def _repeated(filings: Sequence[tuple[int, str]], rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """Each time so many came within so long; then counting begins anew, so that one more is no new finding."""
    assert rule.within is not None
    begin = 0
    for place, (at, _) in enumerate(filings):
        try:
            while book.worktime.after(filings[begin][0], rule.within) < at:
                begin += 1
        except UncoveredDate:
            continue
        if place - begin + 1 == rule.count:
            yield Found(at, f"complaints={rule.count}")
            begin = place + 1


def on_overdue(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """The first complaint that was open while the case was both open and past its first limit."""
    found = []
    for deadline, over in _promises(case, book):
        for each in rounds_of(case):
            at = max(each.filed, deadline)
            if each.filed and (not over or at < over) and (not each.ended or at < each.ended):
                found.append(Found(at, f"complaint={each.complaint}"))
    if found:
        yield min(found)


def _promises(case: Case, book: RuleBook) -> Iterator[tuple[int, int]]:
    """Deadline and end (``NEVER``: open) of the case by the book's first rule about it: what the citizen was told."""
    rule: TimeLimit | None = next((rule for rule in book.time_limits if rule.clock == "case"), None)
    if rule is None or not case.complaints:
        return
    for span in spans_of(case, rule, book):
        try:
            pauses = clip(pauses_of(case, book), span.start)
            yield deadline_of(case, rule, book, span.start, span.limit, pauses), span.end
        except UncoveredDate:
            return


def bad_review(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[Found]:
    """Every bad review. One that an appeal struck out was over as it began: it counts for nothing, and keeps its number."""
    for each in reviews_of(case):
        yield Found(each.at, detail_of(each), each.at if each.upheld else each.settled)
