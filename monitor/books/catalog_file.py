"""What a hall writes down about its service items (事项目录): the elements of an item, and how a catalog file is read.

The keys of a rule book's ``[[items]]`` (:class:`rules.book.book.Item`) mean here what they mean there: the engine judges by
them. The others are for the people who read the catalog. Elements follow the basic data of items that halls exchange with the
national platform. Its forms are 许可、给付、奖励、确认、裁决、其他类事项基本信息; GB/T 39046-2020. ``docs/reference/catalog.md``
names the source of each one.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec

from rules.book import Item
from rules.errors import BadRuleBook
from rules.events import STAGES, Procedure, Stage
from rules.worktime import Limit

ItemClass = Literal["permit", "penalty", "compulsion", "levy", "payment", "inspection", "confirmation", "reward", "adjudication",
                    "other-power", "public-service"]  # fmt: skip
"""事项类型: the ten administrative powers and public services."""
ItemKind = Literal["instant", "committed", "parallel", "forwarded"]
"""办件类型: Hunan's codes 0 to 3."""
Form = Literal["original", "copy", "electronic"]
_Text = Annotated[str, msgspec.Meta(min_length=1)]
_T = TypeVar("_T")

_KNOWN = {
    "class": get_args(ItemClass),
    "kind": get_args(ItemKind),
    "form": get_args(Form),
    "procedure": get_args(Procedure),
    "after": STAGES,
    "flow": STAGES,
    "fee": ("none", "a table with standard and basis"),
}
"""What may stand under each key that takes names of ours."""
CORE_KEYS = frozenset(Item.__struct_fields__)
"""The keys that a rule book's ``[[items]]`` have, too."""


class Fee(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """收费: the ``standard`` by which it is charged, and the document that allows it. ``fee = "none"``: nothing is charged."""

    standard: _Text
    basis: str = ""


class Material(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """申请材料: one thing the applicant hands in; ``optional`` where only some must."""

    name: _Text
    copies: Annotated[int, msgspec.Meta(ge=1)] = 1
    form: Form = "original"
    optional: bool = False


class CatalogBranch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """并联部门: a department that handles its part at the same time as others, within its own ``limit``."""

    department: _Text
    limit: str = ""


class SpecialProcedure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """特别程序 that may stop the clock (许可法 art. 45), for how long, and by which document."""

    procedure: Procedure
    limit: str = ""
    basis: str = ""


class Forwarding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """上报: who decides on a higher level, after which of our stages, and within which limit of its own."""

    to: _Text
    after: Stage = "review"
    limit: str = ""


class CatalogItem(Item, frozen=True, forbid_unknown_fields=True, rename={"item_class": "class"}):
    """A service item with all that the hall says of it. ``posts``: who handles each stage."""

    item_class: ItemClass | None = None
    kind: ItemKind | None = None
    department: str = ""
    basis: tuple[_Text, ...] = ()
    conditions: tuple[_Text, ...] = ()
    materials: tuple[Material, ...] = ()
    posts: dict[str, _Text] = msgspec.field(default_factory=dict)
    branches: tuple[CatalogBranch, ...] = ()
    forwarded: Forwarding | None = None
    special: tuple[SpecialProcedure, ...] = ()
    fee: Literal["none"] | Fee | None = None
    result: str = ""
    place: str = ""
    opening: str = ""
    consultation: str = ""
    supervision: str = ""

    @property
    def is_instant(self) -> bool:
        """即办件: due on the day it was accepted. Only for limits that can be read."""
        return bool(self.promised) and not Limit.parse(self.promised).value


class Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[common]``: what holds for every item that does not say it itself."""

    place: str = ""
    opening: str = ""
    consultation: str = ""
    supervision: str = ""


class Catalog(msgspec.Struct, frozen=True):
    """A catalog that can be read. Whether it is complete and makes sense is ``supervise catalog check``'s business."""

    hall: str
    items: tuple[CatalogItem, ...]


class _CatalogTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A catalog file before its items are read one by one."""

    items: list[dict[str, Any]]
    hall: str = ""
    common: dict[str, Any] = {}


def parse_catalog(source: str, data: Mapping[str, Any]) -> Catalog:
    """A catalog from its parsed TOML; every defect with its key in one :class:`BadRuleBook`.

    Limits of the keys shared with a rule book are not read here: the book that takes the items over does that.
    """
    defects: list[str] = []
    table = _convert("", dict(data), _CatalogTable, defects)
    if table is None:
        raise BadRuleBook(source, defects)
    if not table.items:
        defects.append("items: a catalog without items offers nothing, write at least one [[items]]")
    common = _convert("common", table.common, Common, defects)
    read = [_convert(f"items[{index}]", entry, CatalogItem, defects) for index, entry in enumerate(table.items)]
    for index, item in enumerate(read):
        if item is not None:
            defects += _unreadable(f"items[{index}]", item)
    if defects or common is None:
        raise BadRuleBook(source, defects)
    return Catalog(table.hall, tuple(_filled(item, common) for item in read if item is not None))


def core_tables(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of a catalog as a rule book lists them: without what the engine does not need."""
    entries = data.get("items", ())
    tables = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [{key: value for key, value in entry.items() if key in CORE_KEYS} for entry in tables]


def _filled(item: CatalogItem, common: Common) -> CatalogItem:
    given = {key: getattr(common, key) for key in Common.__struct_fields__ if not getattr(item, key)}
    return msgspec.structs.replace(item, **given)


def _unreadable(where: str, item: CatalogItem) -> Iterator[str]:
    """Stages and limits that nobody can read, of the keys that a rule book does not have."""
    for stage in item.posts:
        if stage not in STAGES:
            yield f"{where}.posts.{stage}: no such stage, known are {', '.join(STAGES)}"
    limits = {f"branches[{index}].limit": branch.limit for index, branch in enumerate(item.branches)}
    limits |= {f"special[{index}].limit": special.limit for index, special in enumerate(item.special)}
    if item.forwarded is not None:
        limits["forwarded.limit"] = item.forwarded.limit
    for key, text in limits.items():
        try:
            if text:
                Limit.parse(text)
        except ValueError as error:
            yield f"{where}.{key}: {error}"


def _convert(where: str, data: Any, kind: type[_T], defects: list[str]) -> _T | None:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        path = path.rstrip("`").lstrip(".")
        if message.startswith("Invalid enum value"):
            message += f": known are {', '.join(_KNOWN[path.rpartition('.')[2].partition('[')[0]])}"
        key = ".".join(part for part in (where, path) if part)
        defects.append(f"{key}: {message}" if key else message)
        return None
