"""Events as window systems send them, for these tests."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from rules.events import EVENT_TYPES, Accepted, Applied, Event

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def applied(case: str, region: str = "430100", department: str = "公安局", at: datetime = AT) -> Event:
    """A case handed in."""
    return Applied(id=f"{case}-applied", at=at, region=region, case=case, department=department)


def accepted(case: str, region: str = "430100", department: str = "公安局", at: datetime = AT) -> Event:
    """A case accepted."""
    return Accepted(id=f"{case}-accepted", at=at, region=region, case=case, department=department, promised="10wd")


def act(tag: str, region: str = "430100", department: str = "公安局") -> Any:
    """What somebody does with the yellow card of case A-1."""
    fields = {"id": "a", "at": AT, "region": region, "case": "A-1", "department": department, "operator": "张三"}
    own = {
        "alert": "430100-公安局/A-1/case-promise/yellow/1",
        "reason": "说明",
        "cause": "other",
        "outcome": "rejected",
        "level": "red",
    }
    kind = EVENT_TYPES[tag]
    fields |= {name: value for name, value in own.items() if name in kind.__struct_fields__}
    return msgspec.convert(fields, kind)
