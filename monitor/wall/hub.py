"""The wall's picture, without sockets and without a clock: records in, snapshots and deltas out.

A driver feeds it alert and figure records in topic order and calls :meth:`Hub.flush` when it is time to tell the screens. Every
scope somebody watches has a view: the picture last published and its sequence number. A flush works the picture of each touched
scope out anew and publishes the difference. A snapshot plus its deltas can therefore never drift from the truth. Recomputing is
cheap because a picture is small: at most ``CARDS_SHOWN`` cards and ``DEPARTMENTS_SHOWN`` departments.

Records may come twice. Figures are absolute, the last per key wins; of an alert only a higher ``change`` counts.
"""

from collections import OrderedDict
from collections.abc import Iterator
from operator import add

from monitor import words
from monitor.wall.newest import Newest
from monitor.wall.picture import Delta, Department, Picture, Placed, Row, Totals, difference
from monitor.wall.scope import Scope
from monitor.wire import Figures
from rules.alerts import CARDS, STANDING, Alert
from rules.instant import to_instant

CARDS_SHOWN = 200
NOTICES_SHOWN = 40
DEPARTMENTS_SHOWN = 100
CARDS_HELD = 10_000
NOTICES_HELD = 2_000
LINGER = 60_000
"""How long (ms) a card that no longer stands is shown struck through before it leaves."""

# Redelivery reaches back a few batches, never this far.
_CHANGES_REMEMBERED = 100_000


class _View:
    """What the screens of one scope have been sent."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.seq = 0
        self.touched = False


class Hub:
    """The picture of every watched scope. Single-threaded: whoever drives it calls it from one place."""

    def __init__(self) -> None:
        self._figures: dict[bytes, Figures] = {}
        self._cards = Newest(CARDS_HELD)
        self._notices = Newest(NOTICES_HELD)
        self._changes: OrderedDict[str, int] = OrderedDict()
        self._leaving: OrderedDict[str, int] = OrderedDict()
        self._views: dict[Scope, _View] = {}
        self.clock = 0
        """The newest record time seen, epoch ms: the clock the events live by."""

    def reset(self) -> None:
        """Forget all records, because they are about to be read again; views and their sequence numbers go on."""
        self._figures.clear()
        self._cards = Newest(CARDS_HELD)
        self._notices = Newest(NOTICES_HELD)
        self._changes.clear()
        self._leaving.clear()
        for view in self._views.values():
            view.touched = True

    # --- records -------------------------------------------------------------------------------------------------------

    def put_figures(self, figures: Figures) -> None:
        """Take a scope's counts of one partition; they replace the ones before."""
        self.clock = max(self.clock, figures.at)
        before = self._figures.get(figures.key)
        if before != figures:
            self._figures[figures.key] = figures
            self._touch(figures.region, figures.hall, figures.department)

    def drop_figures(self, key: bytes) -> None:
        """Forget the counts of a key: its record was deleted from the topic."""
        gone = self._figures.pop(key, None)
        if gone is not None:
            self._touch(gone.region, gone.hall, gone.department)

    def put_alert(self, alert: Alert, stamped: int) -> bool:
        """Take one change of one alert; ``stamped`` is the record's Kafka timestamp (epoch ms).

        False if it is a repetition or older than what is known, and nothing happened.
        """
        if self._changes.get(alert.id, -1) >= alert.change:
            return False
        self._changes[alert.id] = alert.change
        self._changes.move_to_end(alert.id)
        while len(self._changes) > _CHANGES_REMEMBERED:
            self._changes.popitem(last=False)
        row = row_of(alert)
        before = self._cards.get(row.id) or self._notices.get(row.id)
        if before is not None:  # a case handed to another department takes its card along
            self._touch(before.row.region, before.row.hall, before.row.department)
        self.clock = max(self.clock, row.changed_at)
        if alert.level in CARDS:
            self._put_card(row, stamped)
        elif alert.state in STANDING:
            self._notices.put(Placed(row.raised_at, row))
        else:
            self._notices.drop(row.id)
        self._touch(row.region, row.hall, row.department)
        return True

    def _put_card(self, row: Row, stamped: int) -> None:
        self._cards.put(Placed(row.raised_at, row))
        self._leaving.pop(row.id, None)
        self._notices.drop(row.id)
        if row.state not in STANDING:
            self._leaving[row.id] = stamped
            self._notices.put(Placed(row.changed_at, row))

    def _touch(self, region: str, hall: str, department: str) -> None:
        for scope, view in self._views.items():
            if not view.touched and scope.covers(region, hall, department):
                view.touched = True

    # --- screens -------------------------------------------------------------------------------------------------------

    def open(self, scope: Scope, *, blank: bool = False) -> None:
        """Start a view for the scope unless there is one; ``blank`` until the next flush, while the records are half read."""
        if scope not in self._views:
            self._views[scope] = _View(Picture() if blank else self._picture(scope))
            self._views[scope].touched = blank

    def close(self, scope: Scope) -> None:
        """Forget the view: its last screen has left."""
        self._views.pop(scope, None)

    def snapshot(self, scope: Scope) -> tuple[int, Picture]:
        """The sequence number and the picture last published to the (open) scope: the next delta builds on exactly this."""
        view = self._views[scope]
        return view.seq, view.picture

    def sequence(self, scope: Scope) -> int:
        """The sequence number of the last delta of the (open) scope."""
        return self._views[scope].seq

    def flush(self, now: int) -> list[tuple[Scope, Delta]]:
        """What the screens must be sent, at most one delta a scope; ``now`` (epoch ms) lets struck cards leave."""
        self._let_leave(now)
        deltas: list[tuple[Scope, Delta]] = []
        for scope, view in self._views.items():
            if not view.touched:
                continue
            view.touched = False
            picture = self._picture(scope)
            delta = difference(view.picture, picture, view.seq + 1)
            if delta is not None:
                view.picture, view.seq = picture, delta.seq
                deltas.append((scope, delta))
        return deltas

    def _let_leave(self, now: int) -> None:
        # Stamps of several partitions may interleave, so every one is looked at; only a minute's worth is ever here.
        for name in [name for name, stamped in self._leaving.items() if stamped + LINGER <= now]:
            del self._leaving[name]
            self._notices.drop(name)
            card = self._cards.drop(name)
            if card is not None:
                self._touch(card.row.region, card.row.hall, card.row.department)

    def _picture(self, scope: Scope) -> Picture:
        at, totals, departments = self._count(scope)
        return Picture(
            at=at,
            totals=totals,
            departments=tuple(sorted(departments, key=lambda row: row.rank)[:DEPARTMENTS_SHOWN]),
            cards=self._cards.newest(scope, CARDS_SHOWN),
            notices=self._notices.newest(scope, NOTICES_SHOWN),
        )

    def _count(self, scope: Scope) -> tuple[int, Totals, Iterator[Department]]:
        at = 0
        counts: dict[tuple[str, str, str], list[int]] = {}
        for figures in self._figures.values():
            place = (figures.region, figures.hall, figures.department)
            if scope.covers(*place):
                at = max(at, figures.at)
                more = _counts(figures)
                so_far = counts.get(place)
                counts[place] = more if so_far is None else list(map(add, so_far, more))
        overall = Totals(*map(sum, zip(*counts.values(), strict=True)))
        return at, overall, (Department(*place, Totals(*totals)) for place, totals in counts.items())


def _counts(figures: Figures) -> list[int]:
    """In the order of :class:`Totals`."""
    return [figures.accepted, figures.open, figures.concluded, figures.on_time, figures.yellow, figures.red]


def row_of(alert: Alert) -> Row:
    """What a screen shows of an alert."""
    same = {name: getattr(alert, name) for name in Row.__struct_fields__ if name in _SAME}
    return Row(
        **same,
        reason_text=words.reason(alert.reason, "zh"),
        due_at=to_instant(alert.due_at),
        known_at=to_instant(alert.known_at),
        raised_at=to_instant(alert.raised_at),
        changed_at=to_instant(alert.changed_at),
        deadline=to_instant(alert.deadline),
        detail=words.detail(alert.detail, "zh"),
    )


_SAME = frozenset(Alert.__struct_fields__) - {"due_at", "known_at", "raised_at", "changed_at", "deadline", "detail"}
