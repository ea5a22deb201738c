"""Records of every type there is, made from the Structs themselves: a new type or field is drawn without anybody's doing.

Fields of a known name take a value that means something more often than not, so that records meet; else, whatever their
type allows. What they happen to hold is no concern of these tests.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st
from msgspec import inspect as mi

from monitor.books.files import load_profile
from rules.alerts import LEVELS
from rules.book import RuleBooks
from rules.case import Case, alert_id, cycles_of
from rules.events import EVENT_TYPES, OFFICE_TYPES, Action, Header
from rules.instant import to_datetime, to_instant
from tests.properties.complaints import EVERYTHING
from tests.properties.records import BEGIN, CASE, coarsened, ids, moments
from tests.properties.test_life_properties import OFFICES
from tests.properties.test_step_properties import PROFILES

BOOKS = {**PROFILES, **OFFICES, "everything": EVERYTHING, "scoring": RuleBooks([load_profile("jiangsu-scoring")])}
"""Every set of books of these tests: all profiles, the office's, held cards, and each clock and finding there is."""

CASES = (CASE["case"], "430100-2025-000002", "")
NUMBERERS = (CASE["numbered_by"], "430102", "")
DAYS = 75 * 24 * 60
_LONG_AGO, _FAR_AHEAD = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)

_ids = st.builds(
    "{}/{}/{}/{}/{}".format,
    st.sampled_from(NUMBERERS[:2]),
    st.sampled_from(CASES[:2]),
    st.sampled_from(sorted({rule.id for books in BOOKS.values() for book in books for rule in book.rules})),
    st.sampled_from(LEVELS),
    st.integers(1, 3),
)
_limits = st.sampled_from(
    [
        "",
        "0wd",
        "1wd",
        "5wd",
        "10wd",
        "7d",
        "1mo",
        "1y",
        "4wh",
        "0d",
        "0wh",
        "48h",
        "90min",
        "instant",
        "9999wd",
        "9999d",
        "9999mo",
        "9999y",
        "9999h",
        "soon",
    ]
)
_times = moments | st.datetimes(_LONG_AGO.replace(tzinfo=None), _FAR_AHEAD.replace(tzinfo=None), timezones=st.just(UTC))

LIKELY: Mapping[str, st.SearchStrategy[Any]] = {
    "id": ids,
    "record": ids,
    "revision": st.sampled_from([0, 0, 0, 1, 2]),
    "at": moments,
    "region": st.just(CASE["region"]),
    "case": st.sampled_from(CASES),
    "numbered_by": st.sampled_from(NUMBERERS),
    "hall": st.just(CASE["hall"]),
    "department": st.sampled_from([CASE["department"], "城管局", ""]),
    "window": st.just(CASE["window"]),
    "item": st.sampled_from(["licence", "stopped", "nothing"]),
    "operator": st.sampled_from(["张三", "李四"]),
    "handler": st.sampled_from(["", "甲", "乙"]),
    "promised": _limits,
    "statutory": _limits,
    "limit": _limits,
    "complaint": st.sampled_from(["TS1", "TS2"]),
    "rating": st.sampled_from(["", "PJ1"]),
    "alert": _ids,
    "days": st.integers(0, 20),
    "due_at": st.none() | moments | _times,
    "approved_days": st.none() | st.integers(0, 40),
}


def _text(least: int | None, most: int | None) -> st.SearchStrategy[str]:
    return st.text(min_size=least or 0, max_size=12 if most is None else min(most, 12))


def _whole(kind: mi.IntType) -> st.SearchStrategy[int]:
    low = kind.ge if kind.ge is not None else kind.gt + 1 if kind.gt is not None else -(2**40)
    high = kind.le if kind.le is not None else kind.lt - 1 if kind.lt is not None else 2**40
    return st.integers(low, high)


def _any(kind: mi.Type) -> st.SearchStrategy[Any]:
    """Whatever a field of that type may hold. A type nobody has taught this function is an error, never left out."""
    if isinstance(kind, mi.UnionType):
        return st.one_of([_any(each) for each in kind.types])
    known: dict[type[mi.Type], Any] = {
        mi.StrType: lambda: _text(kind.min_length, kind.max_length),
        mi.IntType: lambda: _whole(kind),
        mi.FloatType: lambda: st.floats(kind.ge, kind.le, allow_nan=False, allow_infinity=False),
        mi.BoolType: st.booleans,
        mi.NoneType: st.none,
        mi.DateTimeType: lambda: _times,
        mi.LiteralType: lambda: st.sampled_from(kind.values),
        mi.EnumType: lambda: st.sampled_from(kind.cls),
        mi.ListType: lambda: st.lists(_any(kind.item_type), max_size=3),
        mi.VarTupleType: lambda: st.lists(_any(kind.item_type), max_size=3).map(tuple),
    }
    if type(kind) not in known:
        raise TypeError(f"no strategy for {kind}: add one to tests/properties/every_event.py")
    return known[type(kind)]()


def _values(name: str, kind: mi.Type) -> st.SearchStrategy[Any]:
    """Three times out of four one that means something, where the field's own type admits it."""
    usual = LIKELY.get(name)
    if usual is None or (isinstance(kind, mi.StrType) and kind.max_length == 0):
        return _any(kind)
    if isinstance(kind, mi.StrType):
        least = kind.min_length or 0
        usual = usual.filter(lambda value: len(value) >= least)
    return st.one_of(usual, usual, usual, _any(kind))


def _begun(event: Header) -> Header:
    """One that says how exactly it was told begins as that says; others are refused at the door."""
    return event if event.precision == "second" else coarsened(event, event.precision)


def _of(cls: type[Header]) -> st.SearchStrategy[Header]:
    described = mi.type_info(cls)
    assert isinstance(described, mi.StructType)
    always: dict[str, st.SearchStrategy[Any]] = {}
    maybe: dict[str, st.SearchStrategy[Any]] = {}
    for field in described.fields:
        values = _values(field.name, field.type)
        wanted = field.required or field.name in ("case", "numbered_by", "hall", "department", "window")
        (always if wanted else maybe)[field.name] = values
    return st.fixed_dictionaries(always, optional=maybe).map(lambda values: _begun(cls(**values)))


class Arriving(NamedTuple):
    """A record and when it arrives, epoch ms. Mostly soon after it happened; some are late, some windows' clocks run ahead.

    ``card``: an act is about that of the cards there are by then, and done then; -1: about whichever it names.
    """

    arrived: int
    event: Header
    card: int = -1


every_type: dict[str, st.SearchStrategy[Header]] = {tag: _of(cls) for tag, cls in EVENT_TYPES.items()}
any_event: st.SearchStrategy[Header] = st.sampled_from(sorted(every_type)).flatmap(every_type.__getitem__)
any_act: st.SearchStrategy[Header] = st.sampled_from(sorted(OFFICE_TYPES)).flatmap(every_type.__getitem__)
_delays = st.sampled_from([0, 0, 0, 1, 10, 24 * 60, 10 * 24 * 60, -60])


def _arriving(event: Header, delay: int, card: int) -> Arriving:
    earliest, latest = to_instant(BEGIN), to_instant(BEGIN + timedelta(minutes=DAYS))
    return Arriving(min(max(to_instant(event.at) + delay * 60_000, earliest), latest), event, card)


def aimed(arriving: Arriving, cases: Mapping[str, Case]) -> Header:
    """The record; an act on a card is turned to one there is, so that lives of cards are lived and not only refused."""
    event = arriving.event
    cycles = [cycle for _, case in sorted(cases.items()) for cycle in cycles_of(case)]
    names = [alert_id(cycle, c.rule, c.level, c.cycle) for cycle in cycles for c in cycle.cards]
    if not isinstance(event, Action) or arriving.card < 0 or not names:
        return event
    alert = names[arriving.card % len(names)]
    now = to_datetime(arriving.arrived, event.at.tzinfo or UTC)
    return msgspec.structs.replace(event, case="", alert=alert, at=now, department="")


def arriving(events: st.SearchStrategy[Any], most: int = 16) -> st.SearchStrategy[list[Arriving]]:
    """Records in order of arrival."""
    return st.lists(st.builds(_arriving, events, _delays, st.integers(-1, 9)), min_size=1, max_size=most).map(
        lambda records: sorted(records, key=lambda each: each.arrived)
    )


def last_word() -> int:
    """A time when all of it has arrived and every clock has run out, epoch ms."""
    return to_instant(BEGIN + timedelta(minutes=DAYS, days=150))
