"""The journal of a case: what each of its records said, so that one can be corrected or taken back.

A case keeps facts, and facts are joined: the earliest acceptance, the set of suspensions. Nobody can take one record out of a
join. Beside the facts a case therefore keeps one short *entry* per record, appended as bytes and never read while all is well.
They are read when a record says a known id again, takes another back, or opens a new cycle. The facts are then joined anew, of
those that count (:mod:`rules.facts.retelling`).

An entry begins with its length (1 byte, or 255 and 4 more) and a digest of the record's id (8). Its type (1, with two flags) and
when it happened (6) follow, then an array in msgpack. That holds how long the record was under way, its place, and what only its
type says. The place of the case itself (its *home*) is written as -1. Another that the journal has already is written as where
it stands, in bytes before the entry. A case whose place changes has its journal written anew.

| of one id | counts |
|---|---|
| versions with a ``revision`` | the highest |
| without, or of one revision | the one that arrived last; of one instant the later in the log |
| the same content and revision again | the first: a repetition changes nothing |
| taken back by a ``retracted`` without a revision | none |
| taken back by one with a revision | those with a higher revision |

A retraction may come before its record. It cannot be taken back itself; what it took back by mistake is reported anew. Acts on
cards are no part of the journal. Cards issued by hand have ids of their own. So no window takes back what the office did.
"""

import itertools
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from struct import Struct
from typing import Any, NamedTuple

import msgspec

from rules import events as ev
from rules.case import LENGTHS, Case, Span, place_of
from rules.events import EVENT_TYPES, Header, Precision
from rules.instant import Instant
from rules.numbers import RecordNumber, names_of

Whereabouts = tuple[str, str, str, str, str]
"""Region, hall, department, window, item."""
Oddity = tuple[int, str]
"""The code of a finding, and its detail."""

KINDS: tuple[type[Header], ...] = tuple(EVENT_TYPES[tag] for tag in names_of(RecordNumber))
"""The type of each number."""
NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
PRECISIONS: tuple[Precision, ...] = ("second", "minute", "hour", "day")
"""Each at the place of the number that stands for it. Storage: append at the end."""
RETRACTED = RecordNumber.RETRACTED.value
_AFTER_CARD, _HAS_EXTRAS, _TYPE = 0x80, 0x40, 0x3F
_HEAD = Struct(">8sBiH")
_PLAIN = Struct(">B8sBiH")
_HEAD_BYTES = 15
_LONG = 255
_HOME = -1
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Any]).decode
_of_window, _of_office = blake2b(digest_size=8), blake2b(b"office/", digest_size=8)


class JournalEntry(NamedTuple):
    """One record as the journal keeps it.

    ``id`` is the digest of its id. ``at`` is when it happened, no later than it ``arrived``; ``claimed`` is what its window says
    (epoch ms), ``precision`` how exactly. ``own`` is what only its type says (:mod:`rules.facts.kept`). ``marks`` are the
    oddities it shows. ``after_card``: it corrects another, and a yellow or red card of the case had fallen when it arrived.
    """

    id: bytes
    kind: int
    at: Instant
    arrived: Instant
    place: Whereabouts
    own: tuple[Any, ...]
    revision: int = 0
    marks: tuple[Oddity, ...] = ()
    after_card: bool = False
    claimed: Instant = 0
    precision: int = 0

    @property
    def content(self) -> tuple[Any, ...]:
        """What makes two versions of one record the same: all that it says, but not when that arrived."""
        return self.kind, self.claimed, self.precision, self.place, self.own

    @property
    def span(self) -> Span | None:
        """From when to when it can have happened; None where it was told to the second (:func:`rules.case.span_of`)."""
        if not self.precision or self.at != self.claimed:
            return None
        return self.at, self.at + LENGTHS[PRECISIONS[self.precision]] - 1


def digest_of(event: Header) -> bytes:
    """What stands for the id of a record."""
    known = (_of_office if type(event) is ev.CardIssuedByHand else _of_window).copy()
    known.update(event.id.encode())
    return known.digest()


def digest_of_id(record: str) -> bytes:
    """What stands for the id of a window's record."""
    known = _of_window.copy()
    known.update(record.encode())
    return known.digest()


def entry_of(
    event: Header, digest: bytes, at: Instant, claimed: Instant, arrived: Instant, own: tuple[Any, ...], marks: tuple[Oddity, ...]
) -> JournalEntry:
    """The entry of a record that happened at ``at``, by its window at ``claimed``."""
    place = (event.region, event.hall, event.department, event.window, event.item)
    precision = PRECISIONS.index(event.precision)
    return JournalEntry(digest, NUMBERS[type(event)], at, arrived, place, own, event.revision, marks, False, claimed, precision)


def home_of(case: Case) -> Whereabouts | None:
    """The place of a case, as its journal takes it for granted; None where nothing is known of it yet."""
    return _place(place_of(case))


def _place(place: Any) -> Whereabouts | None:
    return None if place is None else (place.region, place.hall, place.department, place.window, place.item)


def noted(
    journal: bytes, event: Header, digest: bytes, when: tuple[Instant, Instant, Instant], own: tuple[Any, ...], home: Any
) -> bytes:
    """``journal`` with a plain record more, which is most of them: no revision, no mark, told to the second.

    ``when`` it happened, by its window and to us, and when it arrived; ``home`` is the place of its case. This runs for every
    record, and builds no entry.
    """
    at, claimed, arrived = when
    same = (
        event.department == home.department
        and event.window == home.window
        and event.item == home.item
        and event.hall == home.hall
        and event.region == home.region
    )
    if not same:
        return appended(journal, entry_of(event, digest, at, claimed, arrived, own, ()), _place(home))
    encoded = _encode((arrived - claimed, _HOME, *own))
    length = _HEAD_BYTES + len(encoded)
    if length >= _LONG:
        return appended(journal, entry_of(event, digest, at, claimed, arrived, own, ()), _place(home))
    return journal + _PLAIN.pack(length, digest, NUMBERS[type(event)], at >> 16, at & 0xFFFF) + encoded


def appended(journal: bytes, entry: JournalEntry, home: Whereabouts | None) -> bytes:
    """``journal`` with one entry more."""
    tail: list[Any] = [entry.arrived - entry.claimed]
    if entry.place == home:
        tail.append(_HOME)
    else:
        known = journal.find(_encode(entry.place))
        tail.append(entry.place if known < 0 else len(journal) - known)
    kind = entry.kind
    if entry.revision or entry.marks or entry.precision:
        kind |= _HAS_EXTRAS
        tail.append((entry.revision, entry.marks, entry.precision))
    if entry.after_card:
        kind |= _AFTER_CARD
    encoded = _encode((*tail, *entry.own))
    length = _HEAD_BYTES + len(encoded)
    size = bytes((length,)) if length < _LONG else b"\xff%b" % length.to_bytes(4, "big")
    return b"%b%b%b%b" % (journal, size, _HEAD.pack(entry.id, kind, entry.at >> 16, entry.at & 0xFFFF), encoded)


def read(journal: bytes, home: Whereabouts | None) -> list[JournalEntry]:
    """The entries, in the order in which the case got them."""
    entries: list[JournalEntry] = []
    places: dict[int, Whereabouts] = {_HOME: home} if home is not None else {}
    for begin, start, stop in _spans(journal):
        digest, kind, high, low = _HEAD.unpack_from(journal, start)
        under_way, place, *own = _decode(journal[start + _HEAD_BYTES : stop])
        if not isinstance(place, int):
            found: Whereabouts = tuple(place)
            places.setdefault(journal.find(_encode(found)), found)
        else:
            found = places[_HOME if place == _HOME else begin - place]
        revision, marks, precision = own.pop(0) if kind & _HAS_EXTRAS else (0, (), 0)
        at = (high << 16) + low
        claimed = at if under_way >= 0 else at - under_way
        entries.append(
            JournalEntry(
                digest,
                kind & _TYPE,
                at,
                claimed + under_way,
                found,
                tuple(own),
                revision,
                tuple([(code, detail) for code, detail in marks]),
                bool(kind & _AFTER_CARD),
                claimed,
                precision,
            )
        )
    return entries


def _spans(journal: bytes) -> Iterator[tuple[int, int, int]]:
    """Where each entry begins, where it goes on behind its length, and where it ends."""
    begin = 0
    while begin < len(journal):
        length, start = journal[begin], begin + 1
        if length == _LONG:
            length, start = int.from_bytes(journal[start : start + 4], "big"), start + 4
        yield begin, start, start + length
        begin = start + length


def without_beginning(journal: bytes, since: Instant, home: Whereabouts | None) -> bytes:
    """``journal`` without the entries at its beginning that happened before ``since``; what lies behind a later one remains."""
    cut, named = 0, False
    for _, start, stop in _spans(journal):
        _, _, high, low = _HEAD.unpack_from(journal, start)
        if (high << 16) + low >= since:
            break
        cut, named = stop, named or not isinstance(_decode(journal[start + _HEAD_BYTES : stop])[1], int)
    if not named:  # no later entry names its place by one that goes
        return journal[cut:]
    left = len(list(_spans(journal[cut:])))
    entries = read(journal, home)
    return written(entries[len(entries) - left :], home)


def written(entries: Iterable[JournalEntry], home: Whereabouts | None) -> bytes:
    """A journal of these entries."""
    journal = b""
    for entry in entries:
        journal = appended(journal, entry, home)
    return journal


def versions_of(entries: Iterable[JournalEntry]) -> dict[bytes, list[tuple[int, JournalEntry]]]:
    """The versions of each record by the digest of its id, the one that counts last; each with its place in the journal."""
    versions: dict[bytes, list[tuple[int, JournalEntry]]] = {}
    for position, entry in enumerate(entries):
        versions.setdefault(entry.id, []).append((position, entry))
    for told in versions.values():
        if len(told) > 1:
            told.sort(key=lambda each: (each[1].revision, each[1].arrived, each[0]))
    return versions


def taken_back(versions: dict[bytes, list[tuple[int, JournalEntry]]]) -> dict[bytes, list[JournalEntry]]:
    """The retractions that count, by the digest of the id they take back."""
    found: dict[bytes, list[JournalEntry]] = {}
    for told in versions.values():
        _, last = told[-1]
        if last.kind == RETRACTED:
            found.setdefault(last.own[0], []).append(last)
    return found


def surviving(entries: list[JournalEntry]) -> list[JournalEntry]:
    """The entries that count, in the order of the journal: of each id its last version, unless it was taken back."""
    versions = versions_of(entries)
    gone = taken_back(versions)
    kept = [told[-1] for told in versions.values() if told[-1][1].kind != RETRACTED and not _is_gone(told[-1][1], gone)]
    return [entry for _, entry in sorted(kept, key=lambda each: each[0])]


def _is_gone(entry: JournalEntry, gone: dict[bytes, list[JournalEntry]]) -> bool:
    return any(not each.revision or each.revision >= entry.revision for each in gone.get(entry.id, ()))


def corrections_of(entries: list[JournalEntry]) -> tuple[tuple[Instant, int, int], ...]:
    """Each correction and retraction, sorted: when it arrived, the type of the record it is about, and what it was.

    A version that says what the one before it said is none, and neither is a retraction of what nobody has reported.
    """
    versions = versions_of(entries)
    found: list[tuple[Instant, int, int]] = []
    for told in versions.values():
        for (_, before), (_, after) in itertools.pairwise(told):
            if after.content != before.content:
                found.append((after.arrived, before.kind, 2 * after.after_card))
    for record, retractions in taken_back(versions).items():
        if record in versions:
            kind = versions[record][-1][1].kind
            found += [(each.arrived, kind, 1 + 2 * each.after_card) for each in retractions]
    return tuple(sorted(found))
