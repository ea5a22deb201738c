"""The views."""

from monitor.ledger.migrations.plain import carry_out

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make them."""
    carry_out("ledger_0002.up")


def downgrade() -> None:
    """Take them away."""
    carry_out("ledger_0002.down")
