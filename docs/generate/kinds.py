"""What the tables of clocks and findings in :mod:`rules.families` say of each kind, beyond what it means."""

from collections.abc import Iterable

from docs.generate.markdown import table
from rules.families.findings import FINDINGS
from rules.families.kinds import KINDS


def clock_rows() -> str:
    """One row per kind of clock."""
    rows = []
    for kind in KINDS:
        watches = "cards" if kind.watches_cards else _codes(sorted(kind.reads))
        deadline = "from the start alone" if kind.fixed else "–" if kind.watches_cards else "may move"
        extended = f"`[{kind.extended_by}]`" if kind.extended_by else "–"
        rows.append((f"`{kind.name}`", _codes(kind.limits), deadline, extended, _retention(kind.forgotten), watches))
    return table(("clock", "named limits", "deadline", "extended up to", "forgotten by", "follows from"), rows)


def finding_rows() -> str:
    """One row per finding, by its code."""
    rows = []
    for kind in sorted(FINDINGS, key=lambda kind: kind.code):
        takes = [f"`count` from {kind.counts_from}"] if kind.counts_from else []
        takes += ["`within`"] if kind.needs_within else []
        shown = "a record" if kind.sees else "the case"
        asks = f"`{kind.asks}`" if kind.asks else "–"
        rows.append((str(kind.code), f"`{kind.name}`", shown, ", ".join(takes) or "–", asks, _retention(kind.forgotten)))
    return table(("code", "finding", "shown by", "takes", "needs of the book", "forgotten by"), rows)


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "–"


def _retention(entry: str) -> str:
    return f"`{entry}`" if entry else "–"
