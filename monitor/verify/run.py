"""Recomputes every card that was issued, and compares."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitor.recordfile import Seen
from monitor.settings import Settings
from monitor.verify.compare import Mismatch, compare
from monitor.verify.issued import AlertTrail
from monitor.verify.report import VerifyReport, examples_of, grouped
from monitor.verify.source import Partition, VerifyError, read_file, read_topics
from monitor.wire import Topics
from rules.book import RuleBooks
from rules.instant import to_datetime
from rules.keys import key_of_alert

__all__ = ["VerifyError", "verify_cards"]


async def verify_cards(
    settings: Settings, books: RuleBooks, seen: Seen, *, records: Path | None = None, examples: int = 2
) -> VerifyReport:
    """Read the events topic (or the file ``records``) and the alerts topic, recompute, and report every mismatch.

    ``books`` must hold those the cards name. Raises :class:`VerifyError` where there is nothing to compare with,
    ``KafkaUnavailable`` without a broker. At most ``examples`` per kind, rule, level and department.
    """
    topics = Topics(settings.topics.prefix)
    if records is not None:
        issued, parts = await read_file(records, settings, books, seen)
    else:
        issued, parts = await read_topics(settings, books, seen)
    known = {book.version for book in books}
    compared = agreed = 0
    mismatches: list[Mismatch] = []
    shares = list(_shares(issued, parts))
    for part, ids in shares:
        for found in compare(issued, part.recount, iter(sorted(ids)), cut=part.cut):
            compared += 1
            if found is None:
                agreed += 1
            else:
                mismatches.append(found)
    recounts = [part.recount for part in parts]
    until = max((each.now for each in recounts), default=0)
    refused = sum((each.refused for each in recounts), Counter[str]())
    unknown = Counter(alert.book for alert in issued.last.values() if alert.book not in known)
    return VerifyReport(
        events=str(records) if records is not None else topics.events,
        alerts_topic=topics.alerts,
        until=to_datetime(until, books.at(until).zone) if until else None,
        records=sum(each.events for each in recounts),
        cases=sum(len(each.cases) for each in recounts),
        refused=dict(sorted(refused.items())),
        alerts=compared,
        agreed=agreed,
        passed_over=sum(len(ids) for _, ids in shares) - compared,
        unreadable=issued.unreadable,
        unknown_books=dict(sorted(unknown.items())),
        groups=grouped(mismatches),
        examples=examples_of(mismatches, examples),
    )


def _shares(issued: AlertTrail, parts: Sequence[Partition]) -> Iterator[tuple[Partition, set[str]]]:
    """Each partition with the alerts it answers for."""
    shares = [set(part.recount.trails) for part in parts]
    claimed = set().union(*shares)
    for id, alert in [*issued.last.items(), *issued.contradicted.items()]:
        if id not in claimed:
            # No partition's records speak for this alert. The one that has its case answers for it, else the first.
            home = next((number for number, part in enumerate(parts) if key_of_alert(alert.id) in part.recount.cases), 0)
            shares[home].add(id)
    return zip(parts, shares, strict=True)
