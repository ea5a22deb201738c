"""The audit log: what the role that writes may not do, and how whatever is done to it behind its back is found."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from monitor.ledger.audit.chain import AuditEntry, Digests, Link, end_of
from monitor.ledger.audit.verify import Proof, verify
from monitor.ledger.connection import connected
from monitor.ledger.months import make_months, month_of
from monitor.ledger.retention import drop_before
from monitor.ledger.rows import Batch
from monitor.ledger.schema import upgrade
from monitor.ledger.store import LedgerStore
from monitor.settings import LedgerSettings
from monitor.wire import AuditHead
from rules.instant import DAY, to_instant

START = to_instant(datetime(2026, 1, 20, tzinfo=UTC))
ROWS = 40
CHAIN = "events/0"
Change = Callable[[psycopg.Connection], object]


def write(settings: LedgerSettings, first: int = 0, rows: int = ROWS) -> Link:
    """So many acts, one a day, by the ledger itself; the end of their chain."""
    batch = Batch()
    batch.parts["events", 0] = (first, first + rows)
    for number in range(first, first + rows):
        batch.enter(CHAIN, AuditEntry("act", f"alert-{number}", number, START + number * DAY, b'{"act":%d}' % number))
    with LedgerStore(settings, "a test") as store:
        store.claim([("events", 0)])
        store.write(batch)
        return store.heads[CHAIN]


def head_of(link: Link, algorithm: str = "sha256") -> AuditHead:
    return AuditHead(CHAIN, link.seq, link.digest.hex(), algorithm, link.entered_at)


def relink(connection: psycopg.Connection, start: int) -> None:
    """Link every row from ``start`` on anew, as somebody would who knows how."""
    digests = Digests("sha256")
    query = (
        "SELECT seq, (extract(epoch FROM entered_at) * 1000)::bigint, kind, subject, record_offset, body, digest FROM audit_entry"
    )
    last = digests.beginning(CHAIN).digest
    for seq, at, kind, subject, offset, body, digest in connection.execute(f"{query} ORDER BY seq").fetchall():
        last = digests.of(last, CHAIN, seq, at, kind, subject, offset, body) if seq >= start else digest
        connection.execute("UPDATE audit_entry SET digest = %s WHERE seq = %s", [last, seq])


def done(*statements: str, relinked: int = 0) -> Change:
    def change(connection: psycopg.Connection) -> None:
        for statement in statements:
            connection.execute(statement)
        if relinked:
            relink(connection, relinked)

    return change


def exchanged(one: int, other: int) -> Change:
    steps = ((99, one), (one, other), (other, 99))
    return done(*(f"UPDATE audit_entry SET seq = {to} WHERE seq = {of}" for to, of in steps))


UNTOLD = "Kafka was never told"
DONE: dict[str, tuple[Change, int, str, str]] = {
    "a body changed": (
        done("UPDATE audit_entry SET body = 'x' WHERE seq = 17"),
        17,
        "broken",
        "row 17 (act alert-16) does not follow",
    ),
    "a digest changed": (done("UPDATE audit_entry SET digest = sha256('x') WHERE seq = 17"), 17, "broken", "row 17"),
    "the first row changed": (done("UPDATE audit_entry SET subject = 'x' WHERE seq = 1"), 1, "broken", "row 1"),
    "one removed": (done("DELETE FROM audit_entry WHERE seq = 17"), 17, "missing", "row 17 is missing: 16 is followed by 18"),
    "five removed": (done("DELETE FROM audit_entry WHERE seq BETWEEN 5 AND 9"), 5, "missing", "rows 5 to 9 are missing"),
    "the first removed": (done("DELETE FROM audit_entry WHERE seq = 1"), 1, "missing", "row 1 is missing"),
    "the end cut off": (done("DELETE FROM audit_entry WHERE seq > 38"), 39, "cut", "rows 39 to 40 are missing at the end"),
    "all removed": (done("DELETE FROM audit_entry"), 1, "cut", "rows 1 to 40 are missing at the end"),
    "neighbours exchanged": (exchanged(10, 11), 10, "reordered", "rows 10 and 11 stand in each other's place"),
    "rows far apart exchanged": (exchanged(10, 30), 10, "reordered", "rows 10 and 30 stand in each other's place"),
    "re-chained": (done("UPDATE audit_entry SET body = 'x' WHERE seq = 3", relinked=3), 20, "rewritten", UNTOLD),
    "the last re-chained": (done("UPDATE audit_entry SET body = 'x' WHERE seq = 40", relinked=40), 40, "rewritten", UNTOLD),
    "removed and re-chained": (
        done("DELETE FROM audit_entry WHERE seq = 3", "UPDATE audit_entry SET seq = seq - 1 WHERE seq > 3", relinked=3),
        20,
        "rewritten",
        UNTOLD,
    ),
}
"""What somebody does to forty rows, and which row is named for it, as what."""


@pytest.fixture
def told(chosen: LedgerSettings) -> list[AuditHead]:
    """A log of forty rows in two months and a half, and what Kafka was told after the 20th and the last."""
    upgrade(chosen)
    return [head_of(write(chosen, 0, 20)), head_of(write(chosen, 20, 20))]


def by_the_owner(settings: LedgerSettings, change: Change) -> None:
    """What only somebody can do who owns the tables, with the triggers out of the way."""
    with connected(settings, writer=False) as connection:
        connection.execute("SET session_replication_role = replica")
        change(connection)
        connection.commit()


def the_proof(settings: LedgerSettings, heads: list[AuditHead]) -> Proof:
    (proof,) = verify(settings, heads)
    return proof


def test_an_untouched_log_is_proven(chosen: LedgerSettings, told: list[AuditHead]) -> None:
    assert the_proof(chosen, told) == Proof(CHAIN, ROWS, ROWS, ROWS, None)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET subject = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry", "TRUNCATE audit_entry_2026_02",
     "DELETE FROM audit_entry_2026_02", "UPDATE audit_seal SET last_seq = 0", "DELETE FROM audit_seal",
     "INSERT INTO audit_seal VALUES ()",
     "DROP TABLE audit_entry", "ALTER TABLE audit_entry DISABLE TRIGGER ALL"],
)  # fmt: skip
def test_the_role_that_writes_is_refused(chosen: LedgerSettings, told: list[AuditHead], statement: str) -> None:
    statement = statement.replace("VALUES ()", "SELECT 'a', '2026-01-01', 1, 1, now(), 1, '', ''")
    with psycopg.connect(chosen.dsn, options=f"-csearch_path={chosen.namespace}_audit") as connection:
        connection.execute("SET ROLE supervise_ledger")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET subject = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry", "TRUNCATE audit_entry_2026_02"],
)
def test_the_owner_is_refused_too_while_the_triggers_stand(chosen: LedgerSettings, told: list[AuditHead], statement: str) -> None:
    with (
        psycopg.connect(chosen.dsn, options=f"-csearch_path={chosen.namespace}_audit") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
    ):
        connection.execute(statement)


@pytest.mark.parametrize(("change", "seq", "kind", "words"), DONE.values(), ids=DONE)
def test_tampering_behind_its_back_is_found(
    chosen: LedgerSettings, told: list[AuditHead], change: Change, seq: int, kind: str, words: str
) -> None:
    by_the_owner(chosen, change)
    breach = the_proof(chosen, told).breach
    assert breach is not None
    assert (breach.seq, breach.kind) == (seq, kind)
    assert words in breach.text


def test_a_log_rewritten_whole_is_proven_by_itself_and_found_by_what_kafka_knows(
    chosen: LedgerSettings, told: list[AuditHead]
) -> None:
    by_the_owner(chosen, lambda c: [c.execute("UPDATE audit_entry SET body = 'x' WHERE seq = 3"), relink(c, 1)])
    assert the_proof(chosen, []).breach is None
    assert the_proof(chosen, told).breach is not None


def test_two_logs_of_one_name_are_found(chosen: LedgerSettings, told: list[AuditHead]) -> None:
    breach = the_proof(chosen, [*told, AuditHead(CHAIN, 20, "00", "sha256", 0)]).breach
    assert breach is not None
    assert "two logs" in breach.text


def test_a_dropped_month_leaves_the_log_provable(chosen: LedgerSettings, told: list[AuditHead]) -> None:
    gone = drop_before(chosen, date(2026, 2, 1))
    assert "audit_entry_2026_01" in gone
    assert the_proof(chosen, told) == Proof(CHAIN, ROWS - 12, ROWS, ROWS, None)
    assert "audit_entry_2026_02" in drop_before(chosen, date(2026, 3, 1))
    link = write(chosen, ROWS, 3)
    assert the_proof(chosen, [*told, head_of(link)]) == Proof(CHAIN, 3, ROWS + 3, ROWS + 3, None)


def test_a_log_of_which_every_month_was_dropped_goes_on_where_it_ended(chosen: LedgerSettings, told: list[AuditHead]) -> None:
    drop_before(chosen, date(2026, 6, 1))
    link = write(chosen, ROWS, 1)  # of March, and late: its month is sealed
    assert (link.seq, link.entered_at) == (ROWS + 1, to_instant(datetime(2026, 6, 1, tzinfo=UTC)))
    assert the_proof(chosen, [*told, head_of(link)]).breach is None


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda c: c.execute("UPDATE audit_seal SET digest = sha256('x') WHERE month = '2026-01-01'"), "seal"),
        (lambda c: c.execute("DELETE FROM audit_seal WHERE month = '2026-01-01'"), "seal"),
        (lambda c: c.execute("UPDATE audit_seal SET digest = sha256('x') WHERE month = '2026-02-01'"), "rewritten"),
        (lambda c: c.execute("DELETE FROM audit_seal WHERE month = '2026-02-01'"), "missing"),
        (lambda c: c.execute("UPDATE audit_entry SET body = 'x' WHERE seq = 41"), "broken"),
    ],
)
def test_a_forged_seal_is_found(chosen: LedgerSettings, told: list[AuditHead], change: Change, kind: str) -> None:
    drop_before(chosen, date(2026, 3, 1))
    write(chosen, ROWS, 3)
    by_the_owner(chosen, change)
    breach = the_proof(chosen, told).breach
    assert breach is not None
    assert breach.kind == kind


def test_entries_delivered_twice_stand_once(chosen: LedgerSettings, told: list[AuditHead]) -> None:
    with psycopg.connect(chosen.dsn, options=f"-csearch_path={chosen.namespace}") as connection:
        connection.execute("UPDATE consumed SET next = 0")
    assert write(chosen, 0, ROWS).seq == ROWS
    assert the_proof(chosen, told).breach is None


def test_sm3_chains_as_well(chosen: LedgerSettings) -> None:
    settings = chosen.model_copy(update={"digest": "sm3"})
    upgrade(settings)
    heads = [head_of(write(settings), "sm3")]
    assert the_proof(settings, heads).breach is None
    by_the_owner(settings, lambda c: c.execute("UPDATE audit_entry SET body = 'x' WHERE seq = 17"))
    assert the_proof(settings, heads).breach is not None


def test_a_row_is_never_earlier_than_the_one_before_it() -> None:
    digests = Digests("sha256")
    first = digests.link(CHAIN, digests.beginning(CHAIN), AuditEntry("act", "a", 0, START + DAY, b"{}"))
    second = digests.link(CHAIN, end_of(first), AuditEntry("act", "a", 1, START, b"{}"))
    assert second.entered_at == first.entered_at == START + DAY


def test_parts_are_made_once_whoever_asks(chosen: LedgerSettings) -> None:
    upgrade(chosen)
    month = month_of(datetime(2026, 5, 31, 23, tzinfo=UTC) + timedelta(hours=2))
    for _ in range(2):
        make_months(chosen, "", [("audit_entry", month), ("event", month)])
    with connected(chosen) as connection:
        assert connection.execute("SELECT to_regclass('audit_entry_2026_06') IS NOT NULL").fetchone() == (True,)
