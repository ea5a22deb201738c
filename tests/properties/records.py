"""Hypothesis strategies for the life of one case: any records, at any time, in any order."""

from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec.structs import replace

from rules import events as ev
from rules.events import Precision

ZONE = timezone(timedelta(hours=8))
BEGIN = datetime(2025, 9, 24, 8, 0, tzinfo=ZONE)  # runs into the National Day holiday and its make-up days
MINUTES = 60 * 24 * 60

CASE = {
    "case": "430100-2025-000001",
    "region": "430100",
    "hall": "市政务服务中心",
    "department": "市场监管局",
    "window": "A01",
    "numbered_by": "430100-市场监管局",
}

# Most moments are whole minutes; some share one second off the minute, where several steps at once are looked for.
moments = st.integers(0, MINUTES).map(lambda minutes: BEGIN + timedelta(minutes=minutes)) | st.integers(0, 3).map(
    lambda days: BEGIN + timedelta(days=days, hours=2, seconds=7)
)
channels = st.sampled_from(["hall", "hall", "hall", "online", "off-hall"])
terminals = st.sampled_from(["", "T-01", "PC-7"])
halls = st.sampled_from([CASE["hall"], CASE["hall"], "某培训中心"])
handlers = st.sampled_from(["", "甲", "甲", "乙"])
stages = st.sampled_from(["pre-review", "handling", "review", "approval"])


PRECISIONS: tuple[Precision, ...] = ("second", "second", "second", "minute", "hour", "day")


def coarsened(event: ev.Header, precision: Precision) -> ev.Header:
    """The same, told less exactly."""
    if precision == "second" or isinstance(event, ev.Action):
        return event
    begins = event.at.astimezone(ZONE).replace(second=0, microsecond=0)
    if precision != "minute":
        begins = begins.replace(minute=0, hour=0 if precision == "day" else begins.hour)
    return msgspec.structs.replace(event, at=begins, precision=precision)


def told(events: st.SearchStrategy[ev.Header]) -> st.SearchStrategy[ev.Header]:
    """One in two of them not to the second."""
    return st.builds(coarsened, events, st.sampled_from(PRECISIONS))


def _kind(kind: type[ev.Header], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[ev.Header]:
    return st.builds(
        lambda at, **values: kind(at=at, **{"item": "licence", **CASE, **values}),
        id=ids,
        at=moments,
        **{"channel": channels, "terminal": terminals, "hall": halls, **fields},
    )


ids = st.integers(0, 20).map("e{}".format)
limits = st.sampled_from(["", "0wd", "1wd", "5wd", "10wd", "7d", "1mo", "4wh", "0d", "0h", "30h", "instant"])
exact: st.SearchStrategy[ev.Header] = st.one_of(
    _kind(ev.Applied, channel=st.sampled_from(["hall", "online"])),
    _kind(
        ev.Accepted,
        promised=limits,
        statutory=limits,
        due_at=st.none() | st.none() | moments,
        due_as=st.sampled_from(["promised", "statutory"]),
        item=st.sampled_from(["licence", "licence", "stopped", "nothing"]),
    ),
    _kind(ev.NotAccepted),
    _kind(ev.SupplementRequested),
    _kind(ev.Supplemented),
    _kind(ev.StageEntered, stage=stages, handler=handlers),
    _kind(ev.StageLeft, stage=stages, action=st.sampled_from(["pass", "return"]), handler=handlers),
    _kind(ev.Suspended, procedure=st.sampled_from(["inspection", "hearing"]), approved_days=st.none() | st.integers(0, 40)),
    _kind(ev.Resumed),
    _kind(ev.HearingOffered),
    _kind(ev.HearingRequested),
    _kind(ev.HearingNotified),
    _kind(ev.HearingHeld),
    _kind(ev.HearingWaived),
    _kind(ev.Extended, days=st.integers(0, 20)),
    _kind(ev.Decided, result=st.sampled_from(["granted", "refused"]), handler=handlers),
    _kind(ev.Concluded, how=st.sampled_from(["normal", "returned", "voided", "withdrawn"])),
    _kind(ev.BranchOpened, limit=limits),
    _kind(ev.BranchConcluded),
    _kind(ev.Transferred, to=st.sampled_from(["", "市局"])),
    _kind(ev.Issued),
    _kind(ev.Delivered),
    _kind(ev.Rated, score=st.integers(1, 5)),
    _kind(ev.FeeCharged, amount_fen=st.integers(0, 100), cashier=st.sampled_from(["大厅收费处", "财务室"])),
    _kind(ev.Accepted, promised=limits, statutory=limits),  # once more: cases come back
    _kind(ev.Retracted, record=ids, operator=st.just("李四"), reason=st.just("误录")),
)
events = told(exact)


def _numbered(records: list[ev.Header], versions: list[int]) -> list[ev.Header]:
    """Each record with an id of its own; but some with that of an earlier one, of which they are then a later version."""
    told = []
    for place, record in enumerate(records):
        of = versions[place] if place < len(versions) else place
        told.append(replace(record, id=f"e{min(of, place)}", revision=place + 1 if of < place else 0))
    return told


def numbered(records: st.SearchStrategy[list[ev.Header]]) -> st.SearchStrategy[list[ev.Header]]:
    """Records as window systems tell them: every now and then one is corrected. Versions of one record say which is the newer."""
    return st.builds(_numbered, records, st.lists(st.integers(0, 60), max_size=24))


histories = numbered(st.lists(events, min_size=1, max_size=14))
"""Some of their records told to the minute, hour or day only."""
exact_histories = numbered(st.lists(exact, min_size=1, max_size=14))
