"""The courses a simulated case can take: instant item, committed item, and the ways in which either goes wrong.

Every duration is a number of working days on the axis of :mod:`monitor.simulate.rhythm`. A course makes its records in
the order they happened; what arrives when is the case's business (:mod:`monitor.simulate.life`).
"""

from monitor.simulate.catalog import CASHIER
from monitor.simulate.life import Habits, Life
from monitor.simulate.reviews import follow_up
from rules.events import (
    Accepted,
    Applied,
    Archived,
    Concluded,
    Decided,
    Delivered,
    Extended,
    FeeCharged,
    Issued,
    NotAccepted,
    Procedure,
    Rated,
    Resumed,
    StageEntered,
    StageLeft,
    Supplemented,
    SupplementRequested,
    Suspended,
    Transferred,
)  # fmt: skip

MINUTES = 1 / 390
"""Of a working day of six and a half hours, near enough."""

_PROCEDURES: tuple[tuple[Procedure, int, str], ...] = (
    ("expert-review", 10, "专家评审"),
    ("inspection", 10, "现场勘验"),
    ("testing", 15, "检验检测"),
    ("hearing", 20, "听证"),
    ("appraisal", 15, "鉴定评估"),
    ("tender", 20, "招标"),
)
_MATERIALS = ("身份证明复印件", "法定代表人授权书", "场地使用证明", "安全评价报告", "经办人签字页", "图纸电子版")
_SCORES = (1, 2, 3, 4, 5)
_BAD = 4


def live_through(life: Life, habits: Habits, start: float) -> float:
    """From the application on, recorded at ``start`` by the caller for online cases: the whole case. Gives its last point."""
    if life.item.promised:
        return _committed(life, habits, start)
    return _instant(life, habits, start)


def apply_at_window(life: Life, start: float) -> float:
    """The applicant hands the papers in."""
    return life.record(Applied, start)


def _chance(life: Life, chance: float) -> bool:
    return life.rng.random() < chance


def _instant(life: Life, habits: Habits, start: float) -> float:
    """Accepted, decided and concluded while the applicant waits, before the day is over; or, badly, some day after."""
    rng = life.rng
    limits = {"promised": "0wd", "statutory": f"{life.item.statutory}wd"}
    closing = int(start) + 0.9995
    accepted = life.record(Accepted, min(start + rng.uniform(2, 12) * MINUTES, closing - 0.001), **limits)
    if _chance(life, habits.unfinished):
        return accepted
    if _chance(life, habits.late_instant * life.office.trouble):
        done = int(accepted) + 1 + rng.expovariate(1 / 1.2)
    else:
        done = min(accepted + rng.expovariate(1 / 25) * MINUTES + 3 * MINUTES, closing)
    return _end(life, habits, accepted, done)


def _committed(life: Life, habits: Habits, start: float) -> float:
    """Acceptance, handling, review, approval, conclusion; with supplements, suspensions, extensions and lateness."""
    rng = life.rng
    received = _supplements(life, start) if _chance(life, habits.supplement) else start
    quick = _chance(life, 0.8)
    moment = received + (rng.uniform(3, 20) * MINUTES if quick else rng.uniform(0.1, 3.5))
    if _chance(life, 0.008):
        moment += rng.uniform(2, 6)
    if _chance(life, habits.not_accepted):
        return life.record(NotAccepted, moment, reason=rng.choice(("材料不全", "不属于本机关职权", "不符合法定条件")))
    accepted = life.record(Accepted, moment, promised=f"{life.item.promised}wd", statutory=f"{life.item.statutory}wd")
    return _handled(life, habits, accepted)


def _supplements(life: Life, start: float) -> float:
    """补正: told what is missing within five days (nearly always), brought in some days later."""
    rng = life.rng
    asked = life.record(SupplementRequested, start + rng.uniform(0.05, 3.5), materials=rng.choice(_MATERIALS))
    brought = life.record(Supplemented, asked + rng.uniform(0.3, 7))
    if _chance(life, 0.04):  # 一次性告知 says once; some ask twice
        asked = life.record(SupplementRequested, brought + rng.uniform(0.05, 2), materials=rng.choice(_MATERIALS))
        brought = life.record(Supplemented, asked + rng.uniform(0.3, 5))
    return brought


def _duration(life: Life, habits: Habits) -> float:
    """Working days from acceptance to conclusion: mostly well within the promise, with a tail beyond it."""
    rng, promised = life.rng, life.item.promised
    if _chance(life, habits.late * life.office.trouble):
        if _chance(life, habits.stuck):
            return life.item.statutory * rng.uniform(1.0, 1.2)
        return promised + 0.02 + rng.expovariate(1 / (0.6 + 0.22 * promised))
    return promised * min(0.06 + 0.96 * rng.betavariate(2.0, 1.9), 0.985)


def _handled(life: Life, habits: Habits, accepted: float) -> float:
    """The stages between acceptance and conclusion, their borders where the whole duration puts them."""
    rng, office = life.rng, life.office
    duration = _duration(life, habits)
    usual = min(duration, 0.95 * life.item.promised)
    lost, slow = duration - usual, rng.randrange(3)  # what a late case loses, it loses in one stage
    leaves_off = rng.random() if _chance(life, habits.unfinished) else 2.0
    handler, reviewer, approver = (rng.choice(people) for people in (office.handlers, office.reviewers, office.approvers))
    if _chance(life, 0.01):  # nobody checks whom: the four-eyes rule is for the engine to notice
        handler = reviewer = approver
    if _chance(life, 0.05):
        life.record(Transferred, accepted + 0.02 * usual, to=handler)
    entered = life.record(StageEntered, accepted + 0.03 * usual, stage="handling", handler=handler)
    left = accepted + usual * rng.uniform(0.47, 0.53) + (lost if slow == 0 else 0.0)
    pause = _suspended(life, habits, entered, left) if _chance(life, habits.suspended) else 0.0
    if leaves_off < 0.5:
        return left + pause
    left = life.record(StageLeft, left + pause, stage="handling", handler=handler)
    review = life.record(StageEntered, left, stage="review", handler=reviewer)
    reviewed = max(accepted + pause + usual * rng.uniform(0.7, 0.75) + (lost if slow <= 1 else 0.0), review)
    if _chance(life, habits.sent_back):
        back = life.record(StageLeft, review + (reviewed - review) * 0.3, stage="review", action="return", handler=reviewer)
        life.record(StageEntered, back, stage="handling", handler=handler)
        again = life.record(StageLeft, review + (reviewed - review) * 0.7, stage="handling", handler=handler)
        life.record(StageEntered, again, stage="review", handler=reviewer)
    life.record(StageLeft, reviewed, stage="review", handler=reviewer)
    if _chance(life, habits.extended):
        days = min(10, max(1, life.item.promised // 2))
        life.record(Extended, reviewed, days=days, reason="案情复杂", approver=approver)
        pause += days * rng.uniform(0.2, 0.8)
    life.record(StageEntered, reviewed, stage="approval", handler=approver)
    if leaves_off < 1:
        return reviewed
    done = max(accepted + duration + pause, reviewed)
    life.record(StageLeft, reviewed + (done - reviewed) * 0.9, stage="approval", handler=approver)
    return _end(life, habits, reviewed + (done - reviewed) * 0.9, done, approver)


def _suspended(life: Life, habits: Habits, entered: float, left: float) -> float:
    """特别程序: the clock stands for the approved days. Gives what is not the department's own time, all of the pause."""
    rng = life.rng
    procedure, most, reason = rng.choice(_PROCEDURES)
    approved = rng.randrange(5, most + 1)
    began = life.record(
        Suspended,
        entered + (left - entered) * rng.uniform(0.2, 0.9),
        procedure=procedure,
        approved_days=approved,
        reason=reason,
        approver=rng.choice(life.office.approvers),
    )
    over = _chance(life, habits.overrun)
    took = approved + rng.expovariate(1 / 2.5) if over else approved * rng.uniform(0.4, 0.97)
    life.record(Resumed, began + took)
    return took


def _end(life: Life, habits: Habits, decided: float, done: float, approver: str = "") -> float:
    """Decision, conclusion, certificate, delivery, rating."""
    rng = life.rng
    fate = rng.random()
    for how, chance in (("withdrawn", habits.withdrawn), ("returned", habits.returned), ("voided", habits.voided)):
        fate -= chance
        if fate < 0:
            return life.record(Concluded, done, how=how)
    handler = approver or rng.choice(life.office.handlers)
    life.record(
        Decided, min(decided + 1 * MINUTES, done), result="refused" if _chance(life, 0.015) else "granted", handler=handler
    )
    if life.item.has_fee and _chance(life, 0.3):
        outside = _chance(life, 0.02)
        fen = rng.choice((500, 1000, 2000, 4000, 8000, 55000))
        life.record(FeeCharged, done, amount_fen=fen, cashier="单位财务室" if outside else CASHIER)
    life.record(Concluded, done)
    if not life.item.promised:
        issued = life.record(Issued, done + rng.uniform(0.5, 3) * MINUTES)
        handed = life.record(Delivered, issued + rng.uniform(0.5, 4) * MINUTES)
    else:
        slow = _chance(life, habits.late_issue * life.office.trouble)
        issued = life.record(Issued, done + (3 + rng.expovariate(1 / 3) if slow else rng.uniform(0.01, 1.8)))
        handed = life.record(Delivered, issued + rng.uniform(0.05, 3))
    if _chance(life, habits.rated):
        _rate(life, handed)
    if _chance(life, 0.25):
        life.record(Archived, handed + rng.uniform(1, 10))
    return handed


def _rate(life: Life, handed: float) -> None:
    """好差评, on the tablet at the window: mostly very satisfied, less so in troubled departments."""
    sour = 0.5 + 0.5 * life.office.trouble
    weights = (80.0, 14.0, 3.5 * sour, 1.5 * sour, 0.8 * sour)
    score = life.rng.choices(_SCORES, weights)[0]
    rated = life.record(Rated, handed + 1 * MINUTES, score=score)
    if score >= _BAD:
        follow_up(life, rated)
