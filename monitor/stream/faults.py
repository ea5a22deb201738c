"""Crashes on purpose, for tests only: ``SUPERVISE_FAULT=after-alerts:3`` kills this process at its third batch with alerts.

Points: ``before-alerts`` (nothing sent), ``after-alerts`` (acknowledged, changelog not sent), ``after-changelog``
(acknowledged, offset not committed). Only batches with alerts count. SIGKILL, so nothing gets to tidy up.
"""

import os
import signal

from rules.errors import SupervisionError

VARIABLE = "SUPERVISE_FAULT"
POINTS = ("before-alerts", "after-alerts", "after-changelog")


class PlannedCrash:
    """Counts batches down to the crash; without the variable it never comes."""

    def __init__(self, text: str = "") -> None:
        point, _, number = text.partition(":")
        if text and (point not in POINTS or not (number or "1").isdigit()):
            raise SupervisionError(f"{VARIABLE}={text}: expected one of {', '.join(POINTS)}, with :N for the N-th batch")
        self._point = point
        self._left = int(number or "1")

    @classmethod
    def from_environment(cls) -> "PlannedCrash":
        """As the variable says."""
        return cls(os.environ.get(VARIABLE, ""))

    def reach(self, point: str, alerts: int) -> None:
        """The worker is at ``point`` with a batch of so many alerts."""
        if point == self._point and alerts:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
