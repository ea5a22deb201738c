"""Records that were corrected, taken back or not heard, and cases that came back; part of the process rules.

| finding | what | source |
|---|---|---|
| record-corrected | a record corrected or taken back; with ``count = 3`` the third time | inference |
| corrected-after-card | the same when a yellow or red card of the case had fallen | inference |
| reaccepted | accepted, sent back and accepted again, all ``within`` so long (体外循环, 刷件) | inference |
| foreign-record | a department that has nothing to do with the case reported what would have touched it | inference |

A correction happens when it arrives: what it says may have happened long before. Corrections of what is kept with a window count
for no finding, for a window goes on for years. Sent back means returned, voided, withdrawn, or not accepted after all; a new
application after a refusal (不予许可) or a normal conclusion is everybody's right.
"""

from collections.abc import Iterator, Sequence

from rules.book import ProcessRule, RuleBook
from rules.case import Case, Correction
from rules.errors import UncoveredDate
from rules.families.found import Found
from rules.numbers import RecordNumber, names_of

_TAGS: tuple[str, ...] = names_of(RecordNumber)
_RETRACTED, _AFTER_CARD = 1, 2


def corrected(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Each correction and retraction from the ``count``-th on."""
    return [_found(each) for each in case.corrections[rule.count - 1 :]]


def corrected_after_card(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """The same of those that came when a yellow or red card of the case had fallen."""
    after = [each for each in case.corrections if each[2] & _AFTER_CARD]
    return [_found(each) for each in after[rule.count - 1 :]]


def _found(correction: Correction) -> Found:
    at, kind, how = correction
    return Found(at, f"event={_TAGS[kind]} was={'retracted' if how & _RETRACTED else 'corrected'}")


def foreign(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Each such department, once (:mod:`rules.facts.strangers`), from the ``count``-th on."""
    return [Found(at, f"department={who} event={_TAGS[kind]}") for at, who, kind in case.strangers[rule.count - 1 :]]


def reaccepted(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Each time from the ``count``-th on that it came back so soon."""
    return [Found(again, f"since={days}") for again, days in _soon(case, rule, book)][rule.count - 1 :]


def _soon(case: Case, rule: ProcessRule, book: RuleBook) -> Iterator[tuple[int, int]]:
    assert rule.within is not None
    for before, again in case.reaccepted:
        try:
            if again <= book.worktime.after(before, rule.within):
                yield again, (book.worktime.day_of(again) - book.worktime.day_of(before)).days
        except UncoveredDate:
            continue  # nobody can say how soon it was; the case's own limits report the missing year
