"""Carries out a file of plain SQL as one version, or prints it."""

import re
from pathlib import Path
from typing import Any

from alembic import op

_FOLDER = Path(__file__).parent / "sql"


def carry_out(name: str) -> None:
    """Run ``sql/NAME.sql``. ``:schema`` in it is the schema being migrated."""
    context: Any = op.get_context()
    text = re.sub(r":schema\b", f'"{context.version_table_schema}"', (_FOLDER / f"{name}.sql").read_text("utf-8"))
    if context.as_sql:
        context.impl.static_output(text)
    else:  # by the driver itself: SQLAlchemy would look for parameters in it
        context.connection.connection.dbapi_connection.execute(text)
