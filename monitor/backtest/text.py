"""The report for people: tables, then examples with the arithmetic of both books."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from monitor.backtest.compare import KINDS, SIDES, BacktestExample
from monitor.backtest.defence import CardView
from monitor.backtest.phrases import STATE_WORDS, WORDS
from monitor.backtest.report import BacktestReport, CellTotals, IssuedCards
from monitor.words import Language, arithmetic_lines
from rules.alerts import LEVELS

_COLUMNS = (*SIDES, *KINDS)
_WIDE = 130
"""Columns of paper where the output is no terminal."""


def print_report(report: BacktestReport, lang: Language = "zh", *, detail: bool = False, out: Console | None = None) -> None:
    """Print ``report``; with ``detail`` every rule, department and week in which the books differ."""
    console = out or Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = max(console.width, _WIDE)
    _Printer(report, lang, console).all(detail=detail)


class _Printer:
    def __init__(self, report: BacktestReport, lang: Language, console: Console) -> None:
        self._report, self._lang, self._console = report, lang, console
        self._words, self._states = WORDS[lang], STATE_WORDS[lang]
        self._rules = report.current.rules | report.candidate.rules

    def all(self, *, detail: bool) -> None:
        report = self._report
        self._head()
        self._levels()
        self._table("by_rule", lambda cell: self._rule(cell.rule, cell.level), report.cells)
        self._table("by_department", lambda cell: (cell.department or "—",), report.cells)
        self._table("by_week", lambda cell: (cell.week,), report.cells)
        if detail:
            differing = [cell for cell in report.cells if _differs(cell)]
            self._table("detail", lambda cell: (*self._rule(cell.rule, cell.level), cell.department, cell.week), differing)
        if not any(report.examples.values()) and not any(map(_differs, report.cells)):
            self._say(self._words["none"])
        for kind in KINDS:
            if report.examples[kind]:
                self._say("", self._words["examples"].format(kind=self._words[kind]))
                for number, example in enumerate(report.examples[kind], 1):
                    self._say(*self._example(number, example))

    def _say(self, *lines: str) -> None:
        for line in lines:
            self._console.print(line, soft_wrap=True)

    def _head(self) -> None:
        words, records = self._words, self._report.records
        reasons = _listed(records.bad)
        versions = {side: ", ".join(getattr(self._report, side).versions) for side in SIDES}
        bad = words["bad"].format(total=sum(records.bad.values()), reasons=reasons) if records.bad else words["no_bad"]
        line = words["records"].format(
            source=records.source, events=records.events, cases=records.cases, until=_when(records.until)
        )
        self._say(words["title"], line, bad)
        if records.ticks:
            self._say(words["ticks"].format(ticks=records.ticks))
        for side in SIDES:
            if refused := getattr(self._report, side).refused:
                listed = _listed(refused)
                self._say(words["refused"].format(side=words[side], total=sum(refused.values()), reasons=listed))
        self._say(words["books"].format(**versions), words["agreed"].format(agreed=self._report.agreed), "")

    def _levels(self) -> None:
        words = self._words
        table = self._new_table("by_level", ("level",), (*_COLUMNS, "false", "ends"))
        for line in self._report.totals:
            changed = [getattr(line.changed, kind) for kind in KINDS]
            counts = [f"{count:,}" for count in (line.current.raised, line.candidate.raised, *changed)]
            ends = " → ".join(self._ends(side) for side in (line.current, line.candidate))
            table.add_row(words[line.level], *counts, f"{_share(line.current)} → {_share(line.candidate)}", ends)
        self._console.print(table)

    def _ends(self, issued: IssuedCards) -> str:
        ends = (f"{self._states[state]} {count:,}" for state, count in issued.ends.items())
        return ", ".join(ends) or "—"

    def _rule(self, rule: str, level: str) -> tuple[str, str]:
        name = self._rules.get(rule, "")
        return f"{name} {rule}" if name else rule, self._words[level]

    def _table(self, title: str, group_of: Callable[[CellTotals], tuple[str, ...]], cells: Sequence[CellTotals]) -> None:
        heads = {"by_rule": ("rule", "level"), "detail": ("rule", "level", "department", "week")}
        summed: dict[tuple[str, ...], Counter[str]] = {}
        total: Counter[str] = Counter()
        for cell in cells:
            group = group_of(cell)
            counts = Counter(current=cell.current, candidate=cell.candidate)
            counts.update({kind: getattr(cell.changed, kind) for kind in KINDS})
            summed.setdefault(group, Counter()).update(counts)
            total.update(counts)
        if not summed:
            return
        table = self._new_table(title, heads.get(title, (title.removeprefix("by_"),)), _COLUMNS)
        for group in sorted(summed, key=self._order(title)):
            table.add_row(*group, *(f"{summed[group][column]:,}" for column in _COLUMNS))
        table.add_section()
        blank = [""] * (len(next(iter(summed))) - 1)
        table.add_row(self._words["total"], *blank, *(f"{total[column]:,}" for column in _COLUMNS))
        self._console.print(table)

    def _order(self, title: str) -> Callable[[tuple[str, ...]], tuple[object, ...]]:
        """Levels from mild to severe, not by the alphabet."""
        if title not in ("by_rule", "detail"):
            return tuple
        severity = {self._words[level]: place for place, level in enumerate(LEVELS)}
        return lambda group: (group[0], severity[group[1]], *group[2:])

    def _new_table(self, title: str, heads: tuple[str, ...], numbers: tuple[str, ...]) -> Table:
        table = Table(title=self._words[title], title_justify="left", title_style="bold")
        for head in heads:
            table.add_column(self._words[head], overflow="fold")
        for number in numbers:
            table.add_column(self._words[number], justify="left" if number in ("false", "ends") else "right", overflow="fold")
        return table

    def _example(self, number: int, example: BacktestExample) -> Iterator[str]:
        words = self._words
        item = f"{example.item} {example.item_name}".strip() or "—"
        rule = " ".join(part for part in (self._rules.get(example.rule, ""), example.rule) if part)
        line = words["case"].format(
            case=example.case, level=words[example.level], rule=rule, department=example.department or "—", item=item
        )
        yield f"{number}. {line}"
        for side in SIDES:
            yield from self._side(words[side], getattr(example, side))

    def _side(self, side: str, defence: CardView) -> Iterator[str]:
        words = self._words
        if defence.state is not None and defence.due_at is not None:
            state = self._states[defence.state]
            yield "   " + words["issued"].format(side=side, book=defence.book, due=_when(defence.due_at), state=state)
        else:
            yield "   " + words["not_issued"].format(side=side, book=defence.book)
        if defence.detail:
            yield "     " + words["detail_of"].format(detail=defence.detail)
        elif defence.deadline is None or defence.counted_from is None:
            yield "     " + words["no_limit"]
        elif defence.limit:
            line = words["limit"].format(limit=defence.limit, start=_when(defence.counted_from), deadline=_when(defence.deadline))
            stopped = words["ended_at"].format(ended=_when(defence.ended_at)) if defence.ended_at else words["running"]
            yield f"     {line}; {stopped}" if self._lang == "en" else f"     {line}；{stopped}"
        for line in arithmetic_lines(defence.spans, self._lang):
            yield "       " + line


def _differs(cell: CellTotals) -> bool:
    return any(getattr(cell.changed, kind) for kind in KINDS)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in counts.items())


def _share(issued: IssuedCards) -> str:
    return "—" if issued.false_rate is None else f"{issued.false_rate:.1%}"


def _when(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}"
