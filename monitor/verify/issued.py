"""What was issued: the last word of the alerts topic on every alert, and whether it ever contradicts itself."""

import msgspec

from monitor.wire import decode_alert
from rules.alerts import Alert
from rules.keys import TALLY_KEY


class AlertTrail:
    """``last`` is the last change of every alert by id. ``contradicted`` holds those of which one change was said in two ways.
    ``unreadable`` counts records that are no alerts."""

    def __init__(self) -> None:
        self.last: dict[str, Alert] = {}
        self.contradicted: dict[str, Alert] = {}
        self.unreadable = 0
        self.read = 0
        self._said: dict[tuple[str, int], int] = {}

    def forget_tallies(self) -> None:
        """Leave out what is about rates and volumes."""
        self.last = {id: alert for id, alert in self.last.items() if not alert.case.startswith(TALLY_KEY)}

    def take(self, value: bytes | None) -> None:
        """One record of the topic, in order. Whoever reads it knows a repeat by (id, change), so the first one counts."""
        self.read += 1
        try:
            alert = decode_alert(value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.unreadable += 1
            return
        name, said = (alert.id, alert.change), hash(value)
        if self._said.setdefault(name, said) != said:
            self.contradicted.setdefault(alert.id, alert)
            return
        known = self.last.get(alert.id)
        if known is None or known.change < alert.change:
            self.last[alert.id] = alert
