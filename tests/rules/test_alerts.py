"""The identity of an alert: case, rule, level and cycle, wherever and whenever it is computed."""

import msgspec

from rules.alerts import CARDS, LEVELS, STANDING, STATES, Alert
from tests.rules.story import Story, books, day


def told(*, ticks: tuple[float, ...]) -> dict[str, tuple[Alert, ...]]:
    story = Story(books(stages={"handling": "1wd"}))
    story.tell("accepted", day(0), promised="5wd", statutory="10wd")
    story.tell("stage_entered", day(0), stage="handling")
    story.tell("stage_left", day(0, 1), stage="handling")
    story.tell("stage_entered", day(0, 2), stage="handling")
    for when in ticks:
        story.tick(day(when))
    story.tick(day(30))
    by_id: dict[str, tuple[Alert, ...]] = {}
    for alert in story.alerts:
        by_id[alert.id] = (*by_id.get(alert.id, ()), alert)
    return by_id


def test_the_identity_of_an_alert_is_case_rule_level_and_cycle() -> None:
    alerts = told(ticks=())
    assert sorted(alerts) == [
        "430100-市场监管局/430100-2026-000001/case-promise/warning/1",
        "430100-市场监管局/430100-2026-000001/case-promise/yellow/1",
        "430100-市场监管局/430100-2026-000001/case-statutory/red/1",
        "430100-市场监管局/430100-2026-000001/stage-handling/yellow/2",
    ]
    for identity, changes in alerts.items():
        assert {f"{each.numbered_by}/{each.case}/{each.rule}/{each.level}/{each.cycle}" for each in changes} == {identity}


def test_the_identity_and_due_instant_of_an_alert_do_not_depend_on_when_it_was_seen() -> None:
    late, prompt = told(ticks=()), told(ticks=(1.5, 3.5, 7.5, 14.5))
    assert {(id_, changes[-1].due_at) for id_, changes in late.items()} == {(id_, ch[-1].due_at) for id_, ch in prompt.items()}


def test_changes_of_one_alert_are_numbered_from_one() -> None:
    for changes in told(ticks=(3.5, 7.5)).values():
        assert [change.change for change in changes] == list(range(1, len(changes) + 1))


def test_an_alert_survives_its_json() -> None:
    for changes in told(ticks=()).values():
        for alert in changes:
            assert msgspec.json.decode(msgspec.json.encode(alert), type=Alert) == alert


def test_cards_and_alerts_know_the_same_states() -> None:
    assert set(STATES) >= STANDING and set(LEVELS) >= CARDS
