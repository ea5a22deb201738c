"""The first tables."""

from monitor.ledger.migrations.plain import carry_out

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    carry_out("ledger_0001.up")


def downgrade() -> None:
    """Take them away."""
    carry_out("ledger_0001.down")
