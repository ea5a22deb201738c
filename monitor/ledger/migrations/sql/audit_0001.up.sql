-- The audit log: appended to, never changed. It stands in a schema of its own, because a rebuilt ledger leaves it alone.

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'supervise_ledger') THEN
        CREATE ROLE supervise_ledger NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'supervise_reader') THEN
        CREATE ROLE supervise_reader NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another database of this cluster is being migrated right now
END $$;
GRANT supervise_ledger TO CURRENT_USER;

-- One row for each alert change and each human act, linked to the one before it in its chain.
CREATE TABLE audit_entry (
    chain text NOT NULL,                -- 'alerts/0': the topic's last word and the partition
    seq bigint NOT NULL,                -- 1, 2, 3 … without a gap
    entered_at timestamptz NOT NULL,    -- the record's time on the broker, never earlier than that of the row before
    kind text NOT NULL,                 -- 'alert' or 'act'
    subject text NOT NULL,              -- the alert's id and change, or the alert an act is about
    record_offset bigint NOT NULL,
    body bytea NOT NULL,                -- the record's bytes
    digest bytea NOT NULL,
    PRIMARY KEY (chain, seq, entered_at)
) PARTITION BY RANGE (entered_at);
CREATE INDEX audit_entry_subject ON audit_entry (subject);

-- What is left of a dropped month: where its rows began and ended.
CREATE TABLE audit_seal (
    chain text NOT NULL,
    month date NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    last_entered_at timestamptz NOT NULL,
    last_offset bigint NOT NULL,
    before bytea NOT NULL,              -- the digest the first row was linked to
    digest bytea NOT NULL,              -- that of the last row
    sealed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain, month)
);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % of % is refused', tg_op, tg_table_name USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entry_keeps BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_entry_stays BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_seal_keeps BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_seal_stays BEFORE TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

REVOKE ALL ON audit_entry, audit_seal FROM PUBLIC;
GRANT SELECT, INSERT ON audit_entry TO supervise_ledger;
GRANT SELECT ON audit_seal TO supervise_ledger;
GRANT SELECT ON audit_entry, audit_seal TO supervise_reader;
