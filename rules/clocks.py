"""From facts to clocks: every family's clocks, each with its deadline and the thresholds of its levels.

All of it is a pure function of the facts and the book. What was computed before is taken over where nothing it depends on has
changed, because a due instant costs more than all the rest.
"""

from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

from rules.book import Look, Parted, ProcessRule, RateRule, Rule, RuleBook, Threshold, TimeLimit, per_book
from rules.case import NEVER, UNREACHED, Case, Clock
from rules.errors import UncoveredDate
from rules.events import STAGES
from rules.families import Found, Pause, clip, deadline_of, graced, pauses_of, threshold_of, told
from rules.rates import rate_clocks
from rules.worktime import Limit

_TALLY = frozenset({"tally"})
"""What a rule about many cases reads; without it there is nothing to look at."""
_DEADLINES_DEPEND_ON = frozenset(
    {"suspensions", "resumptions", "extensions", "terms", "supplements", "requests", "origin", "branches", "complaints", "spans"}
)
_AT_DEADLINE = (Threshold("deadline"),)
_ORDER = attrgetter("rule", "cycle")


class Question(NamedTuple):
    """A rule that may have a clock, its place in the book, and the function of the facts that tells."""

    place: int
    rule: Rule
    look: Look


class Plan(NamedTuple):
    """Which rules a change of facts can touch, sorted so that most need not be asked.

    ``guarded`` are rules with the facts of which they need one to have a clock; ``stages`` are rules by stage, or nothing.
    """

    touched: frozenset[int]
    guarded: tuple[tuple[tuple[str, ...], tuple[Question, ...]], ...]
    stages: tuple[tuple[Question, ...], ...]


def _reads(rule: Rule) -> frozenset[str]:
    """The facts that the clocks of ``rule`` are a function of."""
    if isinstance(rule, ProcessRule):
        return rule.finding.reads
    return _TALLY if isinstance(rule, RateRule) else rule.kind.reads


def _needs(rule: Rule) -> tuple[str, ...]:
    """The facts without any of which ``rule`` has no clock."""
    if isinstance(rule, ProcessRule):
        return rule.finding.needs
    if isinstance(rule, RateRule):
        return tuple(_TALLY)
    return (rule.ends_with == "decision" and rule.kind.needs_by_decision) or rule.kind.needs


def _look(rule: Rule) -> Look | None:
    """What ``rule`` is asked with: findings, clocks of a tally, or runs of a clock. None: it follows from cards alone."""
    if isinstance(rule, ProcessRule):
        return rule.finding.look
    return rate_clocks if isinstance(rule, RateRule) else rule.kind.runs


def affected(changes: Collection[str], book: RuleBook) -> Plan:
    """The rules whose clocks a change of these facts can start, stop or move.

    A span says more about whichever fact begins with it, so any rule may read it.
    """
    return _plan(book, None if "spans" in changes else frozenset(changes))


def every_rule(book: RuleBook) -> Plan:
    """The plan that asks them all."""
    return _plan(book, None)


@per_book
def parted_of(book: RuleBook, parted: tuple[Parted, str]) -> frozenset[int]:
    """The places of rules that judge a window by such parts of that fact."""
    how, fact = parted
    rows = {place: rule.finding if isinstance(rule, ProcessRule) else rule.kind for place, rule in _of_cases(book)}
    return frozenset([place for place, row in rows.items() if row.parted == how and fact in row.reads])


def _of_cases(book: RuleBook) -> Iterator[tuple[int, TimeLimit | ProcessRule]]:
    return ((place, rule) for place, rule in enumerate(book.rules) if not isinstance(rule, RateRule))


@per_book
def only(book: RuleBook, places: frozenset[int]) -> Plan:
    """The plan that asks the rules at those places."""
    questions = [(place, book.rules[place], look) for place in sorted(places) if (look := _look(book.rules[place])) is not None]
    return Plan(places, tuple([(_needs(rule), (Question(place, rule, look),)) for place, rule, look in questions]), ())


@per_book
def _plan(book: RuleBook, changes: frozenset[str] | None) -> Plan:
    """The rules that read one of ``changes``; without changes, all. Few kinds of change occur, each of them all the time."""
    guarded: dict[tuple[str, ...], list[Question]] = {}
    by_stage: list[list[Question]] = [[] for _ in STAGES]
    wanted: set[int] = set()
    for index, rule in enumerate(book.rules):
        look = _look(rule)
        if look is None or (changes is not None and _reads(rule).isdisjoint(changes)):
            continue
        wanted.add(index)
        question = Question(index, rule, look)
        if rule.stage >= 0 and isinstance(rule, TimeLimit):
            by_stage[rule.stage].append(question)
        else:
            guarded.setdefault(_needs(rule), []).append(question)
    groups = tuple((facts, tuple(group)) for facts, group in guarded.items())
    return Plan(frozenset(wanted), groups, tuple(map(tuple, by_stage)) if any(by_stage) else ())


def questions_for(case: Case, plan: Plan) -> list[Question]:
    """The planned rules whose clocks the facts of ``case`` can have started."""
    found: list[Question] = []
    for facts, questions in plan.guarded:
        for fact in facts:
            if getattr(case, fact):
                found += questions
                break
    if plan.stages and case.entered:
        for stage in {stage for _, stage in case.entered}:
            found += plan.stages[stage]
    return found


def moves_deadlines(changes: Collection[str]) -> bool:
    """Whether deadlines computed before may no longer hold, even of clocks that began at the same instant."""
    return not _DEADLINES_DEPEND_ON.isdisjoint(changes)


def unmoved(known: tuple[Clock, ...], book: RuleBook) -> tuple[Clock, ...]:
    """Those of ``known`` whose deadline no change of limits, pauses and extensions moves, as long as the book stays."""
    fixed = book.fixed_rules
    return tuple([clock for clock in known if clock.rule in fixed])


def clocks_of(case: Case, book: RuleBook, known: tuple[Clock, ...] = (), plan: Plan | None = None) -> tuple[Clock, ...]:
    """All clocks of ``case``, in the order of the book's rules.

    ``known`` are clocks computed before with the same book, pauses, extensions and terms. Those that the ``plan`` does not touch
    are still right as they are. Without a plan all are derived anew.
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
    asked = questions_for(case, plan)
    if not asked and not computed:
        return known if len(clocks) == len(known) else tuple(clocks)
    pauses: tuple[Pause, ...] | None = None
    for index, rule, look in asked:
        if isinstance(rule, ProcessRule):
            if findings := look(case, rule, book):
                clocks += _found(findings, rule, index, book)
            continue
        if isinstance(rule, RateRule):
            clocks += look(case, rule, book)
            continue
        for run in look(case, rule, book):
            cycle, start, end, limit, paused, _, lapses = told(case, run) if case.spans else run
            found = computed.get((index, cycle))
            if found is None or found.start != start or start != run.start:
                try:
                    if paused and pauses is None:
                        pauses = pauses_of(case, book) if case.suspensions or case.requests else ()
                    used = clip(pauses or (), start) if paused else ()
                    deadline = deadline_of(case, rule, book, start, limit, used)
                    thresholds = _thresholds(rule, book, start, deadline, limit, used)
                    if case.spans and (used or start != run.start):
                        thresholds = _surely_warned(rule, book, run.start, start, limit, thresholds)
                        if end and end < start <= min(thresholds, default=NEVER):  # one of its day: it ended as it began
                            end = start
                    if lapses < UNREACHED and thresholds and max(thresholds) >= lapses:
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
    for place, (at, _, end, _, number) in enumerate(findings, 1):
        thresholds = tuple([at if grace.limit is None else graced(book.worktime, at, grace.limit) for grace in rule.thresholds])
        yield Clock(index, number or place, at, end, at, thresholds)


def _thresholds(
    rule: TimeLimit, book: RuleBook, start: int, deadline: int, limit: Limit, pauses: tuple[Pause, ...]
) -> tuple[int, ...]:
    if rule.thresholds == _AT_DEADLINE:
        return (deadline,)
    between = [(pause.start, pause.end) for pause in pauses]
    return tuple([threshold_of(each, book.worktime, start, deadline, limit.unit, between) for each in rule.thresholds])


def _surely_warned(
    rule: TimeLimit, book: RuleBook, first: int, start: int, limit: Limit, thresholds: tuple[int, ...]
) -> tuple[int, ...]:
    """``thresholds`` without warnings that the limit may be too short for: begun at ``first``, they lay before ``start``."""
    if all(each.kind != "before" for each in rule.thresholds):
        return thresholds
    earliest = _thresholds(rule, book, first, book.worktime.due(first, limit), limit, ())
    return tuple(
        [
            UNREACHED if each.kind == "before" and not start < early < UNREACHED else at
            for each, early, at in zip(rule.thresholds, earliest, thresholds, strict=True)
        ]
    )
