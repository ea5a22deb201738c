"""How complete a catalog is (要素完整率): for each element, how many of the items that need it have it.

Cities score the quality of data that halls hand in: one point off per 1 % incomplete, five at most. Whole percents count
(inference: no source says what half a percent costs).
"""

from collections.abc import Iterator, Sequence

import msgspec

from monitor.books import CatalogItem, Fee
from monitor.catalog.words import ELEMENTS

MOST_POINTS = 5


class Share(msgspec.Struct, frozen=True):
    """``have`` of the ``need`` items that need an element have it."""

    element: str
    have: int
    need: int

    @property
    def percent(self) -> float:
        """0 to 100; an element that nobody needs is complete."""
        return 100 * self.have / self.need if self.need else 100.0


class Completeness(msgspec.Struct, frozen=True):
    """Of all elements, and of each."""

    items: int
    percent: float
    points_off: int
    elements: tuple[Share, ...]


def missing(item: CatalogItem) -> list[str]:
    """The elements an item needs and lacks, in the order of :data:`monitor.catalog.words.ELEMENTS`."""
    return [element for element, there in _elements(item) if not there]


def completeness(items: Sequence[CatalogItem]) -> Completeness:
    """Counted over all items."""
    found = [list(_elements(item)) for item in items]
    shares = []
    for element in ELEMENTS:
        there = [have for elements in found for name, have in elements if name == element]
        shares.append(Share(element, sum(there), len(there)))
    whole = Share("", sum(share.have for share in shares), sum(share.need for share in shares))
    lacking = 100 * (whole.need - whole.have) // whole.need if whole.need else 0
    return Completeness(len(items), whole.percent, min(lacking, MOST_POINTS), tuple(shares))


def _elements(item: CatalogItem) -> Iterator[tuple[str, bool]]:
    """Every element that the item needs, and whether it is there. Instant items need no flow: nothing lies in between."""
    for element in ELEMENTS:
        if element == "class":
            yield element, item.item_class is not None
        elif element == "fee.basis":
            if isinstance(item.fee, Fee):
                yield element, bool(item.fee.basis)
        elif element == "branches":
            if item.kind == "parallel":
                yield element, bool(item.branches)
        elif element == "forwarded":
            if item.kind == "forwarded":
                yield element, item.forwarded is not None
        elif element != "flow" or not item.is_instant:
            yield element, bool(getattr(item, element))
