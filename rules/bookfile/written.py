"""A book's tables as they are written in TOML, before anything is asked of what they say."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from rules.alerts import Level
from rules.book import EndsWith, Rate
from rules.case import LONGEST_DAYS
from rules.events import Stage, TallyKind

FilledText = Annotated[str, msgspec.Meta(min_length=1)]


class WrittenBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The scalar keys of a book, and its tables before they are read one by one."""

    name: FilledText
    version: FilledText
    title: str = ""
    zone: str = "Asia/Shanghai"
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    calendar: str | dict[str, Any] = "cn"
    office_hours: dict[str, Any] = {}
    counting: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    special: dict[str, Any] = {}
    supplement: dict[str, Any] = {}
    extension: dict[str, Any] = {}
    stages: dict[str, str] = {}
    items: list[dict[str, Any]] = []
    time_limits: list[dict[str, Any]] = []
    hall: dict[str, Any] = {}
    process: list[dict[str, Any]] = []
    watch_lists: list[dict[str, Any]] = []
    complaints: dict[str, Any] = {}
    retention: dict[str, Any] = {}
    times: dict[str, Any] = {}
    rates: list[dict[str, Any]] = []
    drop: list[Literal["time_limits", "process", "rates", "items"]] = []


class WrittenRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What rules of every family have. What a level holds differs, and an empty one is none."""

    id: FilledText
    name: str = ""
    reminder: str = ""
    warning: str = ""
    yellow: str = ""
    red: str = ""
    hold: tuple[Level, ...] = ()
    source: str = ""
    off: bool = False


class WrittenProcess(WrittenRule, frozen=True, kw_only=True):
    """``[[process]]`` as written. A level is ``at once`` or a grace such as ``1wd after``."""

    finding: str
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    within: str = ""


class WrittenTimeLimit(WrittenRule, frozen=True, kw_only=True):
    """``[[time_limits]]`` as written."""

    clock: str
    limit: str = ""
    ends_with: EndsWith = "conclusion"


class WrittenRate(WrittenRule, frozen=True, kw_only=True):
    """``[[rates]]`` as written. A level is a share such as ``2%``; of ``stage-pace`` so many standard deviations, ``2.5σ``."""

    rate: Rate
    of: tuple[TallyKind, ...] = ("department", "window", "item")
    over: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_DAYS)] = 30
    at_least: Annotated[int, msgspec.Meta(ge=1)] = 50
    per_workday: bool = False
    stages: tuple[Stage, ...] = ("handling", "review", "approval")
    grace: str = "1d"
