"""Drives many cases as a replay does, for tests that want whole alerts."""

from rules.alerts import Alert
from rules.cards import alert_of
from rules.drive import Cases
from rules.events import Record


def as_it_happens(driven: Cases, record: Record, arrived: int) -> list[Alert]:
    """What time makes up to the arrival of ``record`` (epoch ms), each at its own instant, and then what the record makes."""
    changes = [*driven.advance(arrived), *driven.apply(record, arrived)]
    return [alert_of(change) for change in changes]
