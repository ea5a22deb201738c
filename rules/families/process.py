"""The process family: what happened in the wrong place, order or hands (场外流转, 体外循环, 补录, 刷件 and their kin).

Each finding is a pure function of the facts of a case, so a late record (the acceptance that was missing) withdraws it. Some
are seen in a single record (:mod:`rules.facts.marks`), the others in how the records of a case fit together; those about
complaints and
bad reviews stand in :mod:`rules.families.complaint_findings`, those about hearings in :mod:`rules.families.hearings`.

| finding | what | source |
|---|---|---|
| off-hall-channel, -place, -terminal | through a channel, in a hall or at a terminal that is not ours | inference; 场外流转 |
| fee-outside | a fee taken elsewhere than at the hall's cashiers | inference |
| outside-hours | accepted or decided at a window while the office was closed | inference |
| back-entry | typed in more than so many working days after it happened | Jiangsu: 10 working days |
| item-unknown, item-suspended | accepted for an item that is not offered | Jiangsu |
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
| four-eyes | one person handled, reviewed and approved | inference; 四眼原则 |

A detail is the finding and what there is to say of it, ``back-entry event=accepted days=12``; whoever shows it puts it in words.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from rules.book.book import BY_HAND, FINDINGS, ON_COMPLAINTS, SINGLE_RECORD, ProcessRule, RuleBook
from rules.case.case import NEVER, Case, first
from rules.errors import UncoveredDate
from rules.events import STAGES
from rules.families import complaint_findings as complained
from rules.families import hearings
from rules.families.found import Found as Found
from rules.families.pauses import pauses_of
from rules.families.time_limits import counted_from, limit_of
from rules.instant import MINUTE, SECOND
from rules.numbers import StageNumber
from rules.worktime.worktime import Limit

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
"""Stages that records of their own tell of, before the case begins or when it is over: none of them can be missing at its end."""


Look = Callable[[Case, ProcessRule, RuleBook], Iterable[Found]]


def findings_of(case: Case, rule: ProcessRule, book: RuleBook) -> Iterable[Found]:
    """Everything ``rule`` finds in ``case``, in order of when it happened; mostly the empty tuple."""
    return finder_of(rule)(case, rule, book)


def finder_of(rule: ProcessRule) -> Look:
    """The function behind :func:`findings_of`, for those who ask often."""
    if rule.finding not in SINGLE_RECORD:
        return _LOOKS[rule.finding]
    return _marked_by_hand if rule.finding in BY_HAND else _marked


def _marked(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    index = FINDINGS.index(rule.finding)
    return [Found(at, detail) for at, mark, detail in case.marks if mark == index]


def _marked_by_hand(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    return [_by_hand(found) for found in _marked(case, rule, book)]


def found_by(case: Case, rule: ProcessRule, cycle: int, book: RuleBook) -> Found | None:
    """What ``rule`` found under that number."""
    numbered = ((each.number or place, each) for place, each in enumerate(findings_of(case, rule, book), 1))
    return next((each for number, each in numbered if number == cycle), None)


def _by_hand(found: Found) -> Found:
    """The mark of a card by hand keeps who issued it before the reason."""
    who, _, why = found.detail.partition("\n")
    return found._replace(detail=why, by=who)


def depends_on(finding: str) -> frozenset[str]:
    """The facts a finding is a function of."""
    return frozenset({"marks"}) if finding in SINGLE_RECORD else _DEPENDS[finding]


def needs(finding: str) -> tuple[str, ...]:
    """The facts without any of which nothing can be found; empty where almost any will do."""
    if finding in SINGLE_RECORD:
        return ("marks",)
    if finding in ON_COMPLAINTS:
        return ("reviews",) if finding == "bad-review" else ("complaints",)
    return _NEEDS.get(finding, ())


def _unaccepted(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """A case voided or withdrawn before its acceptance has been ended as it should be. An answer that was given only after the
    conclusion mends nothing: else a card would be gone as soon as the department accepts what it has concluded long ago."""
    if not case.concluded or case.how not in ("normal", "returned"):
        return ()
    accepted = case.terms.at if case.terms is not None else NEVER
    if 0 < accepted <= case.concluded or 0 < case.not_accepted <= case.concluded:
        return ()
    return (Found(case.concluded, f"how={case.how}"),)


def _undecided(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """A decision that was made only after the conclusion comes as late as none."""
    undecided = not 0 < case.decided <= case.concluded
    return (Found(case.concluded, ""),) if case.concluded and case.how == "normal" and undecided else ()


def _result_first(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Where a window system knows no decisions, the conclusion stands for it."""
    result, settled = first(case.issued, case.delivered), first(case.decided, case.concluded)
    return (Found(result, ""),) if result and not (settled and settled <= result) else ()


def _accepted_late(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    terms = case.terms
    return (Found(terms.at, ""),) if terms is not None and case.decided and case.decided < terms.at else ()


def _missing(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    if not case.concluded or case.how != "normal" or case.terms is None:
        return ()
    flow = book.item(case.terms.item).flow
    if not flow:
        return ()
    over = case.concluded  # a stage entered when all was over is still missing
    passed = {stage for at, stage in case.entered if at <= over}
    passed.update([stage for at, stage in case.left if at <= over])
    passed.update([stage for stage, at in ((APPLICATION, case.applied), (APPROVAL, case.decided)) if 0 < at <= over])
    lacking = [STAGES[stage] for stage in _to_pass(flow) if stage not in passed]
    return (Found(case.concluded, f"stages={','.join(lacking)}"),) if lacking else ()


@lru_cache
def _to_pass(flow: tuple[str, ...]) -> tuple[int, ...]:
    """The stages of ``flow`` that an accepted case must have entered or left."""
    stages = [STAGES.index(stage) for stage in flow]
    return tuple([stage for stage in stages if stage != ACCEPTANCE and stage not in _REPORTED_LATER])


@lru_cache
def _places(flow: tuple[str, ...]) -> dict[int, int]:
    """Which place each stage has in ``flow``."""
    return {STAGES.index(stage): place for place, stage in enumerate(flow)}


def _disordered(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
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
    for at, position, stage in sorted((at, place[stage], stage) for at, stage in steps if stage in place):
        if position < reached and not any(since <= returned <= at for returned, _ in case.returns):
            found.append(Found(at, f"stage={STAGES[stage]}"))
        reached, since = position, at
    return found


def _returned(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    return [Found(at, f"stage={STAGES[stage]}") for at, stage in case.returns[rule.count - 1 :]]


def _reversed(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """What counts is how the review left it last; otherwise than by returning it means that it went on."""
    if case.granted or not case.decided:
        return ()
    last = max((at for at, stage in case.left if stage == REVIEW and at <= case.decided), default=NEVER)
    return (Found(case.decided, ""),) if last and (last, REVIEW) not in case.returns else ()


def _suspended(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    return [Found(at, f"procedure={procedure}") for at, procedure, _ in case.suspensions[rule.count - 1 :]]


def _suspended_late(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Suspended when little was left of the promise, as it stood just before this suspension."""
    text = (case.terms.promised or case.terms.statutory) if case.terms is not None else ""
    if not text or rule.within is None:
        return ()
    start = counted_from(case, book)
    found: list[Found] = []
    try:
        pauses = pauses_of(case, book)
        for at, procedure, _ in case.suspensions:
            if at < start:
                continue
            paused = [(max(pause.start, start), min(pause.end, at)) for pause in pauses if start < pause.end and pause.start < at]
            granted = [days for when, days in case.extensions if when <= at]
            deadline = _deadline(case, book, start, limit_of(text), paused, granted)
            near = book.worktime.before(deadline, rule.within)
            if start < near <= at <= deadline:
                found.append(Found(at, f"procedure={procedure}"))
    except UncoveredDate:
        pass  # nobody can say how near it was; the case's own limits report the missing year
    return found


def _deadline(case: Case, book: RuleBook, start: int, limit: Limit, paused: list[tuple[int, int]], granted: list[int]) -> int:
    days = min(sum(granted), book.max_extension(case.terms.item if case.terms is not None else ""))
    return book.worktime.due(start, Limit(limit.value + days, limit.unit), paused)


def _supplements(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    return [Found(at, "") for at in case.requests[rule.count - 1 :]]


def _terminated(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    return (Found(case.concluded, f"how={case.how}"),) if case.concluded and case.how in ("voided", "withdrawn") else ()


def _same_second(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Leaving one stage and entering the next is one step; so only beginnings are counted.

    A system that notes minutes or days only writes second 0 for everything: nothing can be told from that second.
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


def _four_eyes(case: Case, rule: ProcessRule, book: RuleBook) -> Sequence[Found]:
    """Who it was is personal data and stays out of the card; the records name them."""
    if not case.decided or not case.handlers:
        return ()
    people = {handler for stage, handler in case.handlers if stage == HANDLING}
    for wanted in (REVIEW, APPROVAL):
        people = people and {handler for stage, handler in case.handlers if stage == wanted and handler in people}
    return (Found(case.decided, ""),) if people else ()


_LOOKS: Mapping[str, Look] = {
    "conclusion-without-acceptance": _unaccepted,
    "conclusion-without-decision": _undecided,
    "result-without-decision": _result_first,
    "acceptance-after-decision": _accepted_late,
    "stage-missing": _missing,
    "stage-out-of-order": _disordered,
    "returned": _returned,
    "reversed": _reversed,
    "suspended": _suspended,
    "suspended-last-minute": _suspended_late,
    "supplement-requested": _supplements,
    "terminated": _terminated,
    "same-second": _same_second,
    "four-eyes": _four_eyes,
    "decided-before-hearing": hearings.decided_before,
    "hearing-notice-short": hearings.short_notice,
    "complaint-repeated-case": complained.repeated_case,
    "complaint-repeated-window": complained.repeated_window,
    "complaint-repeated-person": complained.repeated_person,
    "complaint-on-overdue": complained.on_overdue,
    "bad-review": complained.bad_review,
}

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "conclusion-without-acceptance": ("concluded",),
    "conclusion-without-decision": ("concluded",),
    "result-without-decision": ("issued", "delivered"),
    "acceptance-after-decision": ("decided",),
    "stage-missing": ("concluded",),
    "stage-out-of-order": ("entered",),
    "terminated": ("concluded",),
    "returned": ("returns",),
    "reversed": ("decided",),
    "suspended": ("suspensions",),
    "suspended-last-minute": ("suspensions",),
    "supplement-requested": ("requests",),
    "four-eyes": ("decided",),
    "decided-before-hearing": ("hearings",),
    "hearing-notice-short": ("hearings",),
}

_COUNTED_FROM = frozenset({"terms", "applied", "online", "requests", "supplements", "not_accepted", "decided", "concluded"})
"""What :func:`~rules.families.time_limits.counted_from` reads."""
_DEPENDS: Mapping[str, frozenset[str]] = {
    "conclusion-without-acceptance": frozenset({"concluded", "how", "terms", "not_accepted"}),
    "conclusion-without-decision": frozenset({"concluded", "how", "decided"}),
    "result-without-decision": frozenset({"issued", "delivered", "decided", "concluded"}),
    "acceptance-after-decision": frozenset({"terms", "decided"}),
    "stage-missing": frozenset({"concluded", "how", "terms", "entered", "left", "applied", "decided"}),
    "stage-out-of-order": frozenset({"entered", "returns", "terms", "decided"}),
    "returned": frozenset({"returns"}),
    "reversed": frozenset({"decided", "granted", "left", "returns"}),
    "suspended": frozenset({"suspensions"}),
    "suspended-last-minute": frozenset({"suspensions", "resumptions", "extensions", "terms"}) | _COUNTED_FROM,
    "supplement-requested": frozenset({"requests"}),
    "terminated": frozenset({"concluded", "how"}),
    "same-second": frozenset({"entered", "terms", "decided", "concluded"}),
    "four-eyes": frozenset({"handlers", "decided"}),
    "decided-before-hearing": frozenset({"hearings", "decided"}),
    "hearing-notice-short": frozenset({"hearings"}),
    "complaint-repeated-case": frozenset({"complaints", "horizon"}),
    "complaint-repeated-window": frozenset({"complaints", "horizon"}),
    "complaint-repeated-person": frozenset({"complaints", "horizon"}),
    "complaint-on-overdue": frozenset(
        {"complaints", "terms", "applied", "suspensions", "resumptions", "extensions", "requests", "supplements", "concluded"}
        | {"decided", "not_accepted"}
    ),
    "bad-review": frozenset({"reviews", "horizon"}),
}
