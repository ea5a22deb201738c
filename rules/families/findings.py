"""Everything that a process rule can look for, one row each: where it is seen, what it reads and needs, how it is stored.

A new finding is a row here, a function of its family, a word in :mod:`monitor.words`, a scenario, and a line in the docs. Its
``code`` is the next one free: codes are storage, so none is changed or used again.

The table stands in one file, however long. Whoever looks for a finding, or for a code, finds all of them here.
"""

from collections.abc import Mapping
from functools import partial

from rules import events as ev
from rules.book import FindingKind
from rules.events import Header
from rules.families import complaint_findings as complained
from rules.families import hearings, process, records

_EVERY: tuple[type[Header], ...] = (Header,)
_seen = partial(FindingKind, look=records.marked, reads=frozenset({"marks"}), needs=("marks",))
"""A row of what a single record shows, which its case keeps as a mark."""
_COMPLAINTS = frozenset({"complaints", "horizon"})
_OVERDUE = frozenset({"applied", "requests", "supplements", "terms", "not_accepted", "decided", "concluded", "extensions"}) | {
    "suspensions",
    "resumptions",
}
"""What tells when a case began and when its promise ran out."""

FINDINGS: tuple[FindingKind, ...] = (
    _seen(
        name="off-hall-channel",
        code=0,
        source="inference",
        sees=records.off_hall_channel,
        seen_in=_EVERY,
        asks="hall.channels",
    ),
    _seen(
        name="off-hall-terminal",
        code=1,
        source="inference",
        sees=records.off_hall_terminal,
        seen_in=_EVERY,
        asks="hall.terminals",
    ),
    _seen(
        name="fee-outside",
        code=2,
        source="inference",
        sees=records.fee_outside,
        seen_in=(ev.FeeCharged,),
        asks="hall.cashiers",
    ),
    _seen(
        name="outside-hours",
        code=3,
        source="inference",
        sees=records.outside_hours,
        seen_in=(ev.Accepted, ev.Decided),
    ),
    _seen(
        name="back-entry",
        code=4,
        source="Jiangsu: 10 working days",
        sees=records.back_entry,
        seen_in=_EVERY,
        needs_within=True,
    ),
    _seen(
        name="item-unknown",
        code=5,
        source="Jiangsu",
        sees=records.item_unknown,
        seen_in=(ev.Accepted,),
        asks="items",
    ),
    _seen(
        name="item-suspended",
        code=6,
        source="Jiangsu",
        sees=records.item_suspended,
        seen_in=(ev.Accepted,),
        asks="items.suspended",
    ),
    _seen(
        name="off-hall-place",
        code=7,
        source="inference",
        sees=records.off_hall_place,
        seen_in=_EVERY,
        asks="hall.places",
    ),
    _seen(
        name="yellow-by-hand",
        code=8,
        source="Hunan",
        look=records.marked_by_hand,
        sees=records.by_hand("yellow"),
        seen_in=(ev.CardIssuedByHand,),
        by_hand=True,
    ),
    _seen(
        name="red-by-hand",
        code=9,
        source="Hunan",
        look=records.marked_by_hand,
        sees=records.by_hand("red"),
        seen_in=(ev.CardIssuedByHand,),
        by_hand=True,
    ),
    FindingKind(
        name="conclusion-without-acceptance",
        code=10,
        source="Jiangsu: acceptance notice missing",
        look=process.unaccepted,
        reads=frozenset({"concluded", "how", "terms", "not_accepted"}),
        needs=("concluded",),
    ),
    FindingKind(
        name="conclusion-without-decision",
        code=11,
        source="Jiangsu: decision missing",
        look=process.undecided,
        reads=frozenset({"concluded", "how", "decided"}),
        needs=("concluded",),
    ),
    FindingKind(
        name="result-without-decision",
        code=12,
        source="inference",
        look=process.result_first,
        reads=frozenset({"issued", "delivered", "decided", "concluded"}),
        needs=("issued", "delivered"),
    ),
    FindingKind(
        name="acceptance-after-decision",
        code=13,
        source="inference",
        look=process.accepted_late,
        reads=frozenset({"terms", "decided"}),
        needs=("decided",),
    ),
    FindingKind(
        name="stage-missing",
        code=14,
        source="Jiangsu: no review stage",
        look=process.stage_missing,
        reads=frozenset({"concluded", "how", "terms", "entered", "left", "applied", "decided"}),
        needs=("concluded",),
        asks="items.flow",
    ),
    FindingKind(
        name="stage-out-of-order",
        code=15,
        source="Jiangsu: return to an earlier stage",
        look=process.stage_out_of_order,
        reads=frozenset({"entered", "returns", "terms", "decided"}),
        needs=("entered",),
        asks="items.flow",
    ),
    FindingKind(
        name="returned",
        code=16,
        source="Jiangsu: return, repeat return",
        look=process.returned,
        reads=frozenset({"returns"}),
        needs=("returns",),
        counts_from=1,
    ),
    FindingKind(
        name="reversed",
        code=17,
        source="Jiangsu: a later post reverses an earlier one",
        look=process.reversed_by_later,
        reads=frozenset({"decided", "granted", "left", "returns"}),
        needs=("decided",),
    ),
    FindingKind(
        name="suspended",
        code=18,
        source="Jiangsu: pause",
        look=process.suspended,
        reads=frozenset({"suspensions"}),
        needs=("suspensions",),
        counts_from=1,
    ),
    FindingKind(
        name="suspended-last-minute",
        code=19,
        source="clock-stop abuse",
        look=process.suspended_late,
        reads=_OVERDUE,
        needs=("suspensions",),
        needs_within=True,
    ),
    FindingKind(
        name="supplement-requested",
        code=20,
        source="art. 32",
        look=process.supplement_requested,
        reads=frozenset({"requests"}),
        needs=("requests",),
        counts_from=1,
    ),
    FindingKind(
        name="terminated",
        code=21,
        source="Jiangsu: termination",
        look=process.terminated,
        reads=frozenset({"concluded", "how"}),
        needs=("concluded",),
    ),
    FindingKind(
        name="same-second",
        code=22,
        source="process mining",
        look=process.same_second,
        reads=frozenset({"entered", "terms", "decided", "concluded"}),
        needs=("entered", "decided", "concluded"),
        counts_from=2,
    ),
    FindingKind(
        name="four-eyes",
        code=23,
        source="inference",
        look=process.four_eyes,
        reads=frozenset({"handlers", "decided"}),
        needs=("decided",),
        keeps="handlers",
    ),
    FindingKind(
        name="decided-before-hearing",
        code=24,
        source="art. 47",
        look=hearings.decided_before,
        reads=frozenset({"hearings", "decided"}),
        needs=("hearings",),
        needs_within=True,
    ),
    FindingKind(
        name="hearing-notice-short",
        code=25,
        source="art. 48",
        look=hearings.short_notice,
        reads=frozenset({"hearings"}),
        needs=("hearings",),
        needs_within=True,
    ),
    FindingKind(
        name="complaint-repeated-case",
        code=26,
        source="inference",
        look=complained.repeated_case,
        reads=_COMPLAINTS,
        needs=("complaints",),
        needs_within=True,
        counts_from=2,
        forgotten="complaints",
    ),
    FindingKind(
        name="complaint-repeated-window",
        code=27,
        source="inference",
        look=complained.repeated_window,
        reads=_COMPLAINTS,
        needs=("complaints",),
        needs_within=True,
        counts_from=2,
        forgotten="complaints",
    ),
    FindingKind(
        name="complaint-repeated-person",
        code=28,
        source="inference",
        look=complained.repeated_person,
        reads=_COMPLAINTS,
        needs=("complaints",),
        needs_within=True,
        counts_from=2,
        forgotten="complaints",
        keeps="persons",
    ),
    FindingKind(
        name="complaint-on-overdue",
        code=29,
        source="inference",
        look=complained.on_overdue,
        reads=_OVERDUE | {"complaints"},
        needs=("complaints",),
        forgotten="complaints",
    ),
    FindingKind(
        name="bad-review",
        code=30,
        source="practice",
        look=complained.bad_review,
        reads=frozenset({"reviews", "horizon"}),
        needs=("reviews",),
        forgotten="complaints",
    ),
    _seen(
        name="extension-unapproved",
        code=31,
        source="art. 42",
        sees=records.extension_unapproved,
        seen_in=(ev.Extended,),
    ),
)
FINDING: Mapping[str, FindingKind] = {finding.name: finding for finding in FINDINGS}
"""The rows by their names."""
