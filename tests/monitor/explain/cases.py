"""Cases worth explaining: told record by record, in order of arrival, as a file or a topic would hold them."""

from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.explain import Follower, follow_file
from monitor.wire import encode_json
from rules.book import RuleBooks
from rules.instant import to_instant
from tests.rules.story import KEY, books, day, event, table

ITEMS = [
    {"code": "licence", "name": "食品经营许可", "promised": "5wd", "statutory": "10wd"},
    {"code": "copy", "name": "证照补发", "promised": "0wd", "statutory": "5wd"},
]
RULES = ("case-promise", "case-statutory", "stage", "special-procedure", "online-pre-acceptance", "certificate")

Told = tuple[str, datetime, datetime, dict[str, Any]]
"""Type, when it happened, when it arrived, other fields."""


def told(kind: str, at: datetime, arrived: datetime | None = None, **fields: Any) -> Told:
    return kind, at, arrived or at, fields


CASES: dict[str, tuple[list[Told], datetime]] = {
    "on_time_with_supplement": (
        [
            told("applied", day(-7), channel="online"),
            told("supplement_requested", day(-6), operator="赵敏", materials="健康证明"),
            told("supplemented", day(-4)),
            told("accepted", day(0), operator="赵敏"),
            told("stage_entered", day(0, 1), stage="handling", handler="张三丰"),
            told("stage_left", day(2), day(2, 3), stage="handling", handler="张三丰"),
            told("stage_left", day(2), day(2, 3), stage="handling", handler="张三丰"),
            told("decided", day(3), result="granted", handler="李局长"),
            told("concluded", day(3, 1)),
            told("issued", day(3, 2)),
            told("delivered", day(4)),
            told("rated", day(4, 1), score=1),
        ],
        day(30),
    ),
    "overdue_with_capped_suspension": (
        [
            told("accepted", day(0)),
            told("suspended", day(1), procedure="inspection", approved_days=2, reason="现场检验", approver="王局长"),
            told("resumed", day(9)),
            told("decided", day(15), result="refused"),
            told("concluded", day(15)),
        ],
        day(30),
    ),
    "withdrawn_by_a_late_record": (
        [told("accepted", day(0)), told("concluded", day(4), day(8), how="returned")],
        day(30),
    ),
    "instant_item": (
        [told("accepted", day(0), item="copy"), told("concluded", day(1), day(1, 0, 20), item="copy", how="withdrawn")],
        day(30),
    ),
}


def hunan() -> RuleBooks:
    """Hunan's time limits of a case, with two items and a stage limit."""
    rules = [rule for rule in table("hunan")["time_limits"] if rule["id"] in RULES]
    return books("hunan", items=ITEMS, stages={"handling": "3wd"}, time_limits=rules, process=[])


def write(folder: Path, records: list[Told]) -> Path:
    """The records as ``simulate --out`` writes them."""
    file = folder / "records.jsonl"
    lines = [encode_json({"arrived": arrived, "event": event(kind, at, **fields)}) for kind, at, arrived, fields in records]
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    return file


def follow(folder: Path, name: str, *, unmasked: bool = False) -> Follower:
    """That case, told to the end."""
    records, until = CASES[name]
    follower = Follower(KEY, hunan(), unmasked=unmasked)
    follow_file(follower, write(folder, records), None, to_instant(until))
    return follower
