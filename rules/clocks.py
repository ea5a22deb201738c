"""From facts to clocks: every family's clocks, each with its deadline and the thresholds of its levels.

All of it is a pure function of the facts and the book. What was computed before is taken over where nothing it depends on has
changed, because a due instant costs more than all the rest.
"""

from collections.abc import Collection, Iterator, Mapping
from operator import attrgetter

from rules.case import NEVER, UNREACHED, Case, Clock
from rules.errors import UncoveredDate
from rules.pauses import Pause, pauses_of
from rules.process import depends_on, findings_of
from rules.rulebook import CLOCK_KINDS, ProcessRule, RuleBook, Threshold, TimeLimit
from rules.timelimits import clip, deadline_of, spans_of
from rules.worktime import Limit

_EVERY_KIND = frozenset(CLOCK_KINDS)
_AFFECTED: Mapping[str, frozenset[str]] = {
    "entered": frozenset({"stage"}),
    "left": frozenset({"stage"}),
    "issued": frozenset({"issuance"}),
    "delivered": frozenset({"issuance", "delivery"}),
    "decided": frozenset({"case", "acceptance", "pre-review", "issuance", "delivery"}),
    "granted": frozenset({"issuance", "delivery"}),
    "not_accepted": frozenset({"case", "branch", "stage", "special", "acceptance", "pre-review"}),
    "ahead": frozenset(),
    "returns": frozenset(),
    "handlers": frozenset(),
    "marks": frozenset(),
    "holder": frozenset(),
    "branches": frozenset({"branch"}),
    "branch_ends": frozenset({"branch"}),
    "desk": frozenset(),
    "reviews": frozenset({"review-verification", "review-rectification", "review-callback", "review-appeal"}),
}
_DEADLINES_DEPEND_ON = frozenset(
    {"suspensions", "resumptions", "extensions", "terms", "supplements", "requests", "origin", "branches", "complaints"}
)
_ORDER = attrgetter("rule", "cycle")


def affected(changes: Collection[str], book: RuleBook) -> frozenset[int]:
    """Indexes of the book's rules whose clocks a change of these facts can start, stop or move."""
    key = frozenset(changes)
    known = book.affected.get(key)
    if known is None:
        kinds = frozenset().union(*(_AFFECTED.get(field, _EVERY_KIND) for field in key))
        known = book.affected[key] = frozenset(
            index
            for index, rule in enumerate(book.rules)
            if rule.clock in kinds or (isinstance(rule, ProcessRule) and not depends_on(rule.finding).isdisjoint(key))
        )
    return known


def moves_deadlines(changes: Collection[str]) -> bool:
    """Whether deadlines computed before may no longer hold, even of clocks that began at the same instant."""
    return not _DEADLINES_DEPEND_ON.isdisjoint(changes)


def clocks_of(
    case: Case, book: RuleBook, known: tuple[Clock, ...] = (), touched: frozenset[int] | None = None
) -> tuple[Clock, ...]:
    """All clocks of ``case``, in the order of the book's rules.

    ``known`` are clocks computed before with the same book, pauses, extensions and terms; those whose rule is not in
    ``touched`` are still right as they are. Without ``touched`` all are derived anew.
    """
    computed: dict[tuple[int, int], Clock] = {}
    clocks: list[Clock] = []
    for clock in known:
        if clock.rule in book.life_rules:
            continue  # they follow from the cards, not from the facts
        if touched is None or clock.rule in touched:
            computed[clock.rule, clock.cycle] = clock
        else:
            clocks.append(clock)
    pauses: tuple[Pause, ...] | None = None
    for index in book.rules_for(case, touched):
        rule = book.rules[index]
        if isinstance(rule, ProcessRule):
            clocks += _found(case, rule, index, book)
            continue
        for cycle, start, end, limit, paused, _ in spans_of(case, rule, book):
            found = computed.get((index, cycle))
            if found is None or found.start != start:
                try:
                    if paused and pauses is None:
                        pauses = pauses_of(case, book) if case.suspensions or case.requests else ()
                    used = clip(pauses or (), start) if paused else ()
                    deadline = deadline_of(case, rule, book, start, limit, used)
                    found = Clock(index, cycle, start, end, deadline, _thresholds(rule, book, start, deadline, limit, used))
                except UncoveredDate:
                    found = Clock(index, cycle, start, end, NEVER, ())
            elif found.end != end:
                found = Clock(index, cycle, start, end, found.deadline, found.thresholds)
            clocks.append(found)
    clocks.sort(key=_ORDER)
    return tuple(clocks)


def _found(case: Case, rule: ProcessRule, index: int, book: RuleBook) -> Iterator[Clock]:
    """A finding is a clock that had run out when it happened; most are ended by nothing but a record that undoes them."""
    for cycle, (at, _, end, _) in enumerate(findings_of(case, rule, book), 1):
        try:
            thresholds = tuple([at if grace.limit is None else book.worktime.after(at, grace.limit) for grace in rule.thresholds])
        except UncoveredDate:
            thresholds = ()
        yield Clock(index, cycle, at, end, at, thresholds)


def _thresholds(
    rule: TimeLimit, book: RuleBook, start: int, deadline: int, limit: Limit, pauses: tuple[Pause, ...]
) -> tuple[int, ...]:
    return tuple(
        [
            deadline if threshold.kind == "deadline" else _threshold(threshold, book, start, deadline, limit, pauses)
            for threshold in rule.thresholds
        ]
    )


def _threshold(threshold: Threshold, book: RuleBook, start: int, deadline: int, limit: Limit, pauses: tuple[Pause, ...]) -> int:
    """The instant a level is reached at. A limit too short for its warning (one day, warned two days before) has none."""
    worktime = book.worktime
    if threshold.kind == "fraction":
        between = [(pause.start, pause.end) for pause in pauses]
        return worktime.fraction(start, deadline, threshold.numerator, threshold.denominator, limit.unit, between)
    assert threshold.limit is not None
    if threshold.kind == "before":
        warned = worktime.before(deadline, threshold.limit)
        return warned if warned > start else UNREACHED
    return worktime.after(deadline, threshold.limit)
