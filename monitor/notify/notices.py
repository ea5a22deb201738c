"""Every notice that is not forgotten yet, and what becomes of it. Pure: instants come in, changed notices go out.

What goes out is written to the notices topic, key = the notice's id. Reading that topic from the beginning gives them back.
A notice that is known is never made a second time; so neither a repeated alert nor a restart tells anybody twice.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from monitor.notify.notice import OVER, Notice, notice_id
from monitor.notify.plan import MessagePlan
from monitor.notify.stages import Pipeline
from rules.alerts import STANDING, Alert
from rules.instant import DAY, HOUR, MINUTE, SECOND, Instant

REMEMBERED = 400 * DAY
"""How long a notice that is over is known: no alert is repeated so much later."""
FIRST_RETRY, LONGEST_RETRY = 5 * SECOND, 10 * MINUTE
INSTEAD_AFTER = 15 * MINUTE
"""How long a channel may refuse a notice until the one that stands in for it gets it as well."""
GIVE_UP_AFTER = 24 * HOUR
_UNWORKED = frozenset({"pending", "issued"})
_replace = msgspec.structs.replace


class Notices:
    """The notices of one installation."""

    def __init__(self, plan: MessagePlan, pipeline: Pipeline) -> None:
        self._plan = plan
        self._pipeline = pipeline
        self.waiting = 0
        """How many are not over."""
        self._notices: dict[str, Notice] = {}
        self._of_alert: dict[str, set[str]] = defaultdict(set)
        self._due: list[tuple[Instant, str]] = []
        self._under_way: dict[str, str] = {}
        self._later: dict[str, Alert] = {}

    def __len__(self) -> int:
        return len(self._notices)

    def restore(self, key: str, notice: Notice | None) -> None:
        """Take a record of the topic; None where it was forgotten."""
        if notice is None:
            self._forget(key)
        else:
            self._keep(notice)

    def put(self, alert: Alert, now: Instant) -> list[Notice]:
        """The notices that a change of a card makes or ends. What is under way to a channel is left alone until it is there."""
        if alert.id in self._under_way.values():
            self._later[alert.id] = alert
            return []
        changed = [self._keep(_replace(notice, fate="overtaken", ended_at=now)) for notice in self._overtaken(alert)]
        if alert.state == "withdrawn":
            changed += [self._keep(notice) for notice in self._taken_back(alert, now)]
        for notice in self._pipeline.notices(alert, now):
            if notice.id not in self._notices:
                changed.append(self._keep(notice))
        return changed

    def _overtaken(self, alert: Alert) -> list[Notice]:
        """What waits to be told and is true no more: the card stands no longer, or somebody is at work on it."""
        known = [self._notices[key] for key in sorted(self._of_alert.get(alert.id, ()))]
        return [
            notice
            for notice in known
            if notice.fate == "waiting"
            and (
                (notice.purpose == "told" and alert.state not in STANDING)
                or (notice.purpose == "escalated" and alert.state not in _UNWORKED)
                or (notice.purpose == "withdrawn" and alert.state in STANDING)
            )
        ]

    def _taken_back(self, alert: Alert, now: Instant) -> Iterator[Notice]:
        """Who was told of the card hears that it is none."""
        silent = {route.name for route in self._plan.route if not route.withdrawals}
        for key in sorted(self._of_alert.get(alert.id, ())):
            told = self._notices[key]
            if told.fate != "sent" or told.purpose == "withdrawn" or told.by in silent:
                continue
            new = notice_id(alert.id, alert.change, "withdrawn", told.by, told.channel, told.address)
            if new not in self._notices:
                yield _replace(
                    told, id=new, purpose="withdrawn", made_at=now, due=now, fate="waiting", attempts=0, error="", message="",
                    ended_at=0, delayed="",
                )  # fmt: skip

    def due(self, now: Instant) -> list[Notice]:
        """All that may go by now, soonest first. They stay until :meth:`sent` or :meth:`refused` tells of them."""
        found = []
        while self._due and self._due[0][0] <= now:
            due, key = heapq.heappop(self._due)
            notice = self._notices.get(key)
            if notice is not None and notice.fate == "waiting" and notice.due == due and key not in self._under_way:
                found.append(notice)
                self._under_way[key] = notice.alert
        return found

    def sent(self, notices: Sequence[Notice], message: str, now: Instant) -> list[Notice]:
        """The channel took them, all in one message."""
        changed = [
            self._keep(_replace(notice, fate="sent", message=message, attempts=notice.attempts + 1, error="", ended_at=now))
            for notice in notices
        ]
        return changed + self._arrived(notices, now)

    def refused(self, notices: Sequence[Notice], error: str, now: Instant) -> list[Notice]:
        """The channel did not take them: later again, through its stand-in as well, and one day no more."""
        changed = []
        for notice in notices:
            attempts = notice.attempts + 1
            after = _replace(notice, attempts=attempts, error=error[:300], due=now + retry_after(attempts))
            if now - notice.made_at >= GIVE_UP_AFTER:
                after = _replace(after, fate="failed", ended_at=now)
            changed.append(self._keep(after))
            if after.fate == "failed" or _tried_for(attempts) >= INSTEAD_AFTER:
                changed += self._instead(notice, now)
        return changed + self._arrived(notices, now)

    def _arrived(self, notices: Iterable[Notice], now: Instant) -> list[Notice]:
        """They are under way no more: what happened to their cards meanwhile is taken in."""
        for notice in notices:
            self._under_way.pop(notice.id, None)
        later = [self._later.pop(each) for each in {notice.alert for notice in notices} & set(self._later)]
        return [notice for alert in later for notice in self.put(alert, now)]

    def _instead(self, notice: Notice, now: Instant) -> list[Notice]:
        other = self._plan.channels[notice.channel].instead if notice.channel in self._plan.channels else ""
        key = notice_id(notice.alert, 0, notice.purpose, f"{notice.by} via {notice.channel}", other, notice.address)
        if not other or key in self._notices:
            return []
        return [self._keep(_replace(notice, id=key, channel=other, address="", attempts=0, error="", due=now, made_at=now))]

    def forget(self, now: Instant) -> list[str]:
        """The ids of what is over for so long that nobody repeats it; they are known no more."""
        old = [n.id for n in self._notices.values() if n.fate in OVER and n.ended_at < now - REMEMBERED]
        for key in old:
            self._forget(key)
        return old

    def _keep(self, notice: Notice) -> Notice:
        before = self._notices.get(notice.id)
        self.waiting += (notice.fate not in OVER) - (before is not None and before.fate not in OVER)
        self._notices[notice.id] = notice
        self._of_alert[notice.alert].add(notice.id)
        if notice.fate == "waiting":
            heapq.heappush(self._due, (notice.due, notice.id))
        return notice

    def _forget(self, key: str) -> None:
        notice = self._notices.pop(key, None)
        if notice is not None:
            self.waiting -= notice.fate not in OVER
            ids = self._of_alert[notice.alert]
            ids.discard(key)
            if not ids:
                del self._of_alert[notice.alert]


def retry_after(attempts: int) -> Instant:
    """How long to wait after so many attempts: twice as long each time, ten minutes at most."""
    return min(FIRST_RETRY << min(attempts - 1, 20), LONGEST_RETRY)


def _tried_for(attempts: int) -> Instant:
    """For how long a notice has been tried after so many attempts."""
    return sum(retry_after(number) for number in range(1, attempts))
