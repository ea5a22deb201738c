"""What a screen holds and what changes it: the picture, the messages of the live connection, and how a delta applies.

The protocol is JSON text, one message each. The server speaks first with a ``snapshot``; every ``delta`` carries the next
``seq``. Whoever misses one (a delta or a heartbeat whose ``seq`` does not follow) asks for a ``resync`` and gets a new
snapshot. All instants are epoch milliseconds; lists come in the order in which they are shown.
"""

from collections.abc import Iterable
from typing import Generic, Literal, Protocol, TypeVar

import msgspec


class Totals(msgspec.Struct, frozen=True):
    """Counts of cases: accepted 受理, open 在办, concluded 办结, of these on time 按时; cards standing."""

    accepted: int = 0
    open: int = 0
    concluded: int = 0
    on_time: int = 0
    yellow: int = 0
    red: int = 0


class Department(msgspec.Struct, frozen=True):
    """One department of one hall and its counts."""

    region: str
    hall: str
    department: str
    totals: Totals

    @property
    def id(self) -> str:
        """What tells it from every other."""
        return f"{self.region}/{self.hall}/{self.department}"

    @property
    def rank(self) -> tuple[int | str, ...]:
        """The most red cards first, then yellow, then open cases; the id makes it unique."""
        return (-self.totals.red, -self.totals.yellow, -self.totals.open, self.id)


class Row(msgspec.Struct, frozen=True):
    """One alert as a screen shows it. Names of items and offices only: nothing of an applicant is ever in an alert.

    ``raised_at - known_at`` is our detection lag, ``known_at - due_at`` how late the hall was. ``detail`` says in
    Chinese what was found, where it is no limit that was passed.
    """

    id: str
    change: int
    case: str
    rule: str
    level: str
    state: str
    reason: str
    reason_text: str
    region: str
    hall: str
    department: str
    window: str
    item: str
    item_name: str
    stage: str
    limit: str
    due_at: int
    known_at: int
    raised_at: int
    changed_at: int
    deadline: int
    detail: str = ""


class Placed(msgspec.Struct, frozen=True):
    """A row and its place: the greater ``(at, row.id)``, the higher up."""

    at: int
    row: Row

    @property
    def id(self) -> str:
        """The alert's identity."""
        return self.row.id

    @property
    def rank(self) -> tuple[int, str]:
        """Ascending rank is the order shown, newest first."""
        return (-self.at, self.row.id)


class Picture(msgspec.Struct, frozen=True):
    """Everything one scope shows. ``at`` is the record time of the newest record counted (0: none yet)."""

    at: int = 0
    totals: Totals = Totals()
    departments: tuple[Department, ...] = ()
    cards: tuple[Placed, ...] = ()
    notices: tuple[Placed, ...] = ()


class Ranked(Protocol):
    """A list entry with an identity and a place."""

    @property
    def id(self) -> str: ...
    @property
    def rank(self) -> tuple[int | str, ...]: ...


Entry = TypeVar("Entry", bound=Ranked)


class Change(msgspec.Struct, Generic[Entry], frozen=True, omit_defaults=True):
    """How one list changes: ``put`` adds or replaces by id, ``gone`` removes by id."""

    put: tuple[Entry, ...] = ()
    gone: tuple[str, ...] = ()


FeedState = Literal["waiting", "loading", "live", "lost"]


class Feed(msgspec.Struct, frozen=True):
    """What the server knows about its own source.

    ``state``: waiting (no broker or no topics yet), loading, live, lost. ``read_at`` is when it last read a record (0: never),
    ``clock`` the newest record time seen. ``workers`` are at work; with none the picture stands still (-1: unknown).
    """

    state: FeedState = "waiting"
    read_at: int = 0
    clock: int = 0
    workers: int = -1

    @property
    def is_well(self) -> bool:
        """Whether what a screen shows follows what happens."""
        return self.state == "live" and self.workers != 0


class Screen(msgspec.Struct, frozen=True):
    """What does not change while the server runs: heading, zone of all times shown, scope, version of the page."""

    title: str
    zone: str
    simulated: bool
    page: str
    region: str = ""
    hall: str = ""
    department: str = ""


class Snapshot(msgspec.Struct, frozen=True, tag="snapshot"):
    """The whole picture as of ``seq``. ``now`` is the server's clock."""

    seq: int
    now: int
    screen: Screen
    feed: Feed
    picture: Picture


class Delta(msgspec.Struct, frozen=True, tag="delta", omit_defaults=True):
    """From the picture ``seq - 1`` to the picture ``seq``. What is absent has not changed."""

    seq: int
    at: int | None = None
    totals: Totals | None = None
    departments: Change[Department] | None = None
    cards: Change[Placed] | None = None
    notices: Change[Placed] | None = None


class Heartbeat(msgspec.Struct, frozen=True, tag="heartbeat"):
    """The server lives, ``seq`` was its last delta, and this is how its source does."""

    seq: int
    now: int
    feed: Feed


class Resync(msgspec.Struct, frozen=True, tag="resync"):
    """A screen's word: it missed something and wants a snapshot."""


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """A screen's first word: its token. A wall that lets in everybody does not wait for it."""

    token: str = ""


Message = Snapshot | Delta | Heartbeat

_encoder = msgspec.json.Encoder()
_decode_message = msgspec.json.Decoder(Message).decode
_decode_word = msgspec.json.Decoder(Resync | Hello).decode


def encode_message(message: Message | Resync | Hello) -> str:
    """A message as it goes over the connection (JSON text)."""
    return _encoder.encode(message).decode()


def decode_message(text: str | bytes) -> Message:
    """What a server said; ``msgspec.DecodeError`` if it is none of the three messages."""
    message: Message = _decode_message(text)
    return message


def decode_word(text: str | bytes) -> Resync | Hello:
    """What a screen said; ``msgspec.DecodeError`` if it is neither of the two."""
    word: Resync | Hello = _decode_word(text)
    return word


def apply_delta(picture: Picture, delta: Delta) -> Picture:
    """The picture after ``delta``. The page's ``picture.js`` does the same."""
    return Picture(
        at=picture.at if delta.at is None else delta.at,
        totals=delta.totals or picture.totals,
        departments=_change(picture.departments, delta.departments),
        cards=_change(picture.cards, delta.cards),
        notices=_change(picture.notices, delta.notices),
    )


def _change(shown: tuple[Entry, ...], change: Change[Entry] | None) -> tuple[Entry, ...]:
    if change is None:
        return shown
    entries = {entry.id: entry for entry in shown}
    for gone in change.gone:
        entries.pop(gone, None)
    entries.update({entry.id: entry for entry in change.put})
    return tuple(sorted(entries.values(), key=lambda entry: entry.rank))


def difference(old: Picture, new: Picture, seq: int) -> Delta | None:
    """The delta ``seq`` that turns ``old`` into ``new``; None if they are equal."""
    if old == new:
        return None
    return Delta(
        seq=seq,
        at=None if old.at == new.at else new.at,
        totals=None if old.totals == new.totals else new.totals,
        departments=_between(old.departments, new.departments),
        cards=_between(old.cards, new.cards),
        notices=_between(old.notices, new.notices),
    )


def _between(old: Iterable[Entry], new: Iterable[Entry]) -> Change[Entry] | None:
    before = {entry.id: entry for entry in old}
    after = {entry.id: entry for entry in new}
    put = tuple(entry for entry in after.values() if before.get(entry.id) != entry)
    gone = tuple(name for name in before if name not in after)
    return Change(put, gone) if put or gone else None
