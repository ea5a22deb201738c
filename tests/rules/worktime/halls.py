"""Halls with office hours and a way of counting; wall-clock times in, wall-clock times out."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.almanac import china, wall_clock
from rules.instant import to_datetime, to_instant
from rules.worktime import Counting, Limit, OfficeHours, Worktime

HALL = OfficeHours.from_dict({"sessions": ["08:30-12:00", "14:00-17:30"]})  # 7 hours


STRAIGHT = OfficeHours.from_dict({"sessions": ["08:30-17:00"]})


SEASONS = OfficeHours.from_dict(
    {
        "sessions": ["09:00-12:00", "13:00-17:00"],
        "seasons": [{"from": "06-01", "to": "09-30", "sessions": ["08:00-12:00", "15:00-18:00"]}],
    }
)


SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return to_instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def wall(instant: int, zone: str = "Asia/Shanghai") -> str:
    text = to_datetime(instant, ZoneInfo(zone)).replace(tzinfo=None).isoformat(" ", "milliseconds")
    return text.removesuffix(":00.000").removesuffix(".000").replace("23:59:59.999", "end")


def hall(hours: OfficeHours = HALL, zone: str = "Asia/Shanghai", **counting: Any) -> Worktime:
    return Worktime(wall_clock(zone), china(), hours, Counting(**counting))


def due(worktime: Worktime, start: str, limit: str, *pauses: tuple[str, str]) -> str:
    spans = [(at(from_, worktime.clock.zone), at(to, worktime.clock.zone)) for from_, to in pauses]
    return wall(worktime.due(at(start, worktime.clock.zone), Limit.parse(limit), spans), worktime.clock.zone)
