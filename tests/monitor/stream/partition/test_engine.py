"""The engine: batches in, slices out."""

import random
from datetime import timedelta

import msgspec
import pytest

from monitor.kafka import partition_of
from monitor.stream.partition.clock import PartitionClock
from monitor.stream.partition.engine import SLICE_STEPS, EngineFault
from monitor.stream.partition.slices import CLOCK_KEY
from monitor.wire import MAX_VALUE_BYTES, encode_event
from rules.case import decode_case
from rules.events import TICK, key_of
from tests.monitor.stream.hall import MONDAY, PARTITIONS, accepted, case_key, concluded, feed, minutes, ms, ticks
from tests.monitor.stream.raw import Raw, alerts_of, case_names, engine, partition_log, run, states_of

DAY = timedelta(days=1)
[NAME] = case_names(1)


def test_changes_are_coalesced_per_key_and_the_clock_goes_last() -> None:
    log = partition_log([feed(accepted(NAME, MONDAY, "5d")), feed(concluded(NAME, MONDAY + DAY))])
    [part] = engine().apply(log)
    assert list(part.changes) == [case_key(NAME), CLOCK_KEY]
    encoded = part.changes[case_key(NAME)]
    assert encoded is not None
    assert decode_case(encoded).offset == 1
    assert part.ends_batch
    assert part.outcomes == {("accepted", "applied"): 1, ("concluded", "applied"): 1}


def test_a_tick_wakes_only_what_is_due_in_order_of_instant() -> None:
    early, late, never = case_names(3)
    target = engine()
    run(target, partition_log([feed(accepted(late, MONDAY, "1d")), feed(accepted(early, MONDAY - minutes(5), "1d"))]))
    run(target, [Raw(2, ms(MONDAY), 0, case_key(never), feed(accepted(never, MONDAY, "5d")).value)])
    parts = run(target, [Raw(3, ms(MONDAY + DAY) + 1, 0, None, encode_event(TICK))])
    assert [(alert.case, alert.level) for alert in alerts_of(parts)] == [(early, "yellow"), (late, "yellow")]
    assert target.clock.taken == 3
    again = run(target, [Raw(4, ms(MONDAY + DAY) + 2, 0, None, encode_event(TICK))])
    assert not alerts_of(again)
    assert list(again[-1].changes) == [CLOCK_KEY]


def test_a_tick_sees_what_the_same_batch_changed_before_it() -> None:
    log = partition_log([feed(accepted(NAME, MONDAY, "1d")), *ticks(MONDAY + DAY + minutes(1))])
    [part] = engine().apply(log)
    assert [alert.level for alert in alerts_of([part])] == ["yellow"]
    closed = partition_log(
        [
            feed(accepted(NAME, MONDAY, "1d")),
            feed(concluded(NAME, MONDAY + minutes(1)), MONDAY + DAY),
            *ticks(MONDAY + DAY + minutes(1)),
        ]
    )
    assert not alerts_of(engine().apply(closed))


def test_a_tick_that_wakes_thousands_comes_in_slices_whose_figures_add_up() -> None:
    names = case_names(2 * SLICE_STEPS + 10)
    target = engine()
    run(target, partition_log([feed(accepted(name, MONDAY, "1d")) for name in names]), size=10**6)
    parts = list(target.apply([Raw(len(names), ms(MONDAY + DAY) + 1, 0, None, encode_event(TICK))]))
    assert [len(part.alerts) for part in parts] == [SLICE_STEPS, SLICE_STEPS, 10]
    assert [part.ends_batch for part in parts] == [False, False, True]
    assert all(CLOCK_KEY not in part.changes for part in parts[:-1])
    assert parts[-1].figures == {("430100", "h", "d"): (len(names), len(names), 0, 0, len(names), 0)}


def test_a_long_batch_comes_in_slices_too() -> None:
    names = case_names(SLICE_STEPS + 1)
    parts = list(engine().apply(partition_log([feed(accepted(name, MONDAY)) for name in names])))
    assert [len(part.changes) for part in parts] == [SLICE_STEPS, 2]


@pytest.mark.parametrize("seed", range(5))
def test_every_record_twice_in_shuffled_batches_leads_to_the_same_alerts_and_cases(seed: int) -> None:
    names = case_names(30)
    feeds = [feed(accepted(name, MONDAY + minutes(n), "1d")) for n, name in enumerate(names)]
    feeds += [feed(concluded(name, MONDAY + minutes(600 + n))) for n, name in enumerate(names[:15])]
    log = partition_log([*feeds, *ticks(MONDAY + 2 * DAY)])
    once = engine()
    expected = run(once, log)

    rnd = random.Random(seed)
    twice = engine()
    seen = []
    for start in range(0, len(log), 7):
        batch = log[start : start + 7]
        seen += list(twice.apply(batch))
        older = [log[index] for index in rnd.sample(range(start + len(batch)), min(5, start + len(batch)))]
        assert not alerts_of(twice.apply(older)), "redelivered records change nothing"
    assert states_of(once, names) == states_of(twice, names)
    assert [msgspec.json.encode(a) for a in alerts_of(seen)] == [msgspec.json.encode(a) for a in alerts_of(expected)]


def bad(value: bytes | None, key: bytes | None = b"k", at: int = ms(MONDAY)) -> Raw:
    return Raw(0, at, 0, key, value)


GOOD = encode_event(accepted(NAME, MONDAY))


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (bad(None), "invalid_json"),
        (bad(b""), "invalid_json"),
        (bad(b"{"), "invalid_json"),
        (bad(b'{"x":' * 100_000), "invalid_json"),
        (bad(b'{"type":"accepted","id":"\xc4\xe3"}'), "invalid_utf8"),
        (bad(b'{"type":"nonsense"}'), "unknown_type"),
        (bad(b'{"type":"accepted","id":"x"}'), "missing_field"),
        (bad(GOOD[:-1] + b',"more":1}'), "unknown_field"),
        (bad(GOOD.replace(b"430100", b"43")), "invalid_field"),
        (bad(GOOD.replace(b"2026-03-02T", b"1900-03-02T")), "impossible_time"),
        (bad(GOOD.replace(b"2026-03-02T", b"9999-03-02T")), "impossible_time"),
        (bad(GOOD, key=case_key(NAME), at=ms(MONDAY) * 100), "impossible_time"),
        (bad(GOOD, key=case_key(NAME), at=-1), "impossible_time"),
        (bad(GOOD, key=None), "missing_key"),
        (bad(GOOD, key=b""), "missing_key"),
        (bad(GOOD, key=b"other"), "key_mismatch"),
        (bad(GOOD, key=b"\xff\xfe"), "key_mismatch"),
        (bad(b" " * (MAX_VALUE_BYTES + 1)), "too_large"),
        (bad(encode_event(accepted(NAME, MONDAY, "10 parsecs")), key=case_key(NAME)), "invalid_field"),
        (bad(encode_event(accepted(NAME, MONDAY, "9999y")), key=case_key(NAME)), "invalid_field"),
    ],
)
def test_a_record_nobody_can_use_is_buried_with_its_reason_and_the_rest_goes_on(record: Raw, reason: str) -> None:
    target = engine()
    good = Raw(1, ms(MONDAY), 0, case_key(NAME), GOOD)
    [part] = target.apply([record, good])
    [letter] = part.dead
    assert letter.reason == reason
    assert letter.source == "t.events/0/0"
    assert letter.size == len(record.value or b"")
    assert letter.value == (record.value or b"")[: 64 * 1024]
    assert letter.key == (record.key or b"")
    assert letter.message
    assert part.outcomes == {("", "dead"): 1, ("accepted", "applied"): 1}
    assert target.clock.now == ms(MONDAY)


def test_a_record_in_the_wrong_partition_is_sent_on_untouched_and_not_applied() -> None:
    [stray] = case_names(1, partition=2)
    record = Raw(0, ms(MONDAY), 0, case_key(stray), feed(accepted(stray, MONDAY)).value, (("h", b"1"),))
    target = engine()
    [part] = target.apply([record])
    [sent] = part.reroutes
    assert sent == (2, record.key, record.value, record.timestamp, record.headers)
    assert sent.partition == partition_of(case_key(stray), PARTITIONS)
    assert len(target.cases) == 0
    assert part.outcomes == {("accepted", "rerouted"): 1}


def test_a_record_under_the_bare_number_of_its_case_is_applied_or_sent_on_under_its_right_key() -> None:
    """A window system that writes to Kafka itself may use the key of old; no record is lost, and none lands twice."""
    [stray] = case_names(1, partition=2)
    here = Raw(0, ms(MONDAY), 0, NAME.encode(), feed(accepted(NAME, MONDAY)).value)
    there = Raw(1, ms(MONDAY), 0, stray.encode(), feed(accepted(stray, MONDAY)).value, (("h", b"1"),))
    target = engine()
    [part] = target.apply([here, there])
    assert list(part.changes) == [case_key(NAME), CLOCK_KEY]
    assert part.reroutes == [(2, case_key(stray), there.value, there.timestamp, there.headers)]
    assert part.outcomes == {("accepted", "applied"): 1, ("accepted", "rerouted"): 1}
    assert not part.dead


def test_the_same_number_of_two_districts_is_two_cases() -> None:
    other = msgspec.structs.replace(accepted(NAME, MONDAY, "1d"), region="430104")
    closed = concluded(NAME, MONDAY + minutes(5))
    records = [accepted(NAME, MONDAY, "1d"), other, closed]
    target = engine()
    log = [Raw(number, ms(each.at), 0, key_of(each).encode(), encode_event(each)) for number, each in enumerate(records)]
    [part] = [*target.apply(log)]
    places = {key_of(each): partition_of(key_of(each).encode(), PARTITIONS) for each in records}
    applied = [key for key, place in places.items() if place == 0]
    assert [key.decode() for key in part.changes if key != CLOCK_KEY] == applied
    assert [sent.key.decode() for sent in part.reroutes] == [key for key in places if key not in applied]
    state = target.cases.get(case_key(NAME))
    assert state is not None and state.concluded, "its own conclusion, and nobody else's"


def test_a_tick_belongs_wherever_it_lies() -> None:
    [part] = engine(partition=3).apply([Raw(0, ms(MONDAY), 0, b"any", encode_event(TICK))])
    assert not part.reroutes
    assert not part.dead


def test_a_failure_of_the_rules_names_the_record_and_is_not_skipped() -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oops")

    with pytest.raises(EngineFault, match=rf"partition 0, offset 7, key b'430100-d/{NAME}'.*ZeroDivisionError: oops"):
        list(engine(apply=broken).apply([Raw(7, ms(MONDAY), 0, case_key(NAME), GOOD)]))


def test_time_never_runs_backwards_within_a_partition() -> None:
    target = engine()
    first, second = case_names(2)
    run(target, [Raw(0, ms(MONDAY + DAY), 0, case_key(first), feed(accepted(first, MONDAY + DAY)).value)])
    run(target, [Raw(1, ms(MONDAY), 0, case_key(second), feed(accepted(second, MONDAY)).value)])
    assert target.clock.now == ms(MONDAY + DAY)


def test_the_live_flag_follows_the_brokers_stamp() -> None:
    target = engine()
    run(target, partition_log([feed(accepted(NAME, MONDAY))], live=True))
    assert target.clock.is_live
    assert PartitionClock(target.clock.encode()).is_live


def test_figures_follow_a_case_to_its_department() -> None:
    target = engine()
    [part] = target.apply(partition_log([feed(accepted(NAME, MONDAY, "5d"))]))
    assert part.figures == {("430100", "h", "d"): (1, 1, 0, 0, 0, 0)}
    assert (target.scoreboard.open, target.scoreboard.waiting) == (1, 1)
    [part] = target.apply([Raw(1, ms(MONDAY + DAY), 0, case_key(NAME), encode_event(concluded(NAME, MONDAY + DAY)))])
    assert part.figures == {("430100", "h", "d"): (1, 0, 1, 1, 0, 0)}
    assert target.scoreboard.open == 0
    [part] = target.apply([Raw(2, ms(MONDAY + DAY), 0, case_key(NAME), encode_event(concluded(NAME, MONDAY + DAY)))])
    assert not part.figures
    assert part.outcomes == {("concluded", "unchanged"): 1}


def test_an_empty_or_known_batch_still_ends() -> None:
    target = engine()
    log = partition_log([feed(accepted(NAME, MONDAY))])
    run(target, log)
    [part] = target.apply(log)
    assert part.ends_batch
    assert not part.changes
