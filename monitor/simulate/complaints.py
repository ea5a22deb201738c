"""Complaints in the simulated hall: filed by people, accepted and answered by the inspection office, mostly in time."""

from collections.abc import Iterator

from monitor.simulate.life import Life
from rules.events import ComplaintAccepted, ComplaintAnswered, ComplaintClosed, ComplaintFiled

_ABOUT = ("超时未办结", "服务态度", "一次性告知不到位", "重复提交材料", "窗口无人", "指引不清", "收费有疑问")
CLOSED_SHARE = 0.93
"""Yulin closed 115 of 126."""


def numbers(day: str) -> Iterator[str]:
    """Complaint numbers of one day: ``TS20260901-001``, …"""
    count = 0
    while True:
        count += 1
        yield f"TS{day}-{count:03d}"


def complain(life: Life, number: str, filed: float) -> None:
    """One complaint with its answer: five working days each, of which about one in ten is missed."""
    rng = life.rng
    life.record(ComplaintFiled, filed, complaint=number, about=rng.choice(_ABOUT))
    accepted = filed + (rng.uniform(0.05, 2) if rng.random() > 0.06 else rng.uniform(5.1, 8))
    life.record(ComplaintAccepted, accepted, complaint=number)
    if rng.random() > CLOSED_SHARE:
        return
    answered = accepted + (rng.uniform(0.5, 4.5) if rng.random() > 0.1 else rng.uniform(5.1, 11))
    life.record(ComplaintAnswered, answered, complaint=number)
    life.record(ComplaintClosed, answered + rng.uniform(0.1, 1.5), complaint=number)
