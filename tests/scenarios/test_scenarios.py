"""Every scenario holds, and every level of every shipped rule is demanded by one: break it, and a scenario fails."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.books import profiles
from monitor.rulebook.course import play
from monitor.rulebook.scenarios import BadScenario, Scenario, load_scenarios
from rules.alerts import LEVELS
from tests.rules.story import table

FOLDER = Path(__file__).parent
SCENARIOS = {
    f"{path.parent.name}/{path.stem}: {scenario.name}": scenario
    for path in sorted(FOLDER.glob("*/*.toml"))
    for scenario in load_scenarios(path)
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    failures = play(SCENARIOS[name])
    assert not failures, "\n".join(map(str, failures))


def test_every_profile_has_scenarios() -> None:
    assert {scenario.book for scenario in SCENARIOS.values()} == set(profiles())


def broken(profile: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The book with one thing wrong at a time: a level missing, or reached at another time; a section changed."""
    rules = table(profile)["time_limits"]
    for at, rule in enumerate(rules):
        if rule["clock"] == "expiry":
            yield f"{rule['id']} a day later", {"time_limits": [*rules[:at], {**rule, "limit": "21wd"}, *rules[at + 1 :]]}
        for level in (level for level in LEVELS if level in rule):
            missing = {key: value for key, value in rule.items() if key != level}
            if not set(missing) & set(LEVELS):
                missing["reminder"] = "100wd after"
            moved = {**rule, level: "1wd before" if rule[level] == "deadline" else "deadline"}
            for how, changed in (("missing", missing), ("moved", moved)):
                yield f"{rule['id']} {level} {how}", {"time_limits": [*rules[:at], changed, *rules[at + 1 :]]}
    process, inherited = table(profile).get("process", []), table("default").get("process", [])
    for at, rule in enumerate(process):
        if profile != "default" and rule in inherited:
            continue  # broken where it comes from
        other = {**rule, **{level: "9wd after" for level in LEVELS if level in rule}}
        changes = [("too late", other)]
        if rule.get("count", 1) > 1:
            changes += [("one more", {**rule, "count": rule["count"] + 1})]
        if "hold" in rule:
            changes += [("not held", {**rule, "hold": []})]
        if "within" in rule:
            changes += [("a wider span", {**rule, "within": "3650d"}), ("a narrower span", {**rule, "within": "1d"})]
        for how, changed in changes:
            yield f"{rule['id']} {how}", {"process": [*process[:at], changed, *process[at + 1 :]]}
    ends = table(profile)["counting"]["ends"]
    yield "ends otherwise", {"counting": {"ends": "day_end" if ends == "second" else "second"}}


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
    "extended by 11 days": {"extension": {"max_days": 11}},
    "an answer put off by 11 days": {"complaints": {"max_extension": 11}},
}
BREAKS = {f"{profile}: {what}": (profile, change) for profile in profiles() for what, change in broken(profile)}
BREAKS |= {f"default: {what}": ("default", change) for what, change in CHANGES.items()}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_rule_fails_a_scenario(what: str) -> None:
    profile, change = BREAKS[what]
    tried: list[Scenario] = [each for each in SCENARIOS.values() if each.book == profile and not set(change) & set(each.over)]
    assert any(fails(scenario, change) for scenario in tried)


def fails(scenario: Scenario, change: dict[str, Any]) -> bool:
    """An expectation is not met; or, without the card, what people did with it can no longer be played."""
    try:
        return bool(play(scenario, change))
    except BadScenario as error:
        return "is no alert of" in str(error)
