"""What the notes of a window are about, a complaint or a bad review; and a window with the notes of a few of them.

A window keeps the notes of all its complaints and reviews in one set. A record is about one of them, and changes nothing of the
others. So only its *subject* is judged anew, with those that began in the same minute, for these are numbered together
(:mod:`rules.families.numbering`). Which note is about what is worked out once, and kept while the notes live.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import msgspec

from rules.case import Case
from rules.families.reviews import RATED
from rules.instant import MINUTE, Instant

Note = tuple[Any, ...]
"""A :data:`~rules.case.ComplaintNote` or :data:`~rules.case.ReviewNote`."""
_FEW = 100
_KEPT = 64
_known: OrderedDict[tuple[str, int], "Subjects"] = OrderedDict()
"""By field and identity of the notes, which each entry holds, so that no other notes can have it."""


class Subjects:
    """Which of ``notes`` are about the same. A note about nothing, a verification before its rating, has no subject."""

    __slots__ = ("_by_subject", "_field", "_names", "_of", "notes")

    def __init__(self, field: str, notes: tuple[Note, ...]) -> None:
        self._field = field
        self.notes = notes
        self._of: dict[Note, Hashable] = {}
        self._by_subject: dict[Hashable, list[Note]] = {}
        self._names: dict[str, int] = {}
        """Of reviews that have a name: their place among all."""
        for note in notes:
            self._add(note)

    def of(self, note: Note) -> Hashable | None:
        """What the note is about; None for one about nothing, or that is not among them."""
        return self._of.get(note)

    def about(self, subjects: Iterable[Hashable]) -> list[Note]:
        """All notes about any of ``subjects``, in order."""
        return sorted([note for subject in subjects for note in self._by_subject.get(subject, ())])

    def begun_in(self, minutes: Iterable[int]) -> set[Hashable]:
        """What has a note in any of ``minutes`` (since 1970): nothing else can have begun to be waited for then."""
        notes, found = self.notes, set()
        for minute in minutes:
            place = bisect_left(notes, (minute * MINUTE,))
            while place < len(notes) and notes[place][0] < (minute + 1) * MINUTE:
                found.add(self._of.get(notes[place]))
                place += 1
        found.discard(None)
        return found

    def grown(self, notes: tuple[Note, ...], new: Note) -> bool:
        """Take in ``new``, with which these have become ``notes``; False where others are gone, or now about something else."""
        if len(notes) != len(self.notes) + 1 or (self._field == "reviews" and notes[-1] is not new):
            return False
        self.notes = notes
        self._add(new)
        return True

    def _add(self, note: Note) -> None:
        subject = note[2] if self._field == "complaints" else self._review(note)
        if subject is not None:
            self._of[note] = subject
            insort(self._by_subject.setdefault(subject, []), note)

    def _review(self, note: Note) -> int | None:
        """The place among all reviews of the one that ``note``, the latest, is about: as in :mod:`rules.families.reviews`."""
        name, latest = note[2], len(self._by_subject) - 1
        if name:
            if note[1] == RATED:
                return self._names.setdefault(name, latest + 1)
            return self._names.get(name)
        if note[1] == RATED:
            return latest + 1
        return latest if latest >= 0 else None


def subjects_of(field: str, notes: tuple[Note, ...]) -> Subjects:
    """What ``notes``, the complaints or reviews of a case, are about."""
    key = field, id(notes)
    found = _known.get(key)
    if found is None:
        found = Subjects(field, notes)
        _keep(key, found)
    return found


def subjects_with(field: str, before: tuple[Note, ...], notes: tuple[Note, ...], new: Note) -> Subjects:
    """The same where ``notes`` have ``new`` besides those of ``before``: what was known of these serves for them from now on."""
    found = _known.pop((field, id(before)), None)
    if found is None or not found.grown(notes, new):
        return subjects_of(field, notes)
    _keep((field, id(notes)), found)
    return found


def _keep(key: tuple[str, int], subjects: Subjects) -> None:
    _known[key] = subjects
    if len(_known) > _KEPT:
        _known.popitem(last=False)


def around(field: str, case: Case, at: Instant) -> Case:
    """The window with nothing but what has a note in the minute of ``at``, and in the one before it: they share numbers."""
    subjects = subjects_of(field, getattr(case, field))
    near = subjects.begun_in((at // MINUTE - 1, at // MINUTE))
    if len(near) > _FEW:  # so many that one minute's numbers may run over into the next
        return case
    return msgspec.structs.replace(case, **{field: tuple(subjects.about(near))})


def minutes_of(notes: Iterable[Note]) -> set[int]:
    """The minutes (since 1970) of ``notes``: in one of them each run and each finding about them begins."""
    return {note[0] // MINUTE for note in notes}


def touched(field: str, before: Subjects, notes: tuple[Note, ...], new: Note) -> tuple[Sequence[Note], Sequence[Note], Subjects]:
    """What ``new``, come to ``notes``, says something about: all its notes before, and now; and what all are about now."""
    if field == "complaints":
        old = before.about({new[2]})
        after = subjects_with(field, before.notes, notes, new)
        return old, after.about({new[2]}), after
    after = subjects_with(field, before.notes, notes, new)
    own: Sequence[Note] = after.about(_of(after, (new,)))
    if notes[-1] is new:
        return [note for note in own if note is not new], own, after
    had: Sequence[Note] = ()
    count = -1
    while len(had) + len(own) > count:  # a rating takes over what the one before it had, and that may have been taken over
        count = len(had) + len(own)
        had = before.about(_of(before, own) | _of(before, had))
        own = after.about(_of(after, had) | _of(after, own))
    return (*had, new), (*own, new), after


def _of(subjects: Subjects, notes: Iterable[Note]) -> set[Hashable]:
    return {subject for note in notes if (subject := subjects.of(note)) is not None}
