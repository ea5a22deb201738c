"""Every scenario holds, and every level of every shipped rule is demanded by one: break it, and a scenario fails."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.books.files import profiles
from monitor.scenarios.play import play
from monitor.scenarios.script import BadScenario, Scenario, load_scenarios
from rules.alerts import LEVELS
from tests.rules.story import own_rules, table

FOLDER = Path(__file__).parent
SCENARIOS = {
    f"{path.parent.name}/{path.stem}: {scenario.name}": scenario
    for path in sorted(FOLDER.glob("*/*.toml"))
    for scenario in load_scenarios(path)
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_expectation_of_a_scenario_holds(name: str) -> None:
    failures = play(SCENARIOS[name])
    assert not failures, "\n".join(map(str, failures))


def test_every_profile_has_scenarios() -> None:
    assert {scenario.book for scenario in SCENARIOS.values()} == set(profiles())


def broken(profile: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The book with one thing wrong at a time, of what it writes itself: a level missing, or reached at another time; a rule
    that counts or looks otherwise; a section changed."""
    for kind, late in (("time_limits", "1wd before"), ("process", "99d after")):
        for rule in own_rules(profile, kind):
            for how, changed in _changed(rule, late):
                yield f"{rule['id']} {how}", {kind: [changed]}
    for rule in own_rules(profile, "rates"):
        for how, changed in _miscounted(rule):
            yield f"{rule['id']} {how}", {"rates": [changed]}
    ends = table(profile)["counting"]["ends"]
    yield "ends otherwise", {"counting": {"ends": "day_end" if ends == "second" else "second"}}


def _changed(rule: dict[str, Any], late: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for level in (level for level in LEVELS if level in rule):
        missing = {key: value for key, value in rule.items() if key not in (level, "hold")}
        if not set(missing) & set(LEVELS):
            missing["reminder"] = "100wd after"
        yield f"{level} missing", missing
        yield f"{level} moved", {**rule, level: late if rule[level] in ("deadline", "at once") else "deadline"}
    if rule.get("clock") == "expiry":
        yield "a day later", {**rule, "limit": "21wd"}
    if "hold" in rule:
        yield "not held", {**rule, "hold": []}
    if "count" in rule:
        yield "counts further", {**rule, "count": rule["count"] + 1}
        if rule["count"] > 2:
            yield "counts less far", {**rule, "count": rule["count"] - 1}
    if "within" in rule:
        number, unit = re.findall(r"\d+|\D+", rule["within"])
        yield "looks nearer", {**rule, "within": f"{int(number) - 1}{unit}"}
        yield "looks farther", {**rule, "within": f"{int(number) + 1}{unit}"}


def _miscounted(rule: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    levels = [level for level in LEVELS if level in rule]
    for level in levels:
        missing = {key: value for key, value in rule.items() if key != level}
        if not set(missing) & set(LEVELS):
            missing["red"] = rule[level]
        yield f"{level} missing", missing
        sign = rule[level][-1]
        yield f"{level} later", {**rule, level: f"{float(rule[level][:-1]) * 1.5:g}{sign}"}
    yield "from more cases on", {**rule, "at_least": rule.get("at_least", 50) + 1}
    yield "from fewer cases on", {**rule, "at_least": rule.get("at_least", 50) - 1}
    yield "more patient", {**rule, "grace": "2d"}
    yield "less patient", {**rule, "grace": "0d"}
    if rule["rate"].startswith("volume"):
        yield "months as they are", {**rule, "per_workday": not rule.get("per_workday", False)}
    else:
        yield "over fewer days", {**rule, "over": 3}


CHANGES: dict[str, dict[str, Any]] = {
    "start not rolled": {"counting": {"roll_start": False}},
    "last day not rolled": {"counting": {"roll_last_day": False}},
    "closing time": {"office_hours": {"sessions": ["09:00-12:00", "13:30-17:30"]}},
    "weekends only": {"calendar": {"name": "weekends", "base": "weekends", "years": list(range(2020, 2030))}},
    "no default limit": {"defaults": {"statutory": ""}},
    "special in natural days": {"special": {"unit": "d"}},
    "special uncapped": {"special": {"max_days": 0}},
    "suspensions need no approval": {"special": {"unapproved": {"inspection": 10}}},
    "notice of 6 days": {"supplement": {"notice": "6wd"}},
    "silence accepts nothing": {"supplement": {"silence_accepts": False}},
    "a supplement stops nothing": {"supplement": {"stops_clock": False}},
    "a supplement stops for 61 days": {"supplement": {"max_days": 61}},
    "every channel is in-hall": {"hall": {"channels": ["hall", "online", "self-service", "post", "off-hall"]}},
    "extended by 11 days": {"extension": {"max_days": 11}},
    "an answer put off by 11 days": {"complaints": {"max_extension": 11}},
}
BREAKS = {f"{profile}: {what}": (profile, change) for profile in profiles() for what, change in broken(profile)}
BREAKS |= {f"default: {what}": ("default", change) for what, change in CHANGES.items()}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_rule_fails_at_least_one_scenario(what: str) -> None:
    profile, change = BREAKS[what]
    tried: list[Scenario] = [each for each in SCENARIOS.values() if each.book == profile and not set(change) & set(each.over)]
    tried.sort(key=lambda scenario: not any(what.split(": ")[1].startswith(row) for row in scenario.rows))
    assert any(fails(scenario, change) for scenario in tried)


def fails(scenario: Scenario, change: dict[str, Any]) -> bool:
    """An expectation is not met; or, without the card, what people did with it can no longer be played."""
    try:
        return bool(play(scenario, change))
    except BadScenario as error:
        return "is no alert of" in str(error)
