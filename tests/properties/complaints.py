"""Hypothesis strategies for complaints and bad reviews: about a case, with the records of the case itself, or about a window."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from monitor.almanac import ALMANAC
from rules import events as ev
from rules.book import RuleBooks
from rules.bookfile import parse_book
from tests.properties.records import BEGIN, CASE, MINUTES, events, ids, moments, numbered, told
from tests.rules.story import table

names = st.sampled_from(["TS1", "TS2", "TS3"])
ratings = st.sampled_from(["", "PJ1", "PJ2"])
People = st.SearchStrategy[Any]


# A few days before and after the National Day holiday, in office hours mostly: what happens at a window holds for its day.
on_the_day = st.builds(
    lambda days, minutes: BEGIN + timedelta(days=days, minutes=minutes), st.sampled_from([0, 1, 6, 14, 15]), st.integers(0, 600)
)


def _kind(kind: type[ev.Header], **fields: People) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), "at": moments, **fields})


complained: st.SearchStrategy[dict[str, Any]] = st.one_of(
    _kind(ev.ComplaintFiled, complaint=names, person=st.sampled_from(["", "0412", "0413"])),
    _kind(ev.ComplaintFiled, complaint=names, department=st.sampled_from(["市场监管局", "城管局"])),
    _kind(ev.ComplaintAccepted, complaint=names),
    _kind(ev.ComplaintRefused, complaint=names),
    _kind(ev.ComplaintExtended, complaint=names, days=st.integers(0, 12)),
    _kind(ev.ComplaintAnswered, complaint=names),
    _kind(ev.ComplaintMisrouted, complaint=names),
    _kind(ev.ComplaintClosed, complaint=names),
    _kind(ev.Rated, rating=ratings, score=st.integers(1, 5)),
    _kind(ev.Rated, rating=ratings, score=st.integers(4, 5)),
    _kind(ev.RatingVerified, rating=ratings, founded=st.booleans()),
    _kind(ev.RatingRectified, rating=ratings),
    _kind(ev.RatingCalledBack, rating=ratings),
    _kind(ev.RatingAppealed, rating=ratings),
    _kind(ev.RatingAppealDecided, rating=ratings, upheld=st.booleans()),
    _kind(ev.Retracted, record=ids, operator=st.just("李四"), reason=st.just("误录")),
)


def _told(fields: dict[str, Any], case: str) -> ev.Header:
    kind: type[ev.Header] = fields["kind"]
    rest = {key: value for key, value in fields.items() if key != "kind"}
    return kind(**{**CASE, "id": "-", "item": "licence", **rest, "case": case})


def _about(case: str) -> st.SearchStrategy[ev.Header]:
    return told(complained.map(lambda fields: _told(fields, case)))


def _mixed(length: int) -> st.SearchStrategy[list[ev.Header]]:
    return numbered(st.lists(st.one_of(_about(CASE["case"]), _about(CASE["case"]), events), min_size=1, max_size=length))


attended: st.SearchStrategy[ev.Header] = st.one_of(
    _kind(ev.WindowOpened, at=on_the_day),
    _kind(ev.WindowClosed, at=on_the_day),
    _kind(ev.AttendantArrived, at=on_the_day, operator=st.sampled_from("甲乙")),
    _kind(ev.AttendantLeft, at=on_the_day, operator=st.sampled_from("甲乙")),
    _kind(ev.Retracted, at=on_the_day, record=ids, operator=st.just("李四"), reason=st.just("误录"), attendance=st.just(True)),
).map(lambda fields: _told(fields, ""))
on_duty = numbered(st.lists(told(attended), min_size=1, max_size=24))
on_windows = numbered(st.lists(_about(""), min_size=1, max_size=14)) | on_duty
on_cases = _mixed(18)
histories: st.SearchStrategy[list[ev.Header]] = st.one_of(on_cases, on_windows)


def _everything() -> RuleBooks:
    """The default book with every clock and finding of the family, at levels of every kind."""
    book = table("default")
    extra = [
        {
            "id": kind,
            "clock": kind,
            "limit": "3wd",
            "reminder": "1/2",
            "warning": "1d before",
            "yellow": "deadline",
            "red": "2d after",
        }
        for kind in ("complaint-closing", "review-verification", "review-appeal")
    ]
    again = {"count": 2, "within": "10d", "yellow": "at once", "red": "1wd after"}
    process = [
        *({"id": f"again-{what}", "finding": f"complaint-repeated-{what}", **again} for what in ("case", "window", "person")),
        {"id": "late-and-complained", "finding": "complaint-on-overdue", "yellow": "at once", "red": "2d after"},
        {"id": "bad", "finding": "bad-review", "reminder": "at once", "yellow": "3wd after"},
    ]
    limits = [*book["time_limits"], *extra]
    lasting = {"complaints": 400, "attendance": 400}  # what windows forget is looked at in its own properties
    return RuleBooks(
        [parse_book("everything", {**book, "time_limits": limits, "process": process, "retention": lasting}, ALMANAC)]
    )


EVERYTHING = _everything()


def last_arrival(history: Sequence[ev.Header]) -> int:
    """A time when all of it has happened and every clock has run out, epoch ms."""
    return int((BEGIN + timedelta(minutes=MINUTES, days=90)).timestamp() * 1000)
