"""In which order, and how often, a file's events reach the topic."""

import random
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from monitor.replay.feed import ReplayFeed
from monitor.replay.writer import Writer
from monitor.settings import Settings
from rules.case import Case
from rules.events import Event
from rules.instant import HOUR


class Delivery(NamedTuple):
    """An event with its time of arrival (epoch ms); without an event it is a tick."""

    at: int
    event: Event | None = None


def in_order(feed: ReplayFeed, tick_every: int = HOUR) -> list[Delivery]:
    """As it was: every event once, and a tick every hour of record time."""
    return [
        delivery
        for hour, events in groupby(feed.arrivals, lambda arrival: arrival.arrived // tick_every)
        for delivery in (*(Delivery(*arrival) for arrival in events), _tick((hour + 1) * tick_every, feed))
    ]


def twice_and_shuffled(feed: ReplayFeed, cuts: Sequence[int], seed: int = 1) -> list[Delivery]:
    """Every event twice: a batch comes in any order, and once more, mixed up with the next one, after the tick between them.

    A batch is what arrived from one of the sorted instants ``cuts`` to the next.
    """
    rng = random.Random(seed)
    batches = [list(events) for _, events in groupby(feed.arrivals, lambda arrival: bisect_right(cuts, arrival.arrived))]
    deliveries: list[Delivery] = []
    for batch, again in zip([*batches, []], [[], *batches], strict=True):
        mixed = [Delivery(*arrival) for arrival in (*batch, *again)]
        rng.shuffle(mixed)
        deliveries += [*mixed, Delivery(max(delivery.at for delivery in mixed))]
    return deliveries


def regular_cuts(feed: ReplayFeed, span: int = 6 * HOUR) -> Sequence[int]:
    """Every six hours."""
    return range(feed.first - feed.first % span, feed.last + span, span)


def cuts_at_limits(cases: Iterable[Case]) -> Sequence[int]:
    """At each instant at which some limit of some case has just passed: within a batch, time itself changes nothing."""
    return sorted({limit + 1 for case in cases for clock in case.clocks for limit in clock.thresholds})


async def deliver(settings: Settings, deliveries: Iterable[Delivery]) -> None:
    """Append them in this order; returns once the broker has them all."""
    async with Writer(settings) as writer:
        for at, event in deliveries:
            if event is None:
                await writer.tick(at)
            else:
                await writer.event(at, event)
        await writer.flush()


def halves(deliveries: Sequence[Delivery]) -> tuple[Sequence[Delivery], Sequence[Delivery]]:
    """The first and the second half."""
    middle = len(deliveries) // 2
    return deliveries[:middle], deliveries[middle:]


def _tick(at: int, feed: ReplayFeed) -> Delivery:
    """Never beyond the last record: after that the file tells nothing."""
    return Delivery(min(at, feed.last))
