"""What a change of a card gives rise to: a list of stages, each a pure function of notices, card and time.

| stage | what it does |
|---|---|
| route | which routes of the plan hold the card, and whom each tells |
| follow | escalations, made at once and due only when nobody has acknowledged the card by then |
| silence | a silence that holds the card: due at its end |
| defer | quiet hours: due at their end |

What is known already is told apart by its identity (:mod:`monitor.notify.notices`). Grouping and words come last, when a message
leaves (:mod:`monitor.notify.letter`).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from monitor.notify.notice import Notice, Purpose, notice_id
from monitor.notify.plan import Asked, Escalation, MessagePlan
from monitor.notify.quiet import Quiet
from rules.alerts import Alert
from rules.errors import UncoveredDate
from rules.instant import DAY, MINUTE, SECOND, Instant, to_instant
from rules.worktime import Limit, Worktime

NoticeStage = Callable[[Sequence[Notice], Alert, Instant], Sequence[Notice]]
"""Notices so far, the card and the present in; notices out."""
_RAISED = frozenset({"pending", "issued"})
_replace = msgspec.structs.replace


class Pipeline(NamedTuple):
    """The stages in their order."""

    stages: tuple[NoticeStage, ...]

    def notices(self, alert: Alert, now: Instant) -> Sequence[Notice]:
        """What is to be told because of this change of a card; nothing unless it has just been raised."""
        if alert.state not in _RAISED or alert.raised_at != alert.changed_at:
            return ()
        found: Sequence[Notice] = ()
        for stage in self.stages:
            found = stage(found, alert, now)
        return found


def pipeline(plan: MessagePlan, worktime: Callable[[], Worktime], zone: ZoneInfo) -> Pipeline:
    """The stages for a plan. ``worktime`` gives office hours and calendar of the rule book in force."""

    def opening(at: Instant) -> Instant:
        try:
            return worktime().due(at, Limit.parse("1wm")) - MINUTE
        except UncoveredDate:
            return at  # a message too early is better than none

    usual = Quiet(plan.quiet, zone, opening)
    asked: tuple[Asked, ...] = (*plan.route, *plan.escalation)
    own = {each.name: Quiet(each.quiet, zone, opening) for each in asked if each.quiet is not None}

    def route(notices: Sequence[Notice], alert: Alert, now: Instant) -> Sequence[Notice]:
        made = [
            notice_of(alert, "told", route, channel, address, now, now + route.wait * SECOND)
            for route in plan.route
            if route.holds(alert)
            for channel, address in plan.targets(route.to, alert)
        ]
        return [*notices, *made]

    def follow(notices: Sequence[Notice], alert: Alert, now: Instant) -> Sequence[Notice]:
        made = [
            notice_of(alert, "escalated", step, channel, address, now, _after(to_instant(alert.raised_at), step, worktime))
            for step in plan.escalation
            if step.holds(alert)
            for channel, address in plan.targets(step.to, alert)
        ]
        return [*notices, *made]

    def silence(notices: Sequence[Notice], alert: Alert, now: Instant) -> Sequence[Notice]:
        for each in plan.silence:
            since, until = to_instant(each.since), to_instant(each.until)
            if each.holds(alert):
                notices = [
                    _replace(n, due=until, delayed=f"silence: {each.reason}") if since <= n.due < until else n for n in notices
                ]
        return notices

    def defer(notices: Sequence[Notice], alert: Alert, now: Instant) -> Sequence[Notice]:
        deferred = []
        for notice in notices:
            due = own.get(notice.by, usual).until(max(notice.due, now))
            late = due != max(notice.due, now)
            deferred.append(_replace(notice, due=due, delayed=notice.delayed or "quiet") if late else notice)
        return deferred

    return Pipeline((route, follow, silence, defer))


def notice_of(alert: Alert, purpose: Purpose, by: Asked, channel: str, address: str, now: Instant, due: Instant) -> Notice:
    """One card to be told to one address."""
    return Notice(
        id=notice_id(alert.id, alert.change, purpose, by.name, channel, address),
        purpose=purpose,
        by=by.name,
        channel=channel,
        address=address,
        alert=alert.id,
        case=alert.case,
        rule=alert.rule,
        level=alert.level,
        reason=alert.reason,
        region=alert.region,
        hall=alert.hall,
        department=alert.department,
        window=alert.window,
        item=alert.item_name or alert.item,
        held_by=alert.held_by,
        limit=alert.limit,
        fell_at=to_instant(alert.due_at),
        made_at=now,
        due=due,
    )


def _after(raised: Instant, step: Escalation, worktime: Callable[[], Worktime]) -> Instant:
    """When nobody has acknowledged it for too long. Where the calendar ends, a day has to do."""
    try:
        return worktime().due(raised, step.after)
    except UncoveredDate:
        return raised + DAY
