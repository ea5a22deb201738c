"""From facts to clocks: every family's clocks, each with its deadline and the thresholds of its levels.

All of it is a pure function of the facts and the book. What was computed before is taken over where nothing it depends on has
changed, because a due instant costs more than all the rest.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import NamedTuple

from rules.case import NEVER, UNREACHED, Case, Clock
from rules.errors import UncoveredDate
from rules.events import STAGES
from rules.pauses import Pause, pauses_of
from rules.process import Found, depends_on, findings_of, needs
from rules.rulebook import ATTENDANCE_KINDS, CLOCK_KINDS, LIFE_KINDS, ProcessRule, Rule, RuleBook, Threshold, TimeLimit
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
    "attendance": ATTENDANCE_KINDS,
    "reviews": frozenset({"review-verification", "review-rectification", "review-callback", "review-appeal"}),
}
_DEADLINES_DEPEND_ON = frozenset(
    {"suspensions", "resumptions", "extensions", "terms", "supplements", "requests", "origin", "branches", "complaints"}
)
_ORDER = attrgetter("rule", "cycle")


class Plan(NamedTuple):
    """Which rules a change of facts can touch, sorted so that most need not be asked.

    ``guarded`` are (the fact without which they have no clock, indexes); ``stages`` indexes by stage, or nothing.
    """

    touched: frozenset[int]
    guarded: tuple[tuple[str, tuple[int, ...]], ...]
    unguarded: tuple[int, ...]
    stages: tuple[tuple[int, ...], ...]


_GUARDS: Mapping[str, str] = {
    "case": "terms",
    "branch": "branches",
    "special": "suspensions",
    "acceptance": "applied",
    "pre-review": "online",
}


def _guard(rule: Rule) -> str:
    """The fact without which ``rule`` has no clock; empty where a stage, a decision or a conclusion will do."""
    if isinstance(rule, ProcessRule):
        return needs(rule.finding)
    if rule.clock in ("issuance", "delivery") and rule.ends_with == "conclusion":
        return "concluded"
    if rule.clock.startswith("complaint-"):
        return "complaints"
    if rule.clock in ATTENDANCE_KINDS:
        return "attendance"
    return "reviews" if rule.clock.startswith("review-") else _GUARDS.get(rule.clock, "")


def affected(changes: Collection[str], book: RuleBook) -> Plan:
    """The rules whose clocks a change of these facts can start, stop or move; worked out once per kind of change."""
    key = frozenset(changes)
    plan = book.plans.get(key)
    if plan is None:
        kinds = frozenset().union(*(_AFFECTED.get(field, _EVERY_KIND) for field in key))
        plan = book.plans[key] = _plan(
            book,
            [
                index
                for index, rule in enumerate(book.rules)
                if rule.clock in kinds or (isinstance(rule, ProcessRule) and not depends_on(rule.finding).isdisjoint(key))
            ],
        )
    assert isinstance(plan, Plan)
    return plan


def every_rule(book: RuleBook) -> Plan:
    """The plan that asks them all."""
    plan = book.plans.get(None)
    if plan is None:
        plan = book.plans[None] = _plan(book, range(len(book.rules)))
    assert isinstance(plan, Plan)
    return plan


def _plan(book: RuleBook, indexes: Iterable[int]) -> Plan:
    guarded: dict[str, list[int]] = {}
    by_stage: list[list[int]] = [[] for _ in STAGES]
    wanted = [index for index in indexes if book.rules[index].clock not in LIFE_KINDS]
    for index in wanted:
        rule = book.rules[index]
        if rule.clock == "stage":
            by_stage[rule.stage].append(index)
        else:
            guarded.setdefault(_guard(rule), []).append(index)
    unguarded = tuple(guarded.pop("", ()))
    groups = tuple((fact, tuple(group)) for fact, group in guarded.items())
    return Plan(frozenset(wanted), groups, unguarded, tuple(map(tuple, by_stage)) if any(by_stage) else ())


def rules_for(case: Case, plan: Plan) -> list[int]:
    """Indexes of the planned rules whose clocks the facts of ``case`` can have started."""
    begun = case.entered or case.decided or case.concluded or case.issued or case.delivered
    found = list(plan.unguarded) if begun else []
    for fact, indexes in plan.guarded:
        if getattr(case, fact):
            found += indexes
    if plan.stages and case.entered:
        for stage in {stage for _, stage in case.entered}:
            found += plan.stages[stage]
    return found


def moves_deadlines(changes: Collection[str]) -> bool:
    """Whether deadlines computed before may no longer hold, even of clocks that began at the same instant."""
    return not _DEADLINES_DEPEND_ON.isdisjoint(changes)


def clocks_of(case: Case, book: RuleBook, known: tuple[Clock, ...] = (), plan: Plan | None = None) -> tuple[Clock, ...]:
    """All clocks of ``case``, in the order of the book's rules.

    ``known`` are clocks computed before with the same book, pauses, extensions and terms; those that the
    ``plan`` does not touch are still right as they are. Without a plan all are derived anew.
    """
    plan = plan or every_rule(book)
    touched, life_rules = plan.touched, book.life_rules
    computed: dict[tuple[int, int], Clock] = {}
    clocks: list[Clock] = []
    for clock in known:
        if clock.rule in touched:
            computed[clock.rule, clock.cycle] = clock
        elif clock.rule not in life_rules:  # those follow from the cards, not from the facts
            clocks.append(clock)
    asked = rules_for(case, plan)
    if not asked and not computed:
        return known if len(clocks) == len(known) else tuple(clocks)
    pauses: tuple[Pause, ...] | None = None
    for index in asked:
        rule = book.rules[index]
        if isinstance(rule, ProcessRule):
            if findings := findings_of(case, rule, book):
                clocks += _found(findings, rule, index, book)
            continue
        for cycle, start, end, limit, paused, _, lapses in spans_of(case, rule, book):
            found = computed.get((index, cycle))
            if found is None or found.start != start:
                try:
                    if paused and pauses is None:
                        pauses = pauses_of(case, book) if case.suspensions or case.requests else ()
                    used = clip(pauses or (), start) if paused else ()
                    deadline = deadline_of(case, rule, book, start, limit, used)
                    thresholds = _thresholds(rule, book, start, deadline, limit, used)
                    if thresholds and max(thresholds) >= lapses:
                        thresholds = tuple([at if at < lapses else UNREACHED for at in thresholds])
                    found = Clock(index, cycle, start, end, deadline, thresholds)
                except UncoveredDate:
                    found = Clock(index, cycle, start, end, NEVER, ())
            elif found.end != end:
                found = Clock(index, cycle, start, end, found.deadline, found.thresholds)
            clocks.append(found)
    clocks.sort(key=_ORDER)
    return tuple(clocks)


def _found(findings: Iterable[Found], rule: ProcessRule, index: int, book: RuleBook) -> Iterator[Clock]:
    """A finding is a clock that had run out when it happened; most are ended by nothing but a record that undoes them."""
    for cycle, (at, _, end, _) in enumerate(findings, 1):
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
