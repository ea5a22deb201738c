"""The wake-up queue against a plain dictionary."""

import random
import sys

from hypothesis import given
from hypothesis import strategies as st

from monitor.stream.partition.wakeups import BUCKET_MS, WakeUps

KEYS = st.integers(0, 8).map(lambda number: b"k%d" % number)
INSTANTS = st.integers(1, 6 * BUCKET_MS)


@given(st.lists(st.tuples(st.sampled_from(["set", "pop", "pop_one"]), KEYS, INSTANTS), max_size=60))
def test_the_queue_gives_back_what_is_due_in_order_and_nothing_else(acts: list[tuple[str, bytes, int]]) -> None:
    waiting: dict[bytes, int] = {}
    queue = WakeUps(lambda key: waiting.get(key, 0))
    now = 0
    for act, key, instant in acts:
        if act == "set":
            waiting[key] = instant
            queue.add(instant, key)
            continue
        now = max(now, instant)
        limit = 1 if act == "pop_one" else 100
        due = queue.pop_due(now, limit)
        expected = [name for _, name in sorted((at, name) for name, at in waiting.items() if at <= now)]
        assert due == expected[:limit]
        for name in due:
            del waiting[name]
        earliest = min(waiting.values(), default=0)
        if waiting and earliest <= now:
            assert queue.earliest_current(now) == earliest
        else:
            assert queue.earliest() <= earliest or not waiting
            first = queue.earliest_current(now)
            assert first == 0 or first > now


def test_a_case_that_waits_for_another_instant_now_is_not_woken_at_the_old_one() -> None:
    waiting = {b"a": 5, b"b": 9}
    queue = WakeUps(lambda key: waiting.get(key, 0))
    for key, instant in waiting.items():
        queue.add(instant, key)
    waiting[b"a"] = 0
    assert queue.earliest_current(5) == 9
    assert queue.pop_due(8, 10) == []


def test_a_million_wake_ups_cost_little_more_than_two_words_each() -> None:
    rnd = random.Random(1)
    number, month = 1_000_000, 30 * 86_400_000
    keys = [b"k%d" % count for count in range(number)]
    instants = [rnd.randrange(1, month) for _ in range(number)]
    waiting = dict(zip(keys, instants, strict=True))
    queue = WakeUps(lambda key: waiting.get(key, 0))
    for key, instant in waiting.items():
        queue.add(instant, key)
    held = sum(
        sys.getsizeof(bucket) + sys.getsizeof(bucket.instants) + sys.getsizeof(bucket.keys) + 32 for bucket in queue._far.values()
    ) + sys.getsizeof(queue._far)
    assert held / number < 30
    assert len(queue.pop_due(month // 30, number)) == sum(instant <= month // 30 for instant in instants)
