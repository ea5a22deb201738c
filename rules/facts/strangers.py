"""Records of a department that has nothing to do with a case: they are kept, have no effect, and are found (``foreign-record``).

Several departments may share one number space (``numbered_by``). Then a record of one may name a case of another, by a slip or
on purpose. A case is its department's whose acceptance arrived first. Others are *welcome* to it as well:

- who was given the case (转办, 上报) by somebody welcome: ``to`` of :class:`~rules.events.Transferred`;
- the departments of its branches (并联派发);
- whoever names no department.

Everybody else is a *stranger*. What a stranger reports neither ends, suspends, extends nor takes over the case, and neither
corrects nor takes back what others reported. A complaint, a rating, an application or a step of a stage is welcome from anybody.

Nobody is a stranger before an acceptance is known, where it names no department, or by a book without the finding. Who is one
follows from the set of records and from when each arrived. The order in which they are told plays no part.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from rules import events as ev
from rules.book import RuleBooks
from rules.case import Case, Stranger, cycles_of
from rules.events import Header
from rules.facts.journal import KINDS, RETRACTED, JournalEntry, surviving
from rules.numbers import RecordNumber

FINDING_NAME = "foreign-record"
_ACCEPTED = RecordNumber.ACCEPTED.value
_TRANSFERRED = RecordNumber.TRANSFERRED.value
_BRANCH_OPENED = RecordNumber.BRANCH_OPENED.value
_TOUCHING = frozenset(
    number.value
    for number in (
        RecordNumber.ACCEPTED,
        RecordNumber.NOT_ACCEPTED,
        RecordNumber.SUPPLEMENT_REQUESTED,
        RecordNumber.SUPPLEMENTED,
        RecordNumber.SUSPENDED,
        RecordNumber.RESUMED,
        RecordNumber.EXTENDED,
        RecordNumber.DECIDED,
        RecordNumber.CONCLUDED,
        RecordNumber.TRANSFERRED,
    )
)
"""What ends, suspends, extends or takes over a case, by number."""
_TOUCHING_TYPES = frozenset(KINDS[number] for number in _TOUCHING)
_LOOKED_AT = _TOUCHING_TYPES | {ev.BranchOpened}


class Heard(NamedTuple):
    """A journal without what strangers say: ``entries`` are all that count as told, ``counting`` of each id the last, if it was
    not taken back. ``strangers`` has one of each department that was left out."""

    entries: list[JournalEntry]
    counting: list[JournalEntry]
    strangers: tuple[Stranger, ...]


class _Welcome(NamedTuple):
    """Departments with their region, and those that were named without one."""

    places: set[tuple[str, str]]
    names: set[str]

    def has(self, entry: JournalEntry) -> bool:
        region, _, department, _, _ = entry.place
        return not department or department in self.names or (region, department) in self.places


def touches(case: Case, event: Header) -> bool:
    """Whether ``event`` may be a stranger's, or may settle who is one: then the case is told anew.

    Never so for what the department of the case itself reports while nobody else has.
    """
    kind = type(event)
    if kind not in _LOOKED_AT:
        return False
    if case.strangers:
        return True
    terms = case.terms
    if terms is None and case.later:
        terms = next((cycle.terms for cycle in case.later if cycle.terms is not None), None)
    if terms is None:
        return kind is ev.Accepted and _is_touched(case)
    if kind is ev.BranchOpened:
        return False  # it makes somebody welcome, and nobody was a stranger
    if event.department and (event.department != terms.department or event.region != terms.region):
        return True
    return kind is ev.Accepted and any(cycle.holder[1] or cycle.branches for cycle in cycles_of(case))


def _is_touched(case: Case) -> bool:
    """Whether anything was reported before the acceptance that would have no effect from a stranger."""
    ended = case.concluded or case.not_accepted or case.decided
    stood_still = case.suspensions or case.resumptions or case.requests or case.supplements
    return bool(ended or stood_still or case.extensions or case.holder[1])


def without_strangers(entries: Sequence[JournalEntry], books: RuleBooks) -> Heard:
    """What counts of a journal; everything, where nobody is a stranger."""
    strangers: list[Stranger] = []
    told = list(entries)
    welcome = _welcome(told, books)
    if welcome is not None:
        told = _heard(told, partial(_may_change, firsts=_firsts(told), welcome=welcome), strangers)
    counting = surviving(told)
    welcome = _welcome(counting, books)
    if welcome is not None:
        counting = _heard(counting, partial(_may_touch, welcome=welcome), strangers)
    return Heard(told, counting, _once_each(strangers))


def _heard(entries: list[JournalEntry], may: Callable[[JournalEntry], bool], strangers: list[Stranger]) -> list[JournalEntry]:
    """Those of the entries that may say what they say; who said the others goes to ``strangers``."""
    heard = []
    for entry in entries:
        if may(entry):
            heard.append(entry)
        else:
            strangers.append((entry.at, f"{entry.place[0]}-{entry.place[2]}", entry.kind))
    return heard


def _firsts(entries: Iterable[JournalEntry]) -> dict[bytes, JournalEntry]:
    """What was told first of each record."""
    firsts: dict[bytes, JournalEntry] = {}
    for entry in sorted(entries, key=lambda entry: entry.arrived):
        firsts.setdefault(entry.id, entry)
    return firsts


def _may_touch(entry: JournalEntry, welcome: _Welcome) -> bool:
    return entry.kind not in _TOUCHING or welcome.has(entry)


def _may_change(entry: JournalEntry, firsts: dict[bytes, JournalEntry], welcome: _Welcome) -> bool:
    """Whether who corrects a record, or takes it back, is welcome or has reported it."""
    about = firsts.get(entry.own[0]) if entry.kind == RETRACTED else firsts[entry.id]
    own = about is not None and (about.place[0], about.place[2]) == (entry.place[0], entry.place[2])
    return about is entry or own or welcome.has(entry)


def _welcome(entries: Iterable[JournalEntry], books: RuleBooks) -> _Welcome | None:
    """Who may touch the case; None where everybody may."""
    acceptances = [entry for entry in entries if entry.kind == _ACCEPTED]
    if not acceptances:
        return None
    first = min(acceptances, key=lambda entry: (entry.arrived, entry.at, entry.place, entry.own))
    if not first.place[2] or FINDING_NAME not in books.at(first.at).watched:
        return None
    places = {(entry.place[0], entry.place[2]) for entry in acceptances if entry.id == first.id}
    places |= {(entry.place[0], entry.place[2]) for entry in entries if entry.kind == _BRANCH_OPENED}
    welcome = _Welcome(places, set())
    handed = [entry for entry in entries if entry.kind == _TRANSFERRED and entry.own]
    known = -1
    while len(welcome.names) > known:  # whoever was given the case may hand it on
        known = len(welcome.names)
        welcome.names.update([entry.own[0] for entry in handed if welcome.has(entry)])
    return welcome


def _once_each(strangers: Iterable[Stranger]) -> tuple[Stranger, ...]:
    """Of each department the first."""
    found: dict[str, Stranger] = {}
    for stranger in sorted(strangers):
        found.setdefault(stranger[1], stranger)
    return tuple(sorted(found.values()))
