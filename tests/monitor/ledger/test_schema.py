"""The tables' versions: up, down, as SQL for somebody else, by many at once, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from monitor.ledger import LedgerMismatch, LedgerUnavailable
from monitor.ledger.connection import connected
from monitor.ledger.schema import as_sql, check, current, downgrade, newest, upgrade
from monitor.settings import LedgerSettings

OBJECTS = """
    SELECT c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE n.nspname IN (%s, %s) ORDER BY 1, 2, 3"""


def objects(settings: LedgerSettings) -> list[tuple[str, ...]]:
    with psycopg.connect(settings.dsn) as connection:
        return connection.execute(OBJECTS, [settings.namespace, f"{settings.namespace}_audit"]).fetchall()


def test_versions_go_up_and_down_and_up_again(chosen: LedgerSettings) -> None:
    upgrade(chosen)
    made = objects(chosen)
    assert {"event", "audit_entry", "v_comparison"} <= {name for name, *_ in made}
    downgrade(chosen, "ledger", "0001")
    assert not [name for name, *_ in objects(chosen) if name.startswith("v_")]
    with pytest.raises(LedgerMismatch, match="is at version 0001, this release wants"):
        check(chosen)
    downgrade(chosen, "ledger")
    downgrade(chosen, "audit")
    assert {name for name, *_ in objects(chosen)} == {"alembic_version", "alembic_version_pkc"}
    upgrade(chosen)
    assert objects(chosen) == made


def test_the_printed_sql_makes_the_same_and_takes_it_away(chosen: LedgerSettings) -> None:
    upgrade(chosen)
    made = objects(chosen)
    with psycopg.connect(chosen.dsn) as connection:
        connection.execute(f"DROP SCHEMA {chosen.namespace}, {chosen.namespace}_audit CASCADE")
    with psycopg.connect(chosen.dsn) as connection:
        connection.execute("".join(as_sql(chosen)))
    assert objects(chosen) == made
    upgrade(chosen)  # finds nothing left to do
    with psycopg.connect(chosen.dsn) as connection:
        connection.execute("".join(as_sql(chosen, down=True)))
    assert {name for name, *_ in objects(chosen)} == {"alembic_version", "alembic_version_pkc"}


def test_many_that_begin_at_once_bring_it_up_once(chosen: LedgerSettings) -> None:
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(upgrade, chosen) for _ in range(4)]:
            done.result()
    with connected(chosen) as connection:
        assert current(connection, chosen.namespace) == newest("ledger")


def test_another_zone_is_refused(chosen: LedgerSettings) -> None:
    upgrade(chosen, zone="Asia/Shanghai")
    with pytest.raises(LedgerMismatch, match="those of Asia/Shanghai, zone is Asia/Urumqi now"):
        upgrade(chosen, zone="Asia/Urumqi")


def test_a_database_that_is_not_there_is_said_with_its_setting_and_without_the_password(chosen: LedgerSettings) -> None:
    away = LedgerSettings(dsn="postgresql://supervise:geheim@127.0.0.1:1/supervise")
    with pytest.raises(LedgerUnavailable, match=r"ledger\.dsn") as said, connected(away):
        pass
    assert "geheim" not in str(said.value)


def test_a_wrong_password_is_refused_by_the_server(chosen: LedgerSettings, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong\n")
    with (
        pytest.raises(LedgerUnavailable, match="authentication failed"),
        connected(chosen.model_copy(update={"password_file": secret})),
    ):
        pass


def test_a_password_file_that_is_not_there_is_named(chosen: LedgerSettings, tmp_path: Path) -> None:
    missing = chosen.model_copy(update={"password_file": tmp_path / "none"})
    with pytest.raises(LedgerUnavailable, match=r"ledger\.password_file.*none"), connected(missing):
        pass


def test_tls_is_asked_for_in_the_dsn(chosen: LedgerSettings) -> None:
    with (
        pytest.raises(LedgerUnavailable, match="SSL"),
        connected(chosen.model_copy(update={"dsn": f"{chosen.dsn}?sslmode=require"})),
    ):
        pass
