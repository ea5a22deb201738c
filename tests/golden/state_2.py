"""What the bytes of version 2 mean. Every field is filled, numbers and names with values of their own: none can move unseen.

One file of more than 300 lines: a version is read as a whole, and never changes again.
"""

from datetime import datetime, timedelta, timezone
from typing import Any

from monitor.books.record import PublishedBook, PublishedCalendar
from monitor.stream.partition.clock import ClockRecord
from monitor.wire import DeadLetter, Figures
from rules.alerts import Alert
from rules.case import Card, Case, Clock, Origin, Tally, Terms
from rules.events import (
    EVENT_TYPES,
    TICK,
    Accepted,
    Action,
    AlertAcknowledged,
    Duty,
    Event,
    Header,
    Record,
    StageEntered,
    Tallied,
)
from rules.worktime import CountedDays

NAME = "state-2"

CHINA = timezone(timedelta(hours=8))
DAY_1 = datetime(2026, 3, 2, 9, 30, 0, 125_000, CHINA)

ORIGIN = Origin(at=101, region="430100", hall="市政务服务中心", department="公安局", window="B02", item="permit")
TERMS = Terms(
    at=102,
    region="430102",
    hall="芙蓉区大厅",
    department="市场监管局",
    window="A01",
    item="licence",
    promised="5wd",
    statutory="20d",
    watch="重点企业",
)
CARDS = (
    Card(
        rule="case-promise",
        level=2,
        cycle=1,
        state=5,
        change=3,
        due=1_772_600_000_000,
        raised=1_772_600_060_000,
        known=1_772_600_000_001,
        acts=((1_772_600_070_000, 0), (1_772_600_080_000, 1)),
        office=True,
        detail="share=1/9",
    ),
    Card(rule="return", level=0, cycle=7, state=1, change=1, due=5, raised=6),
)
TALLY = Tally(
    at=201,
    day=20_514,
    until=203,
    kind="department",
    region="430103",
    hall="天心区大厅",
    department="税务局",
    window="C03",
    item="tax",
    seen=((0, 17), (3, 2)),
    days=((0, 20_514, 1, 2, 3, 4, 5, 6, 7),),
    months=((0, 24_314, 11, 12, 13, 14, 15, 16, 17),),
    day_paces=((0, 20_514, 6, 2, 60, 1_800),),
    month_paces=((0, 24_314, 6, 20, 600, 18_000),),
)
CASE = Case(
    key="湖南省%2F1%25/430100-2026-000001",
    offset=41,
    book="hunan-1",
    digest="0123abcd",
    origin=ORIGIN,
    terms=TERMS,
    applied=103,
    online=True,
    requests=(104, 105),
    supplements=(106, 107),
    not_accepted=108,
    entered=((109, 5), (110, 6)),
    left=((111, 5), (112, 6)),
    suspensions=((113, "inspection", 10), (114, "hearing", -1)),
    resumptions=(115, 116),
    extensions=((117, 5),),
    decided=118,
    granted=True,
    concluded=119,
    how="normal",
    issued=120,
    delivered=121,
    ahead=True,
    clocks=(
        Clock(
            rule=3,
            cycle=1,
            start=1_772_400_000_000,
            end=0,
            deadline=1_772_600_000_000,
            thresholds=(1_772_500_000_000, 4_102_444_800_000),
        ),
        Clock(rule=4, cycle=2, start=122, end=123, deadline=0, thresholds=()),
    ),
    cards=CARDS,
    due=124,
    returns=((125, 6),),
    handlers=((5, "李四"), (6, "王五")),
    marks=((126, 1, "terminal=T9"), (127, 4, "event=accepted days=12"), (128, 9, "张三\n无卡")),
    branches=((129, "消防支队", "3wd"),),
    branch_ends=((130, "消防支队"),),
    holder=(131, "审批股"),
    desk=Origin(at=132, region="430104", hall="岳麓区大厅", department="人社局", window="D04", item="pension"),
    complaints=((133, 0, "TS-1", 0, "0017"), (134, 3, "TS-1", 5, "")),
    reviews=((135, 0, "HP-1", 5), (136, 1, "HP-1", 1)),
    attendance=((137, 0, ""), (138, 2, "赵六")),
    horizon=139,
    tally=TALLY,
    hearings=((140, 1), (141, 3)),
    spans=((1_772_380_800_000, 1_772_467_199_999),),
    later=(Case(key="430100-2026-000001", offset=142, book="hunan-2", digest="4567cdef", terms=TERMS, nth=2, concluded=143),),
    journal=b"\x14a journal's one entry",
    nth=3,
    rebegun=144,
    superseded=145,
    corrections=((146, 9, 3),),
    reaccepted=((147, 148),),
    strangers=((149, "430104-城管局", 11),),
    overfull=150,
    refused=151,
)
"""A case that is everything at once, which no case is: storage does not ask."""

CLOCK = ClockRecord(now=1_772_600_090_000, offset=41, is_live=True, marks=((38, 1_772_600_080_000), (40, 1_772_600_085_000)))

ALERT = Alert(
    id="湖南省%2F1%25/430100-2026-000001/case-promise/yellow/1",
    case="430100-2026-000001",
    rule="case-promise",
    level="yellow",
    cycle=1,
    state="acknowledged",
    reason="acknowledged",
    change=3,
    due_at=DAY_1 + timedelta(days=1),
    known_at=DAY_1 + timedelta(days=2),
    raised_at=DAY_1 + timedelta(days=3),
    changed_at=DAY_1 + timedelta(days=4),
    deadline=DAY_1 + timedelta(days=5),
    counted_from=DAY_1,
    limit="5wd",
    book="hunan-1",
    region="430100",
    numbered_by="湖南省/1%",
    hall="市政务服务中心",
    department="市场监管局",
    window="A01",
    item="licence",
    item_name="食品经营许可",
    stage="review",
    held_by="审批股",
    watch="重点企业",
    highest=True,
    by="张三",
    note="已知悉",
    detail="stage=review",
    spans=(
        CountedDays("2026-03-02", "2026-03-02", 1, False, "first_day"),
        CountedDays("2026-03-03", "2026-03-06", 4, True, "counted", 28_800_000),
    ),
)

FIGURES = Figures(
    partition=3,
    region="430100",
    hall="市政务服务中心",
    department="市场监管局",
    accepted=9,
    open=4,
    concluded=5,
    on_time=2,
    yellow=1,
    red=6,
    at=1_772_600_090_000,
)
DEAD_LETTER = DeadLetter(
    reason="invalid_field",
    message="Expected `str`, got `int`",
    source="supervision.events/3/41",
    field="region",
    partition=3,
    offset=41,
    at=1_772_600_090_000,
    size=5,
    key=b"k\x00",
    value=b"\xff{42}",
)

_PLACE: dict[str, Any] = {"case": "430100-2026-7", "region": "430100", "hall": "市政务服务中心", "department": "市场监管局"}
COURSE: tuple[tuple[int, Event], ...] = (
    (0, Accepted(id="1", at=DAY_1, item="licence", **_PLACE)),
    (90, StageEntered(id="2", at=DAY_1 + timedelta(hours=1), item="licence", stage="review", **_PLACE)),
    (
        91,
        AlertAcknowledged(
            id="3",
            at=DAY_1 + timedelta(hours=91),
            alert="430100-市场监管局/430100-2026-7/case-promise/yellow/1",
            operator="李四",
            **_PLACE,
        ),
    ),
)
"""A case of which a worker makes clocks, marks and cards: records, and how many hours after :data:`DAY_1` they arrive."""

TALLIED = Tallied(
    id="tally-1",
    at=DAY_1,
    region="430100",
    case="tally:hunan-1/item/430100/市政务服务中心/市场监管局//licence",
    hall="市政务服务中心",
    department="市场监管局",
    window="A01",
    operator="worker",
    channel="post",
    terminal="T7",
    item="licence",
    numbered_by="湖南省/1%",
    precision="minute",
    revision=4,
    kind="item",
    book="hunan-1",
    day=20_514,
    source=2,
    upto=99,
    until=1_772_700_000_000,
    whole=True,
    days=((20_514, 1, 2, 3, 4, 5, 6, 7),),
    months=((24_314, 11, 12, 13, 14, 15, 16, 17),),
    day_paces=((20_514, 6, 2, 60, 1_800),),
    month_paces=((24_314, 6, 20, 600, 18_000),),
)

_FIELDS: dict[str, Any] = {
    "id": "r-1",
    "at": DAY_1,
    "region": "430100",
    "case": "430100-2026-000001",
    "hall": "市政务服务中心",
    "department": "市场监管局",
    "window": "A01",
    "operator": "张三",
    "channel": "self-service",
    "terminal": "T7",
    "item": "licence",
    "numbered_by": "湖南省/1%",
    "materials": "身份证",
    "promised": "5wd",
    "statutory": "20d",
    "applicant": "91430100MA4L0000XX",
    "due_at": DAY_1 + timedelta(days=9),
    "due_as": "statutory",
    "reason": "材料不齐",
    "to": "审批股",
    "limit": "3wd",
    "stage": "review",
    "action": "return",
    "handler": "李四",
    "procedure": "expert-review",
    "approved_days": 12,
    "approver": "王五",
    "days": 7,
    "result": "granted",
    "how": "withdrawn",
    "amount_fen": 1250,
    "cashier": "K1",
    "complaint": "TS-1",
    "about": "态度",
    "person": "0017",
    "score": 4,
    "rating": "HP-1",
    "founded": False,
    "upheld": True,
    "alert": "湖南省%2F1%25/430100-2026-000001/case-promise/yellow/1",
    "outcome": "passed-up",
    "cause": "objective",
    "consent": "市监察局",
    "level": "red",
    "precision": "day",
    "revision": 3,
    "record": "r-0",
    "attendance": True,
}
"""The value of every field of a reported record, by its name."""


def event(kind: type[Header], fields: set[str]) -> Header:
    """A record of that type with these fields filled."""
    about = {"case": ""} if issubclass(kind, Duty) else {"precision": "second"} if issubclass(kind, Action) else {}
    return kind(**{**{name: _FIELDS[name] for name in fields}, **about})


def record(tag: str, fields: set[str]) -> Record:
    """What a line of ``events.tsv`` means: the record with that tag and, if a window reports it, with these fields."""
    if tag in EVENT_TYPES:
        return event(EVENT_TYPES[tag], fields)  # type: ignore[return-value]
    return TALLIED if tag == "tallied" else TICK


CALENDAR: dict[str, Any] = {
    "name": "长沙",
    "base": "weekends",
    "years": [2026],
    "holidays": [{"date": "2026-03-04", "name": "试验节"}],
    "workdays": [{"date": "2026-03-07", "name": "试验节"}],
}
BOOK: dict[str, Any] = {
    "name": "golden",
    "version": "golden-1",
    "title": "样本",
    "zone": "Asia/Shanghai",
    "effective_from": "2026-01-01T00:00:00+08:00",
    "effective_until": "2026-12-01T00:00:00+08:00",
    "calendar": CALENDAR,
    "office_hours": {"sessions": ["09:00-12:00", "13:00-17:00"]},
    "defaults": {"promised": "2wd", "statutory": "20wd"},
    "special": {"unit": "wd", "max_days": 30, "unapproved": {"hearing": 5}},
    "supplement": {"stops_clock": True, "silence_accepts": False, "notice": "5wd", "max_days": 60},
    "extension": {"max_days": 10},
    "complaints": {"max_extension": 10},
    "retention": {"complaints": 400, "attendance": 7},
    "stages": {"review": "1wd"},
    "hall": {"places": ["市政务服务中心"]},
    "items": [{"code": "licence", "name": "食品经营许可", "promised": "1wd", "flow": ["acceptance", "review"]}],
    "time_limits": [
        {"id": "case-promise", "clock": "case", "limit": "promised", "warning": "1wd before", "yellow": "deadline"},
        {"id": "case-law", "clock": "case", "limit": "statutory", "red": "deadline", "hold": ["red"]},
    ],
    "process": [{"id": "back", "finding": "back-entry", "within": "1wd", "warning": "at once"}],
    "rates": [{"id": "overdue", "rate": "overdue", "of": ["department"], "over": 31, "at_least": 5, "red": "20%"}],
}
PUBLISHED_BOOK = PublishedBook(version="golden-1", book=BOOK, by="张三")
PUBLISHED_CALENDAR = PublishedCalendar(name="长沙", calendar=CALENDAR, by="李四")
BOOK_DIGEST = "0e310290"
"""The digest of :data:`BOOK`. Open cases carry that of their book, and another one has all of them judged anew."""
