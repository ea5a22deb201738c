"""Scenarios: what a rule book must do, written down so that it can be played. The files, and what a step says.

A file names its ``book`` (a built-in profile, or a file beside it) and ``start``, and holds ``[[scenario]]`` tables. Keys of
such a table:

- ``name``;
- ``book`` and ``start``, where they differ from the file's; ``item``, where it differs from the usual one;
- ``with``: keys laid over the book;
- ``rows``: the lines of a table it shows;
- ``steps``, in order of arrival::

    "0m accepted promised=5wd statutory=10wd"
    "3wd suspended inspection 5d"
    "5wd+1s expect yellow case-promise"

A step begins with how long after the start it arrives: ``s m h d wd``, sums with ``+``. Working days are by the book's calendar
and added first. Then comes a record type with its chief values in words and others as ``field=value``. ``at=2wd`` says that it
had happened by then. ``refused`` before the type means that the engine must refuse the record. ``times 200`` means that so many
cases are given it (:mod:`monitor.scenarios.many`). An alert is named ``case-promise/yellow/1``.
:mod:`monitor.scenarios.expectations` says what ``expect`` can ask.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from monitor.almanac import ALMANAC
from monitor.books import book_table
from monitor.lint import line_of, positions
from rules.book import RuleBook
from rules.bookfile import merge, parse_book
from rules.errors import BadRuleBook, SupervisionError, UncoveredDate
from rules.events import EVENT_TYPES, OFFICE_TYPES, Duty, Header
from rules.instant import DAY, HOUR, MINUTE, SECOND, to_datetime
from rules.worktime import Limit, Unit, Worktime

_LENGTH = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_WORDS = {
    "transferred": ("to",),
    "stage_entered": ("stage",),
    "stage_left": ("stage", "action"),
    "suspended": ("procedure", "approved_days"),
    "extended": ("days",),
    "decided": ("result",),
    "concluded": ("how",),
    "fee_charged": ("amount_fen", "cashier"),
    "complaint_filed": ("complaint",),
    "complaint_accepted": ("complaint",),
    "complaint_answered": ("complaint",),
    "complaint_refused": ("complaint",),
    "complaint_extended": ("complaint", "days"),
    "complaint_misrouted": ("complaint", "to"),
    "complaint_closed": ("complaint",),
    "rated": ("score", "rating"),
    "attendant_arrived": ("operator",),
    "attendant_left": ("operator",),
    "rating_verified": ("rating",),
    "rating_rectified": ("rating",),
    "rating_callback": ("rating",),
    "rating_appealed": ("rating",),
    "rating_appeal_decided": ("upheld", "rating"),
    "appeal_decided": ("alert", "outcome"),
    "alert_removed": ("alert", "cause"),
    "card_issued_by_hand": ("level", "reason"),
}
"""Values that may stand without their names, in this order. What people do with an alert begins with the alert."""
_DAYS = ("approved_days", "days")
_PLACE = {"region": "430100", "hall": "市政务服务中心", "department": "市场监管局", "window": "A01"}
NUMBERED_BY = "430100-市场监管局"
"""Who numbers it, whichever department a record is of: a branch's and a stranger's are of the same case."""
CASE = "430100-2026-000001"
"""The number of the case every scenario is about."""
_KEY = f"{NUMBERED_BY}/{CASE}"


class BadScenario(SupervisionError):
    """A scenario that says nothing the engine could play; the text names file, line, scenario and step.

    Whose: the author's of the scenario.
    Mend: correct the step that the text names.
    """


class Step(msgspec.Struct, frozen=True):
    """One line of a scenario: ``when`` after the start, ``verb`` (a record type or ``expect``) and its words.

    ``refused``: the engine must not take the record. ``times``: how many cases are given it; 0: the scenario's own.
    """

    number: int
    line: int
    text: str
    when: str
    verb: str
    words: tuple[str, ...]
    refused: bool = False
    times: int = 0


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[scenario]]`` as written. ``file`` and ``line`` are where it stands."""

    name: str
    book: str
    steps: list[str]
    start: datetime
    item: str = "licence"
    rows: list[str] = []
    over: dict[str, Any] = msgspec.field(default_factory=dict, name="with")
    file: str = ""
    line: int = 0
    lines: tuple[int, ...] = ()

    def script(self) -> list[Step]:
        """Its steps, read."""
        read = []
        for number, text in enumerate(self.steps, 1):
            when, verb, *words = [*text.split(), "", ""][: max(len(text.split()), 2)]
            refused = verb == "refused" and bool(words)
            if refused:
                verb, *words = words
            times = 0
            if verb == "times" and len(words) > 1 and words[0].isdecimal():
                times, verb, words = int(words[0]), words[1], words[2:]
            line = self.lines[number - 1] if number <= len(self.lines) else self.line
            step = Step(number, line, text, when, verb, tuple(words), refused, times)
            if step.verb != "expect" and step.verb not in EVENT_TYPES:
                raise self.bad(step, f"{step.verb!r} is neither expect nor a record type: {', '.join(sorted(EVENT_TYPES))}")
            read.append(step)
        return read

    def bad(self, step: Step, text: str) -> BadScenario:
        """The error for a step nobody can play."""
        return BadScenario(f"{self.file}:{step.line}: scenario {self.name!r}, step {step.number} {step.text!r}: {text}")

    def rule_book(self, change: Mapping[str, Any] | None = None) -> RuleBook:
        """The book it is played by, with its ``with`` and then ``change`` laid over it."""
        path = Path(self.book)
        if path.suffix and not path.is_absolute():
            path = Path(self.file).parent / path
        try:
            return parse_book(self.book, merge(merge(book_table(path), self.over), change or {}), ALMANAC)
        except BadRuleBook as error:
            raise BadScenario(f"{self.file}:{self.line}: scenario {self.name!r}: its book: {error}") from None

    def instant(self, step: Step, text: str, worktime: Worktime) -> int:
        """``5wd+1s`` after the start, epoch ms."""
        instant, rest = int(self.start.timestamp() * 1000), 0
        for part in text.split("+"):
            length = re.fullmatch(r"(\d+)(wd|[smhd])", part)
            if length is None:
                raise self.bad(step, f"{part!r} is no time after the start: write 90m, 2h, 3d, 5wd or a sum such as 5wd+1s")
            if length[2] != "wd":
                rest += int(length[1]) * _LENGTH[length[2]]
                continue
            try:
                instant = worktime.after(instant, Limit(int(length[1]), Unit.working_days))
            except UncoveredDate as error:
                raise self.bad(step, str(error)) from None
        return instant + rest

    def record(self, step: Step, book: RuleBook) -> tuple[Header, int]:
        """The record a step tells of, and when it arrives."""
        plain = [word for word in step.words if "=" not in word]
        fields: dict[str, Any] = dict(word.split("=", 1) for word in step.words if "=" in word)
        names = _WORDS.get(step.verb, ("alert",) if "alert" in EVENT_TYPES[step.verb].__struct_fields__ else ())
        if len(plain) > len(names):
            raise self.bad(step, f"{step.verb} takes {', '.join(names) or 'no words'}; write other fields as field=value")
        fields |= dict(zip(names, plain, strict=False))
        for name in _DAYS:
            if name in fields:
                fields[name] = fields[name].removesuffix("d")
        if "alert" in fields and not fields["alert"].startswith(_KEY):
            fields["alert"] = f"{_KEY}{'' if fields['alert'].startswith('~') else '/'}{fields['alert']}"
        arrived = self.instant(step, step.when, book.worktime)
        happened = self.instant(step, fields.pop("at"), book.worktime) if "at" in fields else arrived
        who = {"operator": "张三"} if step.verb in OFFICE_TYPES else {}
        about = "" if issubclass(EVENT_TYPES[step.verb], Duty) else CASE
        place = {**_PLACE, **who, "case": about, "numbered_by": NUMBERED_BY, "item": self.item, "id": f"step-{step.number}"}
        try:
            whole = {**place, **fields, "at": to_datetime(happened, book.zone)}
            return msgspec.convert(whole, EVENT_TYPES[step.verb], strict=False), arrived
        except msgspec.ValidationError as error:
            raise self.bad(step, str(error)) from None


def load_scenarios(path: Path, book: str = "") -> list[Scenario]:
    """The scenarios of one file; ``book``, if given, takes the place of every book the file names."""
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadScenario(f"{path}: cannot be read: {error}") from None
    found = positions(text)
    shared = {key: value for key, value in data.items() if key != "scenario"}
    scenarios = []
    tables = data.get("scenario", [])
    for index, table in enumerate(tables if isinstance(tables, list) else [tables]):
        line = line_of(found, ("scenario", index))
        lines = tuple(line_of(found, ("scenario", index, "steps", number)) for number in range(len(table.get("steps", ()))))
        whole = {**shared, **table, **({"book": book} if book else {}), "file": str(path), "line": line, "lines": lines}
        try:
            scenario = msgspec.convert(whole, Scenario)
        except msgspec.ValidationError as error:
            raise BadScenario(f"{path}:{line}: scenario {table.get('name', index + 1)!r}: {error}") from None
        if scenario.start.tzinfo is None:
            raise BadScenario(f"{path}:{line}: scenario {scenario.name!r}: start: write it with its offset, …T09:30:00+08:00")
        scenarios.append(scenario)
    if not scenarios:
        raise BadScenario(f"{path}: holds no [[scenario]]")
    return scenarios
