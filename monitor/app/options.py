"""What the flags that several commands share come to: settings, logging, the books in force, a day."""

import asyncio
import logging
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from monitor.books import Library, read_library
from monitor.settings import Settings, load_settings


def configure_logging(level: str) -> None:
    """One line per event on stderr, with the time and the part that speaks."""
    logging.basicConfig(
        level=level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # each part says itself, once, what its broker does to it


def settings(
    file: Path | None, bootstrap: str | None, prefix: str | None, *, metrics_port: int | None = None, **sections: dict[str, Any]
) -> Settings:
    """File, environment and flags in one; a flag that was not given overrides nothing."""
    flags: dict[str, dict[str, Any]] = {
        "kafka": {"bootstrap": bootstrap},
        "topics": {"prefix": prefix},
        "metrics": {"port": metrics_port},
        **sections,
    }
    given = {name: {key: value for key, value in flag.items() if value is not None} for name, flag in flags.items()}
    return load_settings(file, **{name: flag for name, flag in given.items() if flag})


def published(chosen: Settings) -> Library:
    """The books of the settings with the published ones laid over them."""
    library = Library.of_files(chosen.worker.books)
    asyncio.run(read_library(chosen, library))
    return library


def day(given: datetime | None) -> date:
    """The given day, or today where this process runs."""
    return (given or datetime.now().astimezone()).date()
