"""Counts per region, hall and department of one partition's cases, kept up to date by differences."""

from rules.case import NOTHING, Case, Count, Place, count, counted_at, is_uncovered, same_count

_OPEN = 1


class Scoreboard:
    """Absolute counts. ``open`` and ``uncovered`` are totals over all places."""

    def __init__(self) -> None:
        self._counts: dict[Place, list[int]] = {}
        self._changed: set[Place] = set()
        self.open = 0
        self.uncovered = 0
        self.waiting = 0

    def change(self, before: Case | None, after: Case | None) -> None:
        """One case became another; None where it was not there or is gone."""
        if before is not None and after is not None:
            if before.clocks is not after.clocks or before.later is not after.later:
                self.uncovered += is_uncovered(after) - is_uncovered(before)
            if same_count(before, after):
                return
        else:
            known = before or after
            if known is not None and known.clocks and is_uncovered(known):
                self.uncovered += 1 if before is None else -1
        self._add(before, -1)
        self._add(after, 1)

    def take_changed(self) -> dict[Place, Count]:
        """The counts of the places that changed since the last call."""
        if not self._changed:
            return {}
        taken = {place: self._count_of(place) for place in self._changed}
        self._changed.clear()
        return taken

    def _count_of(self, place: Place) -> Count:
        accepted, still_open, concluded, on_time, yellow, red = self._counts[place]
        return (accepted, still_open, concluded, on_time, yellow, red)

    def _add(self, case: Case | None, sign: int) -> None:
        counted = count(case)
        if case is None or counted == NOTHING:
            return
        place = counted_at(case)
        total = self._counts.get(place)
        if total is None:
            total = self._counts[place] = [0] * len(NOTHING)
        for index, amount in enumerate(counted):
            total[index] += sign * amount
        self.open += sign * counted[_OPEN]
        self._changed.add(place)
