"""Events as window systems send them, for these tests."""

from datetime import UTC, datetime

from rules.events import Accepted, Applied, Event

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def applied(case: str, region: str = "430100", department: str = "公安局", at: datetime = AT) -> Event:
    """A case handed in."""
    return Applied(id=f"{case}-applied", at=at, region=region, case=case, department=department)


def accepted(case: str, region: str = "430100", department: str = "公安局", at: datetime = AT) -> Event:
    """A case accepted."""
    return Accepted(id=f"{case}-accepted", at=at, region=region, case=case, department=department, promised="10wd")
