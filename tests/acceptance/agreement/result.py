"""What a replay came to, in a form in which two replays can be compared to the record."""

from collections.abc import Iterable
from typing import NamedTuple

from rules.alerts import STANDING, Alert
from rules.case import Case, case_due, case_state
from rules.instant import to_instant
from rules.keys import TALLY_KEY


class Ending(NamedTuple):
    """How an alert ended: when it was due, its last state, and when that came (epoch ms)."""

    due_at: int
    state: str
    raised_at: int
    changed_at: int

    @property
    def verdict(self) -> tuple[int, str]:
        """What must be the same however the records came."""
        return self.due_at, self.state


class Result(NamedTuple):
    """Alert identity to its ending; case to (due, state)."""

    alerts: dict[str, Ending]
    cases: dict[str, tuple[int | None, str]]

    @property
    def verdicts(self) -> dict[str, tuple[int, str]]:
        """Alert identity to (due_at, final state)."""
        return {identity: ending.verdict for identity, ending in self.alerts.items()}

    @property
    def standing(self) -> dict[str, int]:
        """Identity to due_at of the alerts that stand."""
        return {identity: ending.due_at for identity, ending in self.alerts.items() if ending.state in STANDING}


def result(alerts: Iterable[Alert], cases: Iterable[Case]) -> Result:
    """Put together changes of alerts, in any order and possibly repeated, and the cases as they stand at the end.

    A repeated change must say what it said the first time: consumers recognise it by (id, change). Tallies are left out: when
    a worker reports its counts is its own affair (tests/monitor/stream/test_tallies.py compares what they come to).
    """
    changes: dict[tuple[str, int], Alert] = {}
    for alert in alerts:
        if alert.case.startswith(TALLY_KEY):
            continue
        assert changes.setdefault((alert.id, alert.change), alert) == alert, (
            f"{alert.id} says two things of change {alert.change}"
        )
    endings: dict[str, Ending] = {}
    for (identity, change), alert in sorted(changes.items()):
        assert change == 1 or (identity, change - 1) in changes, f"{identity}: change {change} without the one before"
        due, raised, changed = map(to_instant, (alert.due_at, alert.raised_at, alert.changed_at))
        endings[identity] = Ending(due, alert.state, raised, changed)
    return Result(endings, {case.key: (case_due(case), case_state(case)) for case in cases if case.tally is None})


def differences(ours: Result, theirs: Result) -> dict[str, tuple[Ending | None, Ending | None]]:
    """Alert identities whose verdicts differ, with both endings (None: never raised)."""
    mine, others = ours.verdicts, theirs.verdicts
    differing = sorted(identity for identity in mine.keys() | others.keys() if mine.get(identity) != others.get(identity))
    return {identity: (ours.alerts.get(identity), theirs.alerts.get(identity)) for identity in differing}
