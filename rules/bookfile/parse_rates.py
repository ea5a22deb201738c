"""``[[rates]]`` of a rule book as written, and the rules it becomes."""

import re
from collections.abc import Collection
from typing import Any

from rules.alerts import LEVELS
from rules.book import RateRule
from rules.bookfile.defects import convert, guarded, switches_nothing
from rules.bookfile.levels import check_fires, held_levels, written_levels
from rules.bookfile.written import WrittenRate
from rules.events import STAGES
from rules.rates import VOLUMES
from rules.worktime import Limit

_PACE = "stage-pace"
_SHARE = re.compile(r"(\d{1,6})(?:\.(\d{1,2}))?\s*(%|σ|sigma)")


def read_rates(tables: list[dict[str, Any]], taken: Collection[str], defects: list[str]) -> tuple[RateRule, ...]:
    """The rules in their order; ``taken`` are ids of other rules. A rule about stages becomes one per stage."""
    rules: list[RateRule] = []
    for index, data in enumerate(tables):
        where = f"rates[{index}]"
        if switches_nothing(where, data, "rate", defects):
            continue
        read = convert(where, data, WrittenRate, defects)
        if read is None or read.off:
            continue
        if read.id in taken or any(rule.id == read.id for rule in rules):
            defects.append(f"{where}.id: {read.id!r} is used twice")
        _check(where, read, data, defects)
        rules += _expanded(where, read, defects)
    return tuple(rules)


def _check(where: str, read: WrittenRate, data: dict[str, Any], defects: list[str]) -> None:
    """Keys that this rate does not look at would pass for being heeded."""
    if read.rate in VOLUMES and "over" in data:
        defects.append(f"{where}.over: {read.rate} looks at whole months")
    if read.rate not in VOLUMES and "per_workday" in data:
        defects.append(f"{where}.per_workday: {read.rate} compares no months")
    if read.rate != _PACE and "stages" in data:
        defects.append(f"{where}.stages: {read.rate} looks at whole cases")
    if read.rate == _PACE and (not read.stages or "item" not in read.of or len(read.of) > 1):
        defects.append(f'{where}.of: stages of different items are not alike: write of = ["item"], and the stages')
    if not read.of:
        defects.append(f"{where}.of: whose figures? write department, window or item")


def _expanded(where: str, read: WrittenRate, defects: list[str]) -> list[RateRule]:
    levels, shares = _levels(where, read, defects)
    grace = guarded(f"{where}.grace", lambda: Limit.parse(read.grace), defects) or Limit.parse("1d")
    held = held_levels(where, read, levels, defects)
    stages = read.stages if read.rate == _PACE else ("",)
    return [
        RateRule(
            id=f"{read.id}-{stage}" if stage else read.id,
            name=read.name or read.id,
            rate=read.rate,
            of=frozenset(read.of),
            over=read.over,
            at_least=read.at_least,
            per_workday=read.per_workday,
            stage=STAGES.index(stage) if stage else -1,
            levels=levels,
            shares=shares,
            grace=grace,
            held=held,
            source=read.source,
        )
        for stage in stages
    ]


def _levels(where: str, read: WrittenRate, defects: list[str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The levels from mild to severe with what reaches them."""
    levels: list[int] = []
    shares: list[int] = []
    sign = "σ" if read.rate == _PACE else "%"
    for position, level, text in written_levels(read):
        share = _share(text, sign)
        if share is None:
            example = "2.5σ" if sign == "σ" else "2%"
            defects.append(f'{where}.{level}: {text!r}: write a number with {sign}, such as "{example}"')
        elif shares and share <= shares[-1]:
            defects.append(f"{where}.{level}: {text} is reached no later than {LEVELS[levels[-1]]}, which it would hide")
        else:
            levels.append(position)
            shares.append(share)
    check_fires(where, read, defects)
    return tuple(levels), tuple(shares)


def _share(text: str, sign: str) -> int | None:
    """In 1/10 000 of a whole, or of a standard deviation. None for what is nothing of the kind, or nothing at all."""
    found = _SHARE.fullmatch(text.strip())
    if found is None or (found[3] == "%") != (sign == "%"):
        return None
    hundredths = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    return (hundredths if sign == "%" else hundredths * 100) or None
