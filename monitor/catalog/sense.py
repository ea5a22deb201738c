"""Whether what an item says of itself fits together: its kind, its flow and who handles it, its branches, its fee."""

from collections.abc import Iterator, Sequence

from monitor import words
from monitor.books import CatalogItem, Fee
from monitor.lint import Remark, error, longer, warning
from rules.book import RuleBook
from rules.events import STAGES
from rules.worktime import Limit

MUST_BE_THERE = frozenset({"department", "fee.basis", "branches", "forwarded"})
"""Elements whose lack is an error of its own here, not just a gap."""


def check_sense(item: CatalogItem, book: RuleBook, where: str) -> Iterator[Remark]:
    """All contradictions of one item; ``book`` says how long its days are."""
    if not item.department:
        yield error(where, f"{item.code!r} has no department (实施机关): nobody answers for it")
    yield from _check_kind(item, where)
    yield from _check_flow(item, where)
    yield from _check_parts(item, book, where)
    yield from _twice([each.procedure for each in item.special], f"{where}.special", "procedure")
    yield from _twice([each.name for each in item.materials], f"{where}.materials", "name")
    if isinstance(item.fee, Fee) and not item.fee.basis:
        text = f"{item.fee.standard!r} has no basis (收费依据): without one nothing may be charged (许可法 art. 58, 59)"
        yield error(f"{where}.fee", text)


def _check_kind(item: CatalogItem, where: str) -> Iterator[Remark]:
    kind = item.kind
    if kind is not None and item.promised and (kind == "instant") != item.is_instant:
        mend = (
            "is done while the applicant waits, write instant" if kind == "instant" else f"of kind {kind} is not due the same day"
        )
        yield error(f"{where}.promised", f"{item.promised}: an item {'of kind instant ' if kind == 'instant' else ''}{mend}")
    if item.branches and kind not in (None, "parallel"):
        yield error(f"{where}.kind", f"{kind}: only a parallel item (并联件) has branches")
    if kind == "parallel" and not item.branches:
        yield error(f"{where}.kind", "parallel: name the departments and their limits under branches")
    if item.forwarded is not None and kind not in (None, "forwarded"):
        yield error(f"{where}.kind", f"{kind}: only a forwarded item (上报件) is sent on to a higher body")
    if kind == "forwarded" and item.forwarded is None:
        yield error(f"{where}.kind", "forwarded: say to whom, forwarded = { to = … }")


def _check_flow(item: CatalogItem, where: str) -> Iterator[Remark]:
    yield from _twice(item.flow, f"{where}.flow", "")
    if not item.flow:
        return
    order = [STAGES.index(stage) for stage in item.flow]
    if len(set(order)) == len(order) and order != sorted(order):
        usual = ", ".join(words.word(words.STAGES, STAGES[stage], "zh") for stage in sorted(order))
        yield warning(f"{where}.flow", f"an unusual order: {usual} is how halls go. A case in that usual order breaks this flow")
    for stage in item.stages:
        if stage not in item.flow:
            yield error(f"{where}.stages.{stage}", f"has a limit, but {stage} is no stage of the flow")
    for stage in item.posts:
        if stage not in item.flow:
            yield error(f"{where}.posts.{stage}", f"has somebody who handles it, but {stage} is no stage of the flow")
    if item.forwarded is not None and item.forwarded.after not in item.flow:
        yield error(f"{where}.forwarded", f"after {item.forwarded.after}, which is no stage of the flow")


def _check_parts(item: CatalogItem, book: RuleBook, where: str) -> Iterator[Remark]:
    yield from _twice([branch.department for branch in item.branches], f"{where}.branches", "department")
    promise = item.promised or item.statutory
    forwarded = item.forwarded
    if forwarded is not None and forwarded.limit and promise and _exceeds(forwarded.limit, promise, book):
        yield error(f"{where}.forwarded.limit", f"{forwarded.limit} is more than the {promise} promised, which one clock counts")
    for index, branch in enumerate(item.branches):
        key = f"{where}.branches[{index}]"
        if not branch.limit:
            yield warning(key, f"{branch.department} has no limit of its own: its part is late only when the whole case is")
        elif promise and _exceeds(branch.limit, promise, book):
            yield error(f"{key}.limit", f"{branch.limit} is more than the {promise} promised for the whole")


def _exceeds(part: str, promise: str, book: RuleBook) -> bool:
    return longer(Limit.parse(part), Limit.parse(promise), book) is True


def _twice(names: Sequence[str], where: str, key: str) -> Iterator[Remark]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield error(f"{where}[{index}]{'.' if key else ''}{key}", f"{name!r} stands there twice")
