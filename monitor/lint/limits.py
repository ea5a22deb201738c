"""Whether the limits of a book's items fit each other and the law: stages within the promise, the promise within the law.

Limits of one family of units are compared as they stand: hours and working days by the office hours, months and years as months.
For others the core computes where both would end, begun on mornings all over a year.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.lint.diagnosis import Remark, error, warning
from monitor.lint.mornings import mornings
from rules.book import Item, RuleBook
from rules.errors import UncoveredDate
from rules.events import STAGES
from rules.instant import to_datetime, to_instant
from rules.worktime import NATURAL_TIME, OFFICE_TIME, Limit, Unit

INSIDE = tuple(STAGES.index(stage) for stage in ("transfer", "handling", "review", "approval", "conclusion"))
"""The stages that lie between acceptance and conclusion, which is what the promise counts (inference)."""
LAW_EXTENSION, LAW_JOINT_EXTENSION, LAW_DECISION = 10, 15, Limit(20, Unit.working_days)
"""许可法 art. 42: 20 working days, 10 more; joint handling 15 more."""
_CHINESE_ZONES = frozenset({"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "PRC"})


def compare_limits(book: RuleBook, table: Mapping[str, Any]) -> Iterator[Remark]:
    """All remarks about limits: of what nobody listed, and of each item in the order of the file."""
    yield from _check_item(book, Item("", "", book.defaults.promised, book.defaults.statutory), "defaults")
    for index, entry in enumerate(table.get("items", ())):
        item = book.items[entry["code"]]
        where = f"items[{index}]"
        if not item.promised and not item.statutory:
            yield warning(where, f"{item.code!r} has no limit: no case clock runs unless the record brings one")
        yield from _check_item(book, item, where)
    for index, entry in enumerate(table.get("watch_lists", ())):
        watched = Item("", "", entry.get("promised", ""), entry.get("statutory", ""))
        if watched.promised and watched.statutory:
            yield from _check_promise(book, watched, f"watch_lists[{index}]")
    yield from _check_extensions(book, table)


def _check_item(book: RuleBook, item: Item, where: str) -> Iterator[Remark]:
    if item.promised and item.statutory:
        yield from _check_promise(book, item, where)
    yield from _check_stages(book, item, where)


def _check_promise(book: RuleBook, item: Item, where: str) -> Iterator[Remark]:
    promised, statutory = Limit.parse(item.promised), Limit.parse(item.statutory)
    is_longer = longer(promised, statutory, book)
    if is_longer is None:
        example = _later(book, promised, statutory)
        if example:
            yield error(f"{where}.promised", f"{promised} can end after the statutory limit of {statutory}: {example}")
    elif is_longer:
        yield error(f"{where}.promised", f"{promised} is more than the statutory limit of {statutory}")


def longer(one: Limit, other: Limit, book: RuleBook) -> bool | None:
    """Whether ``one`` is the longer; None where their units tell nothing about each other."""
    family, length = _measure(one, book)
    other_family, other_length = _measure(other, book)
    return length > other_length if family == other_family else None


def _measure(limit: Limit, book: RuleBook) -> tuple[str, int]:
    """Family of units and length in it. A limit of no days has the rest of its day, at most one."""
    limit = book.worktime.resolved(limit)
    if limit.unit in OFFICE_TIME:
        return "office time", limit.value * OFFICE_TIME[limit.unit]
    if limit.unit in NATURAL_TIME:
        return "natural time", limit.value * NATURAL_TIME[limit.unit]
    if limit.unit is Unit.working_days:
        return "office time", (limit.value or 1) * book.worktime.hours.usual.length
    if limit.unit is Unit.calendar_days or not limit.value:
        return "days", limit.value or 1
    return "months", limit.value * (12 if limit.unit is Unit.years else 1)


def _later(book: RuleBook, one: Limit, other: Limit) -> str:
    """A beginning from which ``one`` ends after ``other``; empty if there is none."""
    for begun in mornings(book, 60):
        try:
            ends = [to_datetime(book.worktime.due(to_instant(begun), limit), book.zone) for limit in (one, other)]
        except UncoveredDate:
            continue
        if ends[0] > ends[1]:
            return f"begun {begun:%Y-%m-%d}, {one} ends {ends[0]:%Y-%m-%d %H:%M} and {other} {ends[1]:%Y-%m-%d %H:%M}"
    return ""


def _check_stages(book: RuleBook, item: Item, where: str) -> Iterator[Remark]:
    promise = item.promised or item.statutory
    own = {STAGES.index(stage) for stage in (*item.stages, *item.flow)} if item.code else set(book.stages)
    limits = [Limit.parse(text) for stage in INSIDE if stage in own and (text := book.stage_limit(item.code, stage))]
    if not promise or not limits:
        return
    key = f"{where}.stages" if item.code else "stages"
    family, allowed = _measure(Limit.parse(promise), book)
    measured = [_measure(limit, book) for limit in limits]
    parts = " + ".join(map(str, limits))
    if any(other != family for other, _ in measured):
        yield warning(key, f"{parts} cannot be compared with {promise}: their units tell nothing about each other")
    elif sum(length for _, length in measured) > allowed:
        yield error(key, f"{parts} is more than the {promise} promised: all stages in time, and the case is late")


def _check_extensions(book: RuleBook, table: Mapping[str, Any]) -> Iterator[Remark]:
    """许可法 art. 42, for books of halls under that law. Another law may allow more, so an item's cap is only a warning."""
    if book.worktime.clock.zone not in _CHINESE_ZONES:
        return
    if (book.extension.max_days or 0) > LAW_EXTENSION:
        text = f"{book.extension.max_days} days for every item: 许可法 art. 42 allows {LAW_EXTENSION}"
        yield error("extension.max_days", f"{text}; give items with a law of their own max_extension")
    for index, entry in enumerate(table.get("items", ())):
        item = book.items[entry["code"]]
        joint = bool(item.statutory) and longer(Limit.parse(item.statutory), LAW_DECISION, book) is not False
        allowed = LAW_JOINT_EXTENSION if joint else LAW_EXTENSION
        if item.max_extension > allowed:
            text = f"{item.max_extension} days: 许可法 art. 42 allows {allowed}"
            yield warning(
                f"items[{index}].max_extension", f"{text} for {item.statutory or 'such items'} unless another law says so"
            )
