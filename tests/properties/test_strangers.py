"""What strangers report of a case has no effect, whatever it is and whenever it comes; and who is one depends on no order."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from monitor.books.files import load_profile
from rules import events as ev
from rules.book import RuleBooks
from rules.cards import WITHDRAWN
from rules.case import Case, cycles_of
from rules.drive import OneCase
from rules.errors import BadEvent
from rules.facts.retelling import FACTS
from rules.instant import to_instant
from tests.properties.records import BEGIN

BOOKS = RuleBooks([load_profile("default")])
HOME, BRANCH, GIVEN, STRANGER = "市场监管局", "消防支队", "城管局", "水利局"
departments = st.sampled_from([HOME, HOME, HOME, BRANCH, GIVEN, STRANGER, ""])
regions = st.sampled_from(["430100", "430100", "430100", "430104"])
hours = st.integers(0, 24 * 40)
ids = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h"])

Arriving = tuple[int, ev.Header]
"""When it arrives, epoch ms, and the record."""


def _kind(kind: type[ev.Header], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[ev.Header]:
    def made(id: str, at: int, **own: Any) -> ev.Header:
        return kind(id=f"{id}-{kind.__name__}", at=BEGIN + timedelta(hours=at), case="7", numbered_by="湖南省", **own)

    return st.builds(made, **{"id": ids, "at": hours, "region": regions, "department": departments, **fields})


limits = st.sampled_from(["5wd", "10wd"])
touching: st.SearchStrategy[ev.Header] = st.one_of(
    _kind(ev.Accepted, promised=limits),
    _kind(ev.NotAccepted),
    _kind(ev.SupplementRequested),
    _kind(ev.Supplemented),
    _kind(ev.Suspended, procedure=st.just("inspection"), approved_days=st.integers(1, 9)),
    _kind(ev.Resumed),
    _kind(ev.Extended, days=st.integers(1, 9)),
    _kind(ev.Decided, result=st.sampled_from(["granted", "refused"])),
    _kind(ev.Concluded, how=st.sampled_from(["normal", "returned"])),
    _kind(ev.Transferred, to=st.sampled_from([GIVEN, BRANCH, ""])),
    _kind(ev.BranchOpened, department=st.just(BRANCH), limit=limits),
    _kind(ev.Applied),
    _kind(ev.StageLeft, stage=st.just("review")),
    _kind(
        ev.Retracted,
        operator=st.just("李四"),
        reason=st.just("误录"),
        record=st.builds("{}-{}".format, ids, st.sampled_from(["Accepted", "Concluded", "Transferred", "Suspended"])),
    ),
)
arriving: st.SearchStrategy[Arriving] = st.builds(
    lambda event, late: (to_instant(event.at) + late * 3_600_000, event), touching, st.integers(0, 24 * 10)
)
# Each arrives at an instant of its own: of one instant, the later in the log counts.
logs = st.lists(arriving, min_size=1, max_size=12, unique_by=lambda each: each[0])
LAST = to_instant(BEGIN + timedelta(days=200))


def told(records: list[Arriving]) -> OneCase:
    """The case, with the records in this order; each has the arrival it has."""
    one = OneCase(BOOKS, stored=True)
    for arrived, event in records:
        one.advance(arrived)
        try:
            one.apply(event, arrived)
        except BadEvent:
            continue
    one.advance(LAST)
    return one


def facts_of(case: Case | None) -> list[dict[str, Any]]:
    """What follows from the records, of each cycle; how a case was corrected after cards depends on when each was seen."""
    return [
        {name: getattr(cycle, name) for name in FACTS if name not in ("corrections", "desk", "origin")}
        for cycle in (cycles_of(case) if case is not None else ())
    ]


@given(logs, st.randoms(use_true_random=False))
def test_no_order_of_arrival_makes_a_department_a_stranger(log, random):
    shuffled = list(log)
    random.shuffle(shuffled)
    one, other = told(log), told(shuffled)
    assert facts_of(one.case) == facts_of(other.case)


def strange(event: ev.Header) -> bool:
    """Whether it is a stranger's, and of a kind that has no effect then."""
    return event.department == STRANGER and not isinstance(event, ev.Applied | ev.StageLeft)


@given(st.lists(arriving, min_size=1, max_size=9, unique_by=lambda each: each[0]), st.booleans())
def test_records_of_strangers_have_no_effect_but_to_be_found(log, same_ids):
    """Under ids of their own, or under those that others have used before."""
    begun = to_instant(BEGIN)
    accepted = ev.Accepted(id="first", at=BEGIN, region="430100", department=HOME, case="7", numbered_by="湖南省", promised="5wd")
    later = [each for each in log if each[0] > begun]
    own = [(begun, accepted), *[each for each in later if not strange(each[1])]]
    used: dict[str, int] = {}
    for arrived, event in own:
        used[event.id] = min(arrived, used.get(event.id, arrived))
    foreign = [
        (arrived, event if same_ids and used.get(event.id, arrived) < arrived else replace(event, id=f"stranger-{event.id}"))
        for arrived, event in later
        if strange(event)
    ]
    alone, beset = told(sorted(own, key=_arrived)), told(sorted([*own, *foreign], key=_arrived))
    undisturbed = [{**facts, "strangers": ()} for facts in facts_of(beset.case)]
    assert undisturbed == [{**facts, "strangers": ()} for facts in facts_of(alone.case)]
    assert beset.case is not None and alone.case is not None
    ours, theirs = ([card for card in case.cards if card.rule != "foreign-record"] for case in (alone.case, beset.case))
    assert ours == theirs
    found = {who for _, who, _ in beset.case.strangers}
    loud = [event for _, event in foreign if not isinstance(event, ev.Retracted) and getattr(event, "to", "-")]
    assert {f"{event.region}-{STRANGER}" for event in loud} <= found
    seen = {card.cycle for card in beset.case.cards if card.rule == "foreign-record" and card.state != WITHDRAWN}
    assert seen == set(range(1, len(found) + 1)), "once each; whoever became welcome is found no more"


def _arrived(each: Arriving) -> int:
    return each[0]
