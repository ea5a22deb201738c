"""Cards held against records: what each kind of mismatch is, what is passed over, and what cannot be verified at all."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from monitor.kafka import ensure_topics
from monitor.settings import KafkaSettings, Settings, TopicSettings
from monitor.verify import VerifyError, report_in_words, verify_cards
from monitor.verify.compare import Mismatch, compare
from monitor.verify.issued import AlertTrail
from monitor.verify.recount import Recount
from monitor.verify.report import VerifyReport, examples_of, grouped
from monitor.wire import encode_event, encode_json
from rules.events import TICK, Accepted, Concluded, Event, key_of
from rules.instant import to_instant
from rules.keys import key_of_alert, number_of_case
from tests.rules.story import MONDAY, PLACE, ZONE, books

DAY = timedelta(days=1)
BOOKS = books("hunan", process=[])


def accepted(case: str, at: datetime = MONDAY, **more: str) -> Accepted:
    return Accepted(id="a", at=at, promised="5wd", statutory="20wd", **{**PLACE, "case": case, **more})


def recounted(*records: tuple[datetime, Event | None], point: int = 1000) -> Recount:
    """The records of one partition with their arrivals; None is a tick."""
    recount = Recount(BOOKS, lambda key: not key.endswith(b"/elsewhere"), point)
    for offset, (arrived, event) in enumerate(records):
        key = key_of(event).encode() if event is not None else None
        recount.take(offset, to_instant(arrived), key, encode_event(event if event is not None else TICK))
    return recount


def issued_by(recount: Recount) -> AlertTrail:
    """The alerts topic of a worker that went through the same records."""
    issued = AlertTrail()
    for example in examples_of([Mismatch("missing", id, (), None, t.at_point) for id, t in recount.trails.items()], 10**6):
        issued.take(encode_json(example.recomputed))
    return issued


def mismatches(issued: AlertTrail, recount: Recount, *, cut: bool = False) -> list[tuple[str, str]]:
    ids = sorted({*issued.last, *recount.trails})
    return [(found.kind, found.id) for found in compare(issued, recount, iter(ids), cut=cut) if found is not None]


OVERDUE = ((MONDAY, accepted("A")), (MONDAY, accepted("B")), (MONDAY + 10 * DAY, None))


def test_an_issued_card_is_as_recomputed() -> None:
    recount = recounted(*OVERDUE)
    assert {number_of_case(key_of_alert(id)) for id in recount.trails} == {"A", "B"}
    assert mismatches(issued_by(recount), recount) == []


def test_a_card_nobody_issued_is_missing_and_one_without_records_is_unfounded() -> None:
    recount, of_a = recounted(*OVERDUE), recounted(OVERDUE[0], OVERDUE[2])
    only_a = issued_by(of_a)
    assert {kind for kind, _ in mismatches(only_a, recount)} == {"missing"}
    assert {number_of_case(key_of_alert(id)) for _, id in mismatches(only_a, recount)} == {"B"}
    assert {(kind, number_of_case(key_of_alert(id))) for kind, id in mismatches(issued_by(recount), of_a)} == {("unfounded", "B")}


def test_a_card_that_came_and_went_unseen_is_no_mismatch() -> None:
    closed = (MONDAY + 9 * DAY, Concluded(id="c", at=MONDAY + DAY, how="voided", **{**PLACE, "case": "A"}))
    seen = recounted(OVERDUE[0], (MONDAY + 8 * DAY, None), closed)
    assert {trail.at_point.state for trail in seen.trails.values() if trail.at_point} <= {"withdrawn", "superseded", "expired"}
    assert mismatches(AlertTrail(), seen) == []
    assert mismatches(issued_by(seen), recounted(OVERDUE[0])) == []


def test_a_worker_that_is_ahead_of_what_it_committed_is_right() -> None:
    recount = recounted(*OVERDUE, point=2)
    assert mismatches(issued_by(recounted(*OVERDUE)), recount) == []
    assert mismatches(AlertTrail(), recount) == []


def test_records_that_lie_elsewhere_or_cannot_be_read_change_nothing() -> None:
    recount = recounted(*OVERDUE, (MONDAY, accepted("elsewhere")))
    recount.take(50, to_instant(MONDAY), b"A", b"{")
    recount.take(51, to_instant(MONDAY), b"Z", encode_event(accepted("A")))
    assert set(map(number_of_case, recount.cases)) == {"A", "B"}
    assert recount.refused == {"invalid_json": 1, "key_mismatch": 1}
    assert recount.events == 2


def test_cases_older_than_the_first_record_kept_are_passed_over() -> None:
    whole = recounted(*OVERDUE, (MONDAY + 10 * DAY, accepted("C", MONDAY + 10 * DAY)), (MONDAY + 30 * DAY, None))
    left = recounted((MONDAY + 10 * DAY, accepted("C", MONDAY + 10 * DAY)), (MONDAY + 30 * DAY, None))
    issued = issued_by(whole)
    assert {number_of_case(key_of_alert(id)) for _, id in mismatches(issued, left)} == {"A", "B"}
    assert mismatches(issued, left, cut=True) == []
    of_c = [id for id in issued.last if number_of_case(key_of_alert(id)) == "C"]
    assert of_c
    changed = msgspec.structs.replace(issued.last[of_c[0]], state="removed", change=99)
    issued.take(encode_json(changed))
    assert mismatches(issued, left, cut=True) == [("different", changed.id)]


def test_the_alerts_topic_may_repeat_itself_but_not_contradict_itself() -> None:
    issued = issued_by(recounted(*OVERDUE))
    alert = next(iter(issued.last.values()))
    issued.take(encode_json(alert))
    assert not issued.contradicted
    issued.take(encode_json(msgspec.structs.replace(alert, department="别的局")))
    issued.take(b"no alert")
    issued.take(None)
    assert set(issued.contradicted) == {alert.id}
    assert issued.last[alert.id] == alert
    assert issued.unreadable == 2


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("应发未发", "已发：无", "第 5 天")), ("en", ("missing", "issued:     none", "book hunan"))]
)
def test_the_report_shows_both_sides_with_their_arithmetic(lang: str, words: tuple[str, ...]) -> None:
    recount = recounted(*OVERDUE)
    ids = sorted(recount.trails)
    found = [each for each in compare(AlertTrail(), recount, iter(ids), cut=False) if each is not None]
    report = VerifyReport(
        "e",
        "a",
        MONDAY.astimezone(ZONE),
        2,
        2,
        {},
        len(ids),
        len(ids) - len(found),
        0,
        0,
        {},
        grouped(found),
        examples_of(found, 1),
    )
    assert not report.is_clean
    text = report_in_words(report, lang)  # type: ignore[arg-type]
    for word in words:
        assert word in text
    assert all(group.count == 2 for group in report.groups), "A and B"


@pytest.mark.kafka
async def test_verification_without_topics_or_workers_says_what_to_change(kafka: str, topic_prefix: str, tmp_path: Path) -> None:
    settings = Settings(kafka=KafkaSettings(bootstrap=kafka), topics=TopicSettings(prefix=topic_prefix, partitions=2))
    with pytest.raises(VerifyError, match=rf"{topic_prefix}\.events does not exist"):
        await verify_cards(settings, BOOKS, lambda _: None)
    await ensure_topics(settings.kafka, settings.topics)
    with pytest.raises(VerifyError, match="committed nothing"):
        await verify_cards(settings, BOOKS, lambda _: None)
    with pytest.raises(VerifyError, match="cannot be read"):
        await verify_cards(settings, BOOKS, lambda _: None, records=tmp_path)
