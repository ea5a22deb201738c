"""Reads and plays scenarios: rule changes are tested as promtool tests alerting rules, on the engine that runs live.

A file names its ``book`` (a shipped profile) and ``start``, and holds ``[[scenario]]`` tables: ``name``; another ``book`` or
``start``; ``with``, keys laid over the book; ``rows``, the lines of ``docs/rules.md`` it shows; ``steps``, in order of arrival::

    "0m accepted promised=5wd statutory=10wd"
    "3wd suspended inspection 5d"
    "5wd+1s expect yellow case-promise"

A step begins with how long after the start it arrives (``s m h d wd``, sums with ``+``; working days by the book's calendar,
added first), then an event type with its chief values in words and others as ``field=value``. ``at=2wd`` says that it had
happened by then.

``expect`` lets time pass and looks at the alerts of the case:

- ``expect yellow case-promise``: stands; ``/2`` after the rule means its second cycle;
- ``expect none``, ``expect none red``, ``expect none red case-statutory``: no such alert stands;
- ``expect withdrawn yellow case-promise late_record``: the alert is in that state, by that reason;
- ``expect due 8wd``: the promised deadline of the case; ``expect due none``;
- ``expect case suspended``: the state of the case.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from rules.alerts import LEVELS
from rules.case import STATES, case_due, case_state
from rules.instant import DAY, HOUR, MINUTE, SECOND, to_datetime, to_instant
from rules.rulebook import RuleBooks
from rules.worktime import Limit, Unit, Worktime
from tests.rules.story import ZONE, Story, book

FOLDER = Path(__file__).parent
_LENGTH = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_WORDS = {
    "stage_entered": ("stage",),
    "stage_left": ("stage", "action"),
    "suspended": ("procedure", "approved_days"),
    "extended": ("days",),
    "decided": ("result",),
    "concluded": ("how",),
}
_COUNTS = {"approved_days", "days"}


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[scenario]]`` as written."""

    name: str
    book: str
    steps: list[str]
    start: datetime
    rows: list[str] = []
    over: dict[str, Any] = msgspec.field(default_factory=dict, name="with")


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario file; ``start`` and ``book`` are those of its scenarios that name none."""

    scenario: list[dict[str, Any]]
    book: str
    start: datetime


def load(path: Path) -> list[Scenario]:
    """The scenarios of one file."""
    file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), File)
    return [msgspec.convert({"book": file.book, "start": file.start, **each}, Scenario) for each in file.scenario]


def every() -> dict[str, Scenario]:
    """All scenarios of all files, by profile, file and name."""
    return {
        f"{path.parent.name}/{path.stem}: {scenario.name}": scenario
        for path in sorted(FOLDER.glob("*/*.toml"))
        for scenario in load(path)
    }


def play(scenario: Scenario, change: Mapping[str, Any] | None = None) -> None:
    """Play it to the end; ``AssertionError`` names the step that went otherwise. ``change`` is laid over its book last."""
    judged = book(scenario.book, scenario.over)
    if change is not None:
        judged = book(scenario.book, {**scenario.over, **change})
    story = Story(RuleBooks([judged]))
    start = to_instant(scenario.start)
    for text in scenario.steps:
        offset, verb, *words = text.split()
        at = _instant(offset, start, judged.worktime)
        try:
            if verb == "expect":
                story.tick(to_datetime(at, ZONE))
                _expect(story, words, start, judged.worktime)
            else:
                _tell(story, verb, words, at, start, judged.worktime)
        except AssertionError as error:
            raise AssertionError(f"{text!r}: {error}") from None


def _instant(text: str, start: int, worktime: Worktime) -> int:
    instant, rest = start, 0
    for part in text.split("+"):
        length = re.fullmatch(r"(\d+)(wd|[smhd])", part)
        assert length, f"{part!r} is no time after the start: write 90m, 2h, 3d, 5wd or a sum such as 5wd+1s"
        if length[2] == "wd":
            instant = worktime.after(instant, Limit(int(length[1]), Unit.working_days))
        else:
            rest += int(length[1]) * _LENGTH[length[2]]
    return instant + rest


def _tell(story: Story, kind: str, words: list[str], at: int, start: int, worktime: Worktime) -> None:
    plain = [word for word in words if "=" not in word]
    fields: dict[str, Any] = dict(word.split("=", 1) for word in words if "=" in word)
    names = _WORDS.get(kind, ())
    assert len(plain) <= len(names), f"{kind} takes {', '.join(names) or 'no words'}"
    fields |= dict(zip(names, plain, strict=False))
    for name in _COUNTS & set(fields):
        fields[name] = int(fields[name].removesuffix("d"))
    happened = _instant(fields.pop("at"), start, worktime) if "at" in fields else at
    story.tell(kind, to_datetime(happened, ZONE), to_datetime(at, ZONE), **fields)


def _expect(story: Story, words: list[str], start: int, worktime: Worktime) -> None:
    what, *rest = words
    if what == "none":
        assert not rest or rest[0] in LEVELS, f"{rest[0]!r} is no level"
        known = {rule.id for judged in story.books for rule in judged.time_limits}
        assert set(rest[1:]) <= known, f"{rest[1:]} is no rule of the book, so it could never stand: {sorted(known)}"
        wanted = " ".join(rest)
        found = {alert for alert in story.standing if (alert + " ").startswith(wanted)}
        assert not found, f"{', '.join(sorted(found))} stands"
    elif what == "case":
        assert case_state(story.known) == rest[0], f"the case is {case_state(story.known)}"
    elif what == "due":
        _expect_due(story, rest[0], start, worktime)
    elif what in LEVELS:
        states = {key: state for key, state in story.states.items() if state in ("issued", "pending")}
        assert _identity(what, rest[0]) in states, f"what stands is {sorted(states)}"
    else:
        assert what in STATES, f"{what!r} is neither a level nor a state"
        _expect_state(story, what, rest)


def _identity(level: str, rule: str) -> str:
    return f"{level} {rule}" if "/" in rule else f"{level} {rule}/1"


def _expect_due(story: Story, wanted: str, start: int, worktime: Worktime) -> None:
    due = case_due(story.known)
    if wanted == "none":
        assert due is None, f"due {to_datetime(due or 0, ZONE)}"
        return
    expected = _instant(wanted, start, worktime)
    assert due == expected, f"due {due and to_datetime(due, ZONE)}, not {to_datetime(expected, ZONE)}"


def _expect_state(story: Story, state: str, rest: list[str]) -> None:
    level, rule, *reason = rest
    identity = _identity(level, rule)
    assert story.states.get(identity) == state, f"alerts are {story.states}"
    if reason:
        last = [alert for alert in story.alerts if f"{alert.level} {alert.rule}/{alert.cycle}" == identity][-1]
        assert last.reason == reason[0], f"the reason is {last.reason}"
