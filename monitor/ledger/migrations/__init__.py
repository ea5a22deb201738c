"""The tables' versions, in plain SQL, carried out by Alembic: one line of versions for the ledger, one for the audit log."""
