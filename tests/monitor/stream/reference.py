"""What a log ought to lead to: the engine over it in one go, without a broker, a crash or a second worker."""

from collections import defaultdict
from typing import Any

from aiokafka.structs import ConsumerRecord

from monitor.stream.partition.clock import PartitionClock
from rules.alerts import Alert
from rules.case import Case
from rules.keys import TALLY_KEY, number_of_case
from tests.monitor.stream.hall import PARTITIONS, Hall
from tests.monitor.stream.raw import alerts_of, engine

Told = set[tuple[str, int, Any, Any]]


def told(alerts: list[Alert]) -> Told:
    """Alert changes by identity, with their instants; those about tallies left out, which are reported when it suits a worker."""
    own = (alert for alert in alerts if not alert.case.startswith(TALLY_KEY))
    return {(alert.id, alert.change, alert.due_at, alert.raised_at) for alert in own}


async def expected(hall: Hall) -> tuple[Told, dict[str, Case]]:
    """Alert changes and final cases of all that lies in the events topic."""
    logs: defaultdict[int, list[ConsumerRecord]] = defaultdict(list)
    for record in await hall.read(hall.topics.events):
        logs[record.partition].append(record)
    alerts: list[Alert] = []
    cases: dict[str, Case] = {}
    for partition in range(PARTITIONS):
        target = engine(PartitionClock(), partition)
        parts = list(target.apply(logs[partition]))
        alerts += alerts_of(parts)
        keys = {key for part in parts for key in part.changes if not key.startswith(b"\0")}
        cases |= {
            number_of_case(key.decode()): case
            for key in keys
            if (case := target.cases.get(key)) is not None and case.tally is None
        }
    return told(alerts), cases


async def agrees(hall: Hall) -> list[Alert]:
    """Assert that the workers' alerts and cases are those of the reference; the alerts as written."""
    alerts = await hall.alerts()
    wanted, cases = await expected(hall)
    assert not told(alerts) ^ wanted, f"missing {wanted - told(alerts)}, too many {told(alerts) - wanted}"
    found = {key: case for key, case in (await hall.cases()).items() if case.tally is None}
    assert not found.keys() ^ cases.keys()
    differing = [(case, cases[key]) for key, case in found.items() if case != cases[key]]
    assert not differing, f"{len(differing)} cases differ, such as {differing[0][0]} instead of {differing[0][1]}"
    return alerts
