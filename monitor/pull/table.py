"""The table or view, by SQLAlchemy: whatever database it knows a dialect for. Nothing is ever written there."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, MetaData, Table, create_engine, func, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from monitor.pull.cursor import Key
from monitor.pull.spec import PullError, PullSpec


class SourceTable:
    """Rows in order of the key. Use :meth:`close` at the end."""

    def __init__(self, spec: PullSpec, columns: Sequence[str], optional: frozenset[str] = frozenset()) -> None:
        """Look at the table; :class:`PullError` where it, a column or a driver is missing, or nobody answers."""
        self._spec = spec
        with _in_words(spec):
            self._engine = create_engine(spec.database, pool_pre_ping=True)
            table = Table(spec.table, MetaData(), schema=spec.schema or None, autoload_with=self._engine)
        missing = [name for name in (spec.key, *columns) if name not in table.c and name not in optional]
        if missing:
            raise PullError(f"{spec.table} has no column {', '.join(missing)}; it has {', '.join(table.c.keys())}")
        self._key: Column[Any] = table.c[spec.key]
        self._columns = [table.c[name] for name in dict.fromkeys((spec.key, *columns)) if name in table.c]
        self._optional = [name for name in columns if name not in table.c]

    def rows(self, begin: Key | None) -> Iterator[list[dict[str, object]]]:
        """Every row from ``begin`` on, a batch at a time. One statement sees one moment of the table."""
        wanted = select(*self._columns).where(self._key.is_not(None)).order_by(self._key)
        if begin is not None:
            wanted = wanted.where(self._key >= begin)
        with _in_words(self._spec), self._engine.connect() as connection:
            found = connection.execution_options(yield_per=self._spec.batch).execute(wanted)
            for batch in found.mappings().partitions():
                yield [{**dict(row), **dict.fromkeys(self._optional)} for row in batch]

    def without_key(self) -> int:
        """Rows whose key is NULL: no pass ever sees them."""
        with _in_words(self._spec), self._engine.connect() as connection:
            return connection.execute(select(func.count()).where(self._key.is_(None))).scalar_one()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


@contextmanager
def _in_words(spec: PullSpec) -> Iterator[None]:
    """Errors of the driver as one line, without the URL: it holds a password."""
    try:
        yield
    except NoSuchTableError:
        raise PullError(f"the database has no table or view {spec.table!r}: is schema right?") from None
    except NoSuchModuleError as error:
        raise PullError(f"{error}: install the dialect of this database") from None
    except ModuleNotFoundError as error:
        raise PullError(
            f"{error.name} is not installed: pip install 'supervise[databases]', or the driver of this database"
        ) from None
    except ArgumentError:
        raise PullError("database is no URL such as postgresql+psycopg://user:password@host/name") from None
    except SQLAlchemyError as error:
        first = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise PullError(f"the database answers: {first[:300]}") from None
