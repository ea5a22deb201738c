"""``[[time_limits]]`` and ``[[process]]`` of a rule book, and the rules they become."""

from collections.abc import Collection

from rules.book import ClockKind, FindingKind, ProcessRule, Threshold, TimeLimit
from rules.bookfile.defects import check_limits, convert, guarded, named, switches_nothing
from rules.bookfile.levels import check_fires, held_levels, written_levels
from rules.bookfile.written import WrittenBook, WrittenProcess, WrittenTimeLimit
from rules.events import STAGES
from rules.families import FINDING, KIND
from rules.worktime import Limit


def read_time_limits(table: WrittenBook, limited: Collection[str], defects: list[str]) -> tuple[TimeLimit, ...]:
    """All rules in their order; ``limited`` are the stages that have a limit of their own somewhere in the book."""
    if not table.time_limits:
        defects.append("time_limits: a book without rules raises nothing, write at least one [[time_limits]]")
    rules: list[TimeLimit] = []
    for index, data in enumerate(table.time_limits):
        where = f"time_limits[{index}]"
        if switches_nothing(where, data, "clock", defects):
            continue
        read = convert(where, data, WrittenTimeLimit, defects)
        kind = named(f"{where}.clock", read.clock, KIND, defects) if read is not None else None
        if read is not None and kind is not None and not read.off:
            rules += _expanded(where, read, kind, limited, defects)
    rules.sort(key=lambda rule: (rule.clock, rule.limit) != ("case", "promised"))  # the first tells when a case is due
    twice = {rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1}
    defects += [f"time_limits: id {rule!r} is used twice" for rule in sorted(twice)]
    return tuple(rules)


def _expanded(
    where: str, read: WrittenTimeLimit, kind: ClockKind, limited: Collection[str], defects: list[str]
) -> list[TimeLimit]:
    """One rule; a stage rule becomes one per stage that has a limit somewhere, so that each has its own identity."""
    limit = read.limit or (kind.limits[0] if kind.limits else "")
    if limit not in kind.limits:
        check_limits(where, {"limit": limit or "(none)"}, defects, also=kind.limits)
    levels, thresholds, held = _levels(where, read, defects)
    stages = [-1]
    if read.clock == "stage":
        stages = [STAGES.index(stage) for stage in STAGES if stage in limited or limit != "stage"]
    return [
        TimeLimit(
            id=f"{read.id}-{STAGES[stage]}" if stage >= 0 else read.id,
            name=read.name or read.id,
            kind=kind,
            limit=limit,
            stage=stage,
            ends_with=read.ends_with,
            levels=levels,
            thresholds=thresholds,
            held=held,
            source=read.source,
        )
        for stage in stages
    ]


def _levels(
    where: str, read: WrittenTimeLimit | WrittenProcess, defects: list[str]
) -> tuple[tuple[int, ...], tuple[Threshold, ...], frozenset[int]]:
    """The levels of a rule from mild to severe, their thresholds, and which are held for confirmation."""
    levels: list[int] = []
    thresholds: list[Threshold] = []
    for position, level, text in written_levels(read):
        threshold = guarded(f"{where}.{level}", lambda text=text: Threshold.parse(text), defects)
        if threshold is not None:
            levels.append(position)
            thresholds.append(threshold)
            if isinstance(read, WrittenProcess) and threshold.kind not in ("deadline", "after"):
                defects.append(f'{where}.{level}: write "at once" or a grace such as "1wd after"')
    ages = isinstance(read, WrittenTimeLimit) and read.clock == "expiry"
    if ages and levels:
        defects.append(f"{where}: an expiry raises nothing, it ends reminders and warnings: give it a limit only")
    if not ages:
        check_fires(where, read, defects)
    return tuple(levels), tuple(thresholds), held_levels(where, read, levels, defects)


def read_process(table: WrittenBook, taken: Collection[str], defects: list[str]) -> tuple[ProcessRule, ...]:
    rules: list[ProcessRule] = []
    limited: dict[str, str] = {}
    for index, data in enumerate(table.process):
        where = f"process[{index}]"
        if switches_nothing(where, data, "finding", defects):
            continue
        read = convert(where, data, WrittenProcess, defects)
        finding = named(f"{where}.finding", read.finding, FINDING, defects) if read is not None else None
        if read is None or finding is None or read.off:
            continue
        if read.id in taken or any(rule.id == read.id for rule in rules):
            defects.append(f"{where}.id: {read.id!r} is used twice")
        if finding.sees is not None and finding.needs_within:  # a record is looked at once, by one limit
            if finding.name in limited:
                defects.append(
                    f"{limited[finding.name]}.finding: {read.id!r} looks for {finding.name}, too, which has one limit: "
                    "give it that id"
                )
            limited[finding.name] = where
        _check_finding(where, read, finding, defects)
        levels, thresholds, held = _levels(where, read, defects)
        within = Limit.parse(read.within) if read.within and not defects else None
        rules.append(
            ProcessRule(read.id, read.name or read.id, finding, read.count, within, levels, thresholds, held, read.source)
        )
    return tuple(rules)


def _check_finding(where: str, read: WrittenProcess, finding: FindingKind, defects: list[str]) -> None:
    if finding.needs_within != bool(read.within):
        need = 'needs within, such as "10wd"' if finding.needs_within else "knows no within"
        defects.append(f"{where}.within: {read.finding} {need}")
    check_limits(where, {"within": read.within}, defects)
    if read.count > 1 and not finding.counts_from:
        defects.append(f"{where}.count: {read.finding} is found once at most or each time anew, so nothing is counted")
    if read.count < finding.counts_from:
        defects.append(f"{where}.count: {read.finding} needs a count of {finding.counts_from} or more, one alone repeats nothing")
