"""The newest alerts, in order, at most so many: what the lists of every scope are cut from."""

from bisect import bisect_left, insort
from itertools import islice

from monitor.wall.picture import Placed
from monitor.wall.scope import Scope


class Newest:
    """Alerts by id, kept in rank order (newest first); the oldest falls off when there are more than ``limit``."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._placed: dict[str, Placed] = {}
        self._order: list[tuple[int, str]] = []

    def put(self, placed: Placed) -> None:
        """Add it, or replace what has its id."""
        self.drop(placed.id)
        self._placed[placed.id] = placed
        insort(self._order, placed.rank)
        if len(self._order) > self._limit:
            del self._placed[self._order.pop()[1]]

    def get(self, name: str) -> Placed | None:
        """The alert of that id, if it is there."""
        return self._placed.get(name)

    def drop(self, name: str) -> Placed | None:
        """Take it off and return it, if it is there."""
        placed = self._placed.pop(name, None)
        if placed is not None:
            del self._order[bisect_left(self._order, placed.rank)]
        return placed

    def newest(self, scope: Scope, count: int) -> tuple[Placed, ...]:
        """At most ``count`` of the scope, newest first."""
        matching = (
            placed
            for placed in map(self._placed.__getitem__, (name for _, name in self._order))
            if scope.covers(placed.row.region, placed.row.hall, placed.row.department)
        )
        return tuple(islice(matching, count))
