"""What a verification came to, as data: what ``--json`` and ``--out`` write."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from monitor.verify.compare import Mismatch, MismatchKind
from rules.alerts import Alert, Level
from rules.cards import alert_of


class Group(msgspec.Struct, frozen=True):
    """Mismatches of one kind, rule, level and department."""

    rule: str
    department: str
    level: Level
    kind: MismatchKind
    count: int


class VerifyExample(msgspec.Struct, frozen=True):
    """One of them, with what was issued and what the records say, each with its arithmetic."""

    kind: MismatchKind
    id: str
    fields: tuple[str, ...]
    issued: Alert | None
    recomputed: Alert | None


class VerifyReport(msgspec.Struct, frozen=True):
    """``alerts`` were compared, of which ``agreed`` are as recomputed. ``passed_over``: their cases began before the first record
    the topic still has. ``unreadable``: records of the alerts topic that are no alerts. ``unknown_books``: versions that issued
    alerts name and nobody gave. ``refused``: records the rules refuse, by reason. ``until``: record time of the common point.
    """

    events: str
    alerts_topic: str
    until: datetime | None
    records: int
    cases: int
    refused: dict[str, int]
    alerts: int
    agreed: int
    passed_over: int
    unreadable: int
    unknown_books: dict[str, int]
    groups: list[Group]
    examples: list[VerifyExample]

    @property
    def is_clean(self) -> bool:
        """Whether everything issued is as recomputed."""
        return self.agreed == self.alerts and not self.unreadable


def grouped(mismatches: Sequence[Mismatch]) -> list[Group]:
    """By kind, rule, level and department, the most frequent first."""
    counts = Counter(_group(found) for found in mismatches)
    ordered = sorted(counts, key=lambda group: (-counts[group], group))
    return [
        Group(rule, department, level, kind, counts[rule, department, level, kind]) for rule, department, level, kind in ordered
    ]


def examples_of(mismatches: Sequence[Mismatch], most: int) -> list[VerifyExample]:
    """At most ``most`` of each group."""
    shown: Counter[tuple[str, str, Level, MismatchKind]] = Counter()
    found = []
    for each in sorted(mismatches, key=lambda each: (_group(each), each.id)):
        shown[_group(each)] += 1
        if shown[_group(each)] <= most:
            recomputed = alert_of(each.recomputed) if each.recomputed is not None else None
            found.append(VerifyExample(each.kind, each.id, each.fields, each.issued, recomputed))
    return found


def _group(found: Mismatch) -> tuple[str, str, Level, MismatchKind]:
    if found.issued is not None:
        return found.issued.rule, found.issued.department, found.issued.level, found.kind
    assert found.recomputed is not None
    return found.recomputed.card_change.card.rule, found.recomputed.department, found.recomputed.level, found.kind
