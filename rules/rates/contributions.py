"""What one case adds to the tallies of its department, window and item (:mod:`rules.case.tally`). A pure function of the case.

| counter | counted on the day | source |
|---|---|---|
| accepted | of the acceptance (受理) | halls' volume figures |
| settled | the case was over | Jiangsu: refusal rate |
| refused | the same: not accepted (不予受理), refused (不予许可) or returned (退窗办结) | Jiangsu: refusal rate |
| judged | it was concluded within its promise, else its promise ran out | Jiangsu: overdue rate |
| overdue | its promise ran out | Jiangsu: overdue rate |
| irregular | its first irregular flow happened | Jiangsu: irregular flow |
| warned | its first warning or card fell due | inference |

A part of a parallel case (并联分办) counts for the department that has it, as a case does. It is accepted when it was
dispatched, judged by its own limit, warned by its own cards. The department that answers for the whole case counts that, and no
part besides.

A case that runs is counted as overdue on the day its promise *will* run out; concluding it in time takes that back. A rate of a
day to come is therefore known beforehand, as it will be if nothing more is reported. Time needs to do nothing but pass. An alert
that a late record withdrew, or an appeal revoked, was none.

Each cycle of a case that came back counts for itself, by the book it is judged by. The functions below look at one cycle.
"""

from collections.abc import Iterator

from rules.alerts import STATES
from rules.book import RuleBook
from rules.case import (
    ACCEPTED,
    IRREGULAR,
    JUDGED,
    NEVER,
    OVERDUE,
    REFUSED,
    SETTLED,
    WARNED,
    Card,
    Case,
    latest,
    over_at,
    place_of,
)
from rules.families import branch_end
from rules.instant import DAY, MINUTE
from rules.numbers import LevelNumber

_WARNING = LevelNumber.WARNING.value
_NO_ALERT = frozenset(map(STATES.index, ("withdrawn", "revoked")))


def same_contribution(before: Case, after: Case) -> bool:
    """Whether nothing that counts has changed; cheaper than counting twice."""
    return (
        before.cards is after.cards
        and before.later is after.later
        and before.superseded == after.superseded
        and before.terms is after.terms
        and before.concluded == after.concluded
        and before.due == after.due
        and before.not_accepted == after.not_accepted
        and before.decided == after.decided
        and before.granted == after.granted
        and before.how == after.how
        and (after.terms is not None or before.origin is after.origin)
        and (not after.concluded or (before.entered is after.entered and before.left is after.left))
        and before.branches is after.branches
        and (not after.branches or (before.branch_ends is after.branch_ends and before.clocks == after.clocks))
    )


def counted(case: Case, book: RuleBook) -> list[tuple[int, int]]:
    """``(day, counter)`` for each thing this case counts for."""
    terms, over = case.terms, over_at(case)
    if terms is None and not over and not case.cards:
        return []
    to_local = book.worktime.clock.to_local
    found: list[tuple[int, int]] = []
    if terms is not None:
        found.append((to_local(terms.at) // DAY, ACCEPTED))
        if case.due:
            found += [(to_local(at) // DAY, counter) for at, counter in _judged(case.due, over)]
    if over and (terms is not None or over == case.not_accepted):
        day = to_local(over) // DAY
        found.append((day, SETTLED))
        if _refused(case, over):
            found.append((day, REFUSED))
    if case.cards:
        alerts = [card for card in case.cards if _is_alert(card)]
        warned = [card.due for card in alerts if card.level >= _WARNING]
        if warned:
            found.append((to_local(min(warned)) // DAY, WARNED))
        irregular = [card.due for card in alerts if card.rule in book.irregular]
        if irregular:
            found.append((to_local(min(irregular)) // DAY, IRREGULAR))
    return found


def counted_of_parts(case: Case, book: RuleBook) -> Iterator[tuple[str, int, int]]:
    """``(department, day, counter)`` for each thing that a part of a parallel case counts for."""
    to_local = book.worktime.clock.to_local
    place = place_of(case)
    whole = place.department if place is not None else ""
    for cycle, (start, department, _) in enumerate(case.branches, 1):
        if not department or department == whole:
            continue
        yield department, to_local(start) // DAY, ACCEPTED
        end = branch_end(case, start, department, book)
        if end:
            yield department, to_local(end) // DAY, SETTLED
        clocks = [clock for clock in case.clocks if clock.cycle == cycle and book.kind_of[clock.rule] == "branch"]
        deadline = min([clock.deadline for clock in clocks if clock.deadline], default=NEVER)
        if deadline:
            yield from [(department, to_local(at) // DAY, counter) for at, counter in _judged(deadline, end)]
        rules = {book.rules[clock.rule].id for clock in clocks}
        alerts = [card for card in case.cards if card.cycle == cycle and card.rule in rules and _is_alert(card)]
        warned = [card.due for card in alerts if card.level >= _WARNING]
        if warned:
            yield department, to_local(min(warned)) // DAY, WARNED


def _judged(deadline: int, end: int) -> tuple[tuple[int, int], ...]:
    """``(instant, counter)`` of a limit: kept when it ``end``ed by its deadline, overdue when that passed."""
    if end and end <= deadline:
        return ((end, JUDGED),)
    return (deadline, JUDGED), (deadline, OVERDUE)


def _is_alert(card: Card) -> bool:
    return card.state not in _NO_ALERT and not card.office


def _refused(case: Case, over: int) -> bool:
    return over == case.not_accepted or case.how == "returned" or (case.decided != NEVER and not case.granted)


def paces(case: Case, book: RuleBook) -> Iterator[tuple[int, int, int]]:
    """``(day, stage, minutes)`` of each visit to a stage, once the case is concluded; natural time, pauses included.

    A visit of which an hour or day was told only has no minutes.
    """
    if not case.concluded:
        return
    for at, stage in case.entered:
        left = next((when for when, which in case.left if which == stage and when >= at), NEVER)
        if left and left <= case.concluded and not (case.spans and _is_vague(case, at, left)):
            yield book.worktime.clock.to_local(left) // DAY, stage, (left - at) // MINUTE


def _is_vague(case: Case, *instants: int) -> bool:
    return any(latest(case, at) - at > MINUTE for at in instants)
