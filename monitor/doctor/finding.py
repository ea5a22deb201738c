"""What the doctor finds: one line each, with its mend."""

from typing import Literal

import msgspec

Urgency = Literal["ok", "warning", "error"]
"""``warning``: it works, until something happens. ``error``: the monitor will not work, or will lose or misjudge something."""


class ClusterFinding(msgspec.Struct, frozen=True):
    """One thing looked at. ``about`` is the broker, topic or group; ``mend`` is empty where all is well."""

    check: str
    severity: Urgency
    about: str
    text: str
    mend: str = ""


def well(check: str, about: str, text: str) -> ClusterFinding:
    """Nothing to do."""
    return ClusterFinding(check, "ok", about, text)


def doubtful(check: str, about: str, text: str, mend: str) -> ClusterFinding:
    """It works, until something happens."""
    return ClusterFinding(check, "warning", about, text, mend)


def ill(check: str, about: str, text: str, mend: str) -> ClusterFinding:
    """It does not work, or something will be lost or misjudged."""
    return ClusterFinding(check, "error", about, text, mend)
