"""The process family: what happened in the wrong place, order or hands (场外流转, 体外循环, 补录, 刷件 and their kin).

Each finding is a pure function of the facts of a case, so a late record (the acceptance that was missing) withdraws it. These
are seen in how the records of a case fit together. What a single record shows stands in :mod:`rules.families.records`, what
complaints and bad reviews show in :mod:`rules.families.complaint_findings`, what hearings show in :mod:`rules.families.hearings`.
The table of them all is :mod:`rules.families.findings`.

| finding | what | source |
|---|---|---|
| conclusion-without-acceptance | concluded, not accepted by then | Jiangsu: acceptance notice missing |
| conclusion-without-decision | concluded normally, not decided by then | Jiangsu: decision missing |
| result-without-decision | issued or delivered before anything was decided or concluded | inference |
| acceptance-after-decision | what cannot have been in this order | inference |
| stage-missing, stage-out-of-order | against the flow of the item | Jiangsu: no review stage, return to an earlier stage |
| returned | sent back; with ``count = 2`` again | Jiangsu: return, repeat return |
| reversed | refused after the review had passed it | Jiangsu: a later post reverses an earlier one |
| suspended | with ``count = 2`` suspended again | Jiangsu: pause |
| suspended-last-minute | suspended shortly before the promise ran out | inference; clock-stop abuse |
| supplement-requested | with ``count = 2`` asked twice what the law lets ask once | 许可法 art. 32 |
| terminated | ended without a result: voided or withdrawn | Jiangsu: termination |
| same-second | so many steps of one case in one second | process mining: form-based back-entry |
| overfull | more records than a case, or a window, may hold | inference |
| four-eyes | one person handled, reviewed and approved | inference; 四眼原则 |

A detail is the finding and what there is to say of it, ``back-entry event=accepted days=12``; whoever shows it puts it in words.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from rules.book import ProcessRule, RuleBook
from rules.case import NEVER, Case, first, latest
from rules.errors import UncoveredDate
from rules.events import STAGES
from rules.families.found import Found
from rules.families.order import by_latest, in_order
from rules.families.pauses import Pause, pauses_of
from rules.families.time_limits import counted_from, limit_of, with_extensions
from rules.instant import MINUTE, SECOND
from rules.numbers import StageNumber
from rules.worktime import Limit

APPLICATION = StageNumber.APPLICATION.value
ACCEPTANCE = StageNumber.ACCEPTANCE.value
HANDLING = StageNumber.HANDLING.value
REVIEW = StageNumber.REVIEW.value
APPROVAL = StageNumber.APPROVAL.value
_REPORTED_LATER = frozenset(
    stage.value
    for stage in (
        StageNumber.CONSULTATION,
        StageNumber.TRANSFER,
        StageNumber.CONCLUSION,
        StageNumber.ISSUANCE,
        StageNumber.DELIVERY,
        StageNumber.ARCHIVING,
    )
)
"""Stages that records of their own tell of, before the case begins or when it is over. None can be missing at its end."""


def found_by(case: Case, rule: ProcessRule, cycle: int, book: RuleBook) -> Found | None:
    """What ``rule`` found under that number."""
    numbered = ((each.number or place, each) for place, each in enumerate(rule.finding.look(case, rule, book), 1))
    return next((each for number, each in numbered if number == cycle), None)


def unaccepted(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Concluded normally or returned, without an answer to the application by then. A case voided or withdrawn before its
    acceptance has been ended as it should be."""
    if not case.concluded or case.how not in ("normal", "returned"):
        return ()
    accepted = case.terms.at if case.terms is not None else NEVER
    # An answer given only after the conclusion mends nothing: else a card would be gone as soon as the department accepts what it
    # has concluded long ago.
    if 0 < accepted <= case.concluded:
        return ()
    for answered in (accepted, case.not_accepted):
        if answered and in_order(case, answered, case.concluded, book):
            return ()
    return (Found(latest(case, case.concluded), f"how={case.how}"),)


def undecided(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """A decision that was made only after the conclusion comes as late as none."""
    if not case.concluded or case.how != "normal" or (case.decided and in_order(case, case.decided, case.concluded, book)):
        return ()
    return (Found(latest(case, case.concluded), ""),)


def result_first(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Where a window system knows no decisions, the conclusion stands for it."""
    result, first_settled = first(case.issued, case.delivered), first(case.decided, case.concluded)
    if not result or 0 < first_settled <= result:
        return ()
    settled = [at for at in (case.decided, case.concluded) if at]
    early = [at for at in (case.issued, case.delivered) if at and not any(in_order(case, each, at, book) for each in settled)]
    return (Found(latest(case, min(early)), ""),) if early else ()


def accepted_late(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Decided first, accepted afterwards."""
    terms = case.terms
    if terms is None or not case.decided or terms.at <= case.decided or in_order(case, terms.at, case.decided, book):
        return ()
    return (Found(latest(case, terms.at), ""),)


def stage_missing(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Concluded without having been in every stage of the flow. A stage entered when all was over is still missing."""
    if not case.concluded or case.how != "normal" or case.terms is None:
        return ()
    flow = book.item(case.terms.item).flow
    if not flow:
        return ()
    over = case.concluded
    passed = {stage for at, stage in (*case.entered, *case.left) if in_order(case, at, over, book)}
    told = ((APPLICATION, case.applied), (APPROVAL, case.decided))
    passed.update([stage for stage, at in told if at and in_order(case, at, over, book)])
    lacking = [STAGES[stage] for stage in _to_pass(flow) if stage not in passed]
    return (Found(latest(case, over), f"stages={','.join(lacking)}"),) if lacking else ()


@lru_cache
def _to_pass(flow: tuple[str, ...]) -> tuple[int, ...]:
    """The stages of ``flow`` that an accepted case must have entered or left."""
    stages = [STAGES.index(stage) for stage in flow]
    return tuple([stage for stage in stages if stage != ACCEPTANCE and stage not in _REPORTED_LATER])


@lru_cache
def _places(flow: tuple[str, ...]) -> dict[int, int]:
    """Which place each stage has in ``flow``."""
    return {STAGES.index(stage): place for place, stage in enumerate(flow)}


def stage_out_of_order(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Back to an earlier stage of the flow without anybody having returned the case."""
    flow = book.item(case.terms.item).flow if case.terms is not None else ()
    if not flow or case.terms is None:
        return ()
    place = _places(flow)
    steps = [*case.entered, (case.terms.at, ACCEPTANCE)]
    if case.decided and APPROVAL not in {stage for at, stage in case.entered if at <= case.decided}:
        steps.append((case.decided, APPROVAL))
    found = []
    reached, since = -1, NEVER
    ordered = sorted((at, place[stage], stage) for at, stage in steps if stage in place)
    for at, position, stage in _apart(case, ordered) if case.spans else ordered:
        if position < reached:
            if at - since <= book.tolerance:  # in order, after all: the case is as far as it was
                since = at
                continue
            if not any(since <= latest(case, returned) and returned <= latest(case, at) for returned, _ in case.returns):
                found.append(Found(latest(case, at), f"stage={STAGES[stage]}"))
        reached, since = position, at
    return found


def _apart(case: Case, steps: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The sorted ``steps`` without those told to the minute, hour or day in whose span lies another: their order is unknown."""
    spans = [(at, latest(case, at)) for at, _, _ in steps]
    clear = []
    for place, (at, last) in enumerate(spans):
        others = spans[:place] + spans[place + 1 :]
        if at == last or not any(begin <= last and at <= end for begin, end in others):
            clear.append(steps[place])
    return clear


def returned(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Each time from the ``count``-th on that a stage sent it back."""
    return [Found(at, f"stage={STAGES[stage]}") for at, stage in by_latest(case, case.returns)[rule.count - 1 :]]


def reversed_by_later(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """What counts is how the review left it last; otherwise than by returning it means that it went on."""
    if case.granted or not case.decided:
        return ()
    returns = [at for at, stage in case.returns if stage == REVIEW and in_order(case, at, case.decided, book)]
    passed = [at for at, stage in case.left if stage == REVIEW and latest(case, at) <= case.decided and at not in returns]
    if not passed or any(latest(case, at) > passed[-1] for at in returns):
        return ()
    return (Found(latest(case, case.decided), ""),)


def suspended(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Each suspension from the ``count``-th on."""
    return [Found(at, f"procedure={procedure}") for at, procedure, _ in by_latest(case, case.suspensions)[rule.count - 1 :]]


def suspended_late(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Suspended when little was left of the promise, as it stood just before this suspension."""
    text = (case.terms.promised or case.terms.statutory) if case.terms is not None else ""
    if not text or rule.within is None:
        return ()
    limit, earliest_start = limit_of(text), counted_from(case, book)
    start = latest(case, earliest_start)
    found: list[Found] = []
    try:
        pauses = pauses_of(case, book)
        for at, procedure, _ in case.suspensions:
            if at < start:
                continue
            until = latest(case, at)
            deadline = _deadline(case, book, start, limit, pauses, until)
            near = earliest = book.worktime.before(deadline, rule.within)
            if case.spans:  # near it and not past it, whenever in its span each of them was
                exact = [pause for pause in pauses if latest(case, pause.start) == pause.start and pause.end <= at]
                deadline = _deadline(case, book, earliest_start, limit, exact, at)
                earliest = book.worktime.before(deadline, rule.within)
            if start < earliest and near <= at and until <= deadline:
                found.append(Found(until, f"procedure={procedure}"))
    except UncoveredDate:
        pass  # nobody can say how near it was; the case's own limits report the missing year
    return found


def _deadline(case: Case, book: RuleBook, start: int, limit: Limit, pauses: Sequence[Pause], at: int) -> int:
    """The promise as it stood at ``at``: with what had been paused and granted by then."""
    paused = [(max(pause.start, start), min(pause.end, at)) for pause in pauses if start < pause.end and pause.start < at]
    return book.worktime.due(start, with_extensions(case, book, limit, at), paused)


def supplement_requested(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Each request for a supplement from the ``count``-th on."""
    return [Found(at, "") for (at,) in by_latest(case, [(at,) for at in case.requests])[rule.count - 1 :]]


def terminated(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Ended without a result."""
    ended = case.concluded and case.how in ("voided", "withdrawn")
    return (Found(latest(case, case.concluded), f"how={case.how}"),) if ended else ()


def same_second(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Leaving one stage and entering the next is one step; so only beginnings are counted.

    A system that notes minutes or days only writes second 0 for everything: nothing can be read from that second.
    """
    instants = [at for at, _ in case.entered]
    instants += [at for at in (case.terms.at if case.terms is not None else NEVER, case.decided, case.concluded) if at]
    if len({at // SECOND for at in instants}) + rule.count - 1 > len(instants):
        return ()
    steps = [second for second, _ in {(at // SECOND, stage) for at, stage in case.entered}]
    steps += [at // SECOND for at in instants[len(case.entered) :]]
    return [
        Found(second * SECOND, f"steps={number}")
        for second, number in sorted(Counter(steps).items())
        if number >= rule.count and second * SECOND % MINUTE
    ]


def four_eyes(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Who it was is personal data and stays out of the card; the records name them."""
    if not case.decided or not case.handlers:
        return ()
    people = {handler for stage, handler in case.handlers if stage == HANDLING}
    for wanted in (REVIEW, APPROVAL):
        people = people and {handler for stage, handler in case.handlers if stage == wanted and handler in people}
    return (Found(latest(case, case.decided), ""),) if people else ()


def overfull(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """When the first record came for which the case had no room. Of a window, too: nobody fills one up by honest work."""
    return (Found(case.overfull, ""),) if case.overfull else ()
