"""The time-limit family: which clocks a case has, from its facts and its book.

One function per kind of clock gives its runs; :func:`rules.clocks.clocks_of` turns runs into deadlines and thresholds. All of
it is a pure function of the facts.

| clock | runs from | to | source |
|---|---|---|---|
| case | acceptance (or receipt, if silence accepted it) | conclusion or decision | 许可法 art. 42, the hall's promise |
| branch | a department given its part of a parallel case | its part done, or the end of the case | its own limit |
| stage | a stage entered | left, the next stage, or conclusion | stage limits of the item |
| special | a suspension | resumption or conclusion | art. 45, the approved days |
| acceptance | receipt, each supplement | acceptance, refusal, request for a supplement, the supplement itself | art. 32 |
| pre-review | an online application | the first answer | Hunan |
| issuance, delivery | a normal conclusion, or the decision granted (``ends_with``) | issued, delivered | art. 44 |

The other families have clocks of their own; :mod:`rules.families.kinds` is the table of them all.

A case refused at the door is over like a concluded one: none of its clocks runs on.
"""

from collections.abc import Iterator, Sequence

from rules.book import RuleBook, TimeLimit
from rules.case import NEVER, Case, first, latest, over_at
from rules.errors import UncoveredDate
from rules.families.order import first_end, in_order
from rules.families.pauses import Pause, approved_days, prolonged
from rules.families.run import Run, cut_off
from rules.families.run import limit_of as limit_of
from rules.instant import DAY, Instant
from rules.worktime import DAY_UNITS, Limit, Unit

_DAYS = (Unit.working_days, Unit.calendar_days)


def case_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """The case itself, once; none where the item has no such limit."""
    terms = case.terms
    if terms is None:
        return
    text = terms.promised or terms.statutory if rule.limit == "promised" else terms.statutory
    if rule.limit not in ("promised", "statutory"):
        text = rule.limit
    if text:
        yield Run(1, counted_from(case, book), _end_of_case(case, rule), limit_of(text), True)


def counted_from(case: Case, book: RuleBook) -> int:
    """When the case clock began: acceptance, or receipt where the answer came too late (art. 32: silence accepts)."""
    terms, notice = case.terms, book.notice
    if terms is None:
        return NEVER
    if not book.supplement.silence_accepts or notice is None or not case.applied or case.applied >= terms.at:
        return terms.at
    if terms.at - case.applied < _at_least(notice) and not case.requests and not case.supplements:
        return terms.at  # answered so soon that no calendar need be asked
    try:
        for received, answered in _rounds(case):
            if received > terms.at:
                break
            if answered > book.worktime.due(latest(case, received), notice):
                return received
    except UncoveredDate:
        pass  # nobody can say that the answer was late
    return terms.at


def _at_least(limit: Limit) -> int:
    """Milliseconds that no calendar makes ``limit`` shorter than; 0 where that is not plain.

    Less a day because the first may count, one because it may begin late and end early, and one for the zone's own shifts.
    """
    return (limit.value - 3) * DAY if limit.unit in _DAYS else 0


def _end_of_case(case: Case, rule: TimeLimit) -> int:
    return first(case.decided, over_at(case)) if rule.ends_with == "decision" else over_at(case)


def branch_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """Each part of a parallel case that a department was given."""
    for cycle, (start, department, own) in enumerate(case.branches, 1):
        text = own if rule.limit == "own" else rule.limit
        if text:
            yield Run(cycle, start, branch_end(case, start, department, book), limit_of(text), True)


def branch_end(case: Case, start: Instant, department: str, book: RuleBook) -> Instant:
    """When the part that ``department`` was given at ``start`` was done, or over with the case; ``NEVER`` while it runs."""
    starts = [at for at, which, _ in case.branches if which == department]
    ends = [at for at, which in case.branch_ends if which == department]
    return cut_off(start, first_end(case, ends, start, starts, book), over_at(case))


def stage_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """Each visit of the stage of the rule."""
    text = _stage_limit(case, rule, book)
    if not text:
        return
    over = over_at(case)
    for cycle, (start, end) in enumerate(_visits(case, rule.stage, book), 1):
        yield Run(cycle, start, cut_off(start, end, over), limit_of(text), True)


def _visits(case: Case, stage: int, book: RuleBook) -> Iterator[tuple[int, int]]:
    """From when to when (``NEVER``: still) the case was in ``stage``; until it left, or another stage was entered.

    Entering the stage it is in already begins no new visit: else typing it in again would start its clock anew.
    """
    start = NEVER
    left = [at for at, other in case.left if other == stage]
    for at, other in case.entered:
        if start:
            end = _left_at(case, left, start, stage, book)
            if other == stage and not (end and end <= at):
                continue
            yield start, min(end, at) if end else at
        start = at if other == stage else NEVER
    if start:
        yield start, _left_at(case, left, start, stage, book)


def _left_at(case: Case, left: Sequence[int], start: int, stage: int, book: RuleBook) -> int:
    """When the visit that began at ``start`` was left. A later stage whose span reaches to its beginning was entered after it."""
    if case.spans:
        for at, other in case.entered:
            if at < start and other > stage and latest(case, at) >= start:
                return start
    if not left or left[0] >= start:
        return left[0] if left else NEVER
    return first_end(case, left, start, [at for at, other in case.entered if other == stage], book)


def _stage_limit(case: Case, rule: TimeLimit, book: RuleBook) -> str:
    if rule.limit != "stage":
        return rule.limit
    code = case.terms.item if case.terms else case.origin.item if case.origin else ""
    return book.stage_limit(code, rule.stage)


def special_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """Each suspension that days were approved for."""
    unit = DAY_UNITS[book.special.unit]
    starts = [at for at, _, _ in case.suspensions]
    for cycle, (start, procedure, days) in enumerate(case.suspensions, 1):
        approved = approved_days(procedure, days, book)
        if approved > 0:
            ended = cut_off(start, first_end(case, case.resumptions, start, starts, book), over_at(case))
            yield Run(cycle, start, ended, Limit(approved, unit), False)


def acceptance_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """Each wait for an answer to what was handed in."""
    limit = (rule.limit == "notice" and book.notice) or limit_of(rule.limit)
    for cycle, (start, end) in enumerate(_rounds(case), 1):
        yield Run(cycle, start, end, limit, False)


def _rounds(case: Case) -> Iterator[tuple[int, int]]:
    """From each receipt of materials to its answer (``NEVER``: none yet). What comes in next shows that more was asked for."""
    if not case.applied:
        return
    answer = _first_answer(case)
    if not case.supplements and not case.requests:
        yield case.applied, answer
        return
    starts = [case.applied, *(at for at in case.supplements if at > case.applied or latest(case, at) > case.applied)]
    answers = [answer] if answer else []
    for start, following in zip(starts, [*starts[1:], NEVER], strict=True):
        later = [max(at, start) for at in (*case.requests, following) if at and latest(case, at) >= start]
        yield start, min([*answers, *later], default=NEVER)


def pre_review_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """The wait of an online application for its first answer."""
    if case.applied and case.online:
        answers = [at for at in (_first_answer(case), *case.requests) if at]
        yield Run(1, case.applied, min(answers, default=NEVER), limit_of(rule.limit), False)


def _first_answer(case: Case) -> int:
    """What ends the wait for an answer whenever it was given; a case that goes on at all has been answered."""
    first = case.terms.at if case.terms is not None else NEVER
    for at in (case.not_accepted, case.decided, case.concluded, case.superseded):
        if at and (not first or at < first):
            first = at
    return first


def issuance_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """The wait for the certificate to lie ready."""
    yield from _after_decision(case, rule, first(case.issued, case.delivered), book)


def delivery_runs(case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """The wait for the applicant to have it."""
    yield from _after_decision(case, rule, case.delivered, book)


def _after_decision(case: Case, rule: TimeLimit, end: int, book: RuleBook) -> Iterator[Run]:
    """``ends_with`` says what the wait begins with. A case that was not decided by then is taken as decided when it concludes:
    what is decided afterwards undoes no wait."""
    decided, over = case.decided, case.concluded
    if over and not in_order(case, decided, over, book):
        decided = NEVER
    if rule.ends_with == "decision" and decided:
        start = decided if case.granted else NEVER
        if over and latest(case, decided) > over:  # if it came after the conclusion after all, the wait begins with that
            start = first(decided, over) if case.granted and case.how == "normal" else NEVER
    else:
        start = case.concluded if case.how == "normal" and (case.granted or not decided) else NEVER
    if start:
        yield Run(1, start, cut_off(start, end, case.superseded), limit_of(rule.limit), False)


def clip(pauses: tuple[Pause, ...], start: Instant) -> tuple[Pause, ...]:
    """The pauses that lie after ``start``."""
    if not pauses or pauses[0].start >= start:
        return pauses
    return tuple(Pause(max(pause.start, start), pause.end, pause.why) for pause in pauses if pause.end > start)


def deadline_of(case: Case, rule: TimeLimit, book: RuleBook, start: Instant, limit: Limit, pauses: tuple[Pause, ...]) -> Instant:
    """The last instant in time, pauses left out and, for the case itself, the days granted added."""
    if not pauses and not case.extensions:
        return book.worktime.due(start, limit)
    deadline = prolonged(book.worktime, start, limit, pauses)
    if rule.kind.extended_by == "extension" and case.extensions:
        longer = with_extensions(case, book, limit, deadline)
        if longer is not limit:
            deadline = prolonged(book.worktime, start, longer, pauses)
    return deadline


def with_extensions(case: Case, book: RuleBook, limit: Limit, by: Instant) -> Limit:
    """``limit`` and the days that were granted ``by`` then (by the deadline without them), capped by the book.

    They are days as they were granted, whatever the limit is counted in (art. 42); the book says of which kind.
    """
    days = sum(days for at, days in case.extensions if at <= by)
    cap = book.max_extension(case.terms.item if case.terms else "")
    return limit.granted(days if cap is None else min(days, cap), book.extension.unit)


def extended(case: Case, rule: TimeLimit, book: RuleBook, run: Run, pauses: tuple[Pause, ...]) -> Limit:
    """The limit of ``run`` with the extensions that count: what :func:`deadline_of` counted."""
    if rule.kind.extended_by != "extension" or not case.extensions:
        return run.limit
    return with_extensions(case, book, run.limit, prolonged(book.worktime, run.start, run.limit, pauses))
