"""Which case wants to be looked at next, and when: a million of them, none ever scanned.

A calendar queue. Entries far away lie unsorted in buckets of about four minutes, one machine word for the instant and one for
the key. A bucket is moved into a small heap only when its time has come. Entries are never deleted. One is *current* if the
table still says that its case waits for exactly this instant. Any other is dropped at the front.
"""

from array import array
from collections.abc import Callable
from heapq import heapify, heappop, heappush

BUCKET_MS = 1 << 18


class _Bucket:
    """Unsorted entries of one stretch of time, and the earliest instant among them."""

    __slots__ = ("first", "instants", "keys")

    def __init__(self, instant: int, key: bytes) -> None:
        self.first = instant
        self.instants = array("q", (instant,))
        self.keys = [key]


class WakeUps:
    """The pending wake-ups of one partition. Instants are epoch milliseconds, 0 means none.

    ``waits_for(key)`` answers for which instant the case waits now (0 for none): what makes an entry current.
    """

    def __init__(self, waits_for: Callable[[bytes], int]) -> None:
        self._waits_for = waits_for
        self._near: list[tuple[int, bytes]] = []
        self._far: dict[int, _Bucket] = {}
        self._order: list[int] = []
        self._opened = -1

    def add(self, instant: int, key: bytes) -> None:
        """Remember that ``key`` waits for ``instant``."""
        number = instant // BUCKET_MS
        if number <= self._opened:
            heappush(self._near, (instant, key))
            return
        bucket = self._far.get(number)
        if bucket is None:
            self._far[number] = _Bucket(instant, key)
            heappush(self._order, number)
            return
        bucket.instants.append(instant)
        bucket.keys.append(key)
        bucket.first = min(bucket.first, instant)

    def earliest(self) -> int:
        """No case waits for anything before this instant; 0 if none waits at all. Never later than the truth."""
        near = self._near
        while near and self._waits_for(near[0][1]) != near[0][0]:
            heappop(near)
        if near:
            return near[0][0]
        return self._far[self._order[0]].first if self._order else 0

    def earliest_current(self, now: int) -> int:
        """Like :meth:`earliest`, and exact if the answer is not after ``now``."""
        while (first := self.earliest()) and first <= now and not self._near:
            self._open()
        return first

    def pop_due(self, now: int, limit: int) -> list[bytes]:
        """Take up to ``limit`` keys whose instant has come, in order of (instant, key), each once."""
        due: list[bytes] = []
        while self._order and self._far[self._order[0]].first <= now:
            self._open()
        near, waits_for = self._near, self._waits_for
        previous = None
        while near and near[0][0] <= now and len(due) < limit:
            entry = heappop(near)
            if entry != previous and waits_for(entry[1]) == entry[0]:
                due.append(entry[1])
            previous = entry
        while near and near[0] == previous:
            heappop(near)
        return due

    def __len__(self) -> int:
        """Entries held, dropped ones included: a measure of memory, not of waiting cases."""
        return len(self._near) + sum(len(bucket.keys) for bucket in self._far.values())

    def _open(self) -> None:
        """Move the earliest bucket into the heap."""
        number = heappop(self._order)
        bucket = self._far.pop(number)
        self._near.extend(zip(bucket.instants, bucket.keys, strict=True))
        heapify(self._near)
        self._opened = max(self._opened, number)
