"""Which block of which page is written by whom, and how a block takes its place in a page."""

import re
from collections.abc import Callable
from pathlib import Path

from docs.generate.commands import commands
from docs.generate.errors import errors, tree
from docs.generate.kinds import clock_rows, finding_rows
from docs.generate.limits import limits
from docs.generate.metrics import metrics
from docs.generate.numbers import numbers, transitions
from docs.generate.records import alert_fields, case_fields, case_shapes, dead_letter_fields, events, figure_fields, header_fields
from docs.generate.settings import settings
from docs.generate.topics import topics

DOCS = Path(__file__).parents[1]

PAGES: dict[str, dict[str, Callable[[], str]]] = {
    "reference/cli.md": {"commands": commands},
    "reference/settings.md": {"settings": settings},
    "reference/http.md": {"limits": limits},
    "reference/metrics.md": {"metrics": metrics},
    "reference/errors.md": {"tree": tree, "errors": errors},
    "reference/topics.md": {
        "topics": topics,
        "alert fields": alert_fields,
        "figure fields": figure_fields,
        "dead letter fields": dead_letter_fields,
    },
    "reference/events.md": {"header fields": header_fields, "events": events},
    "reference/kinds.md": {"clock rows": clock_rows},
    "reference/findings.md": {"finding rows": finding_rows},
    "reference/cards.md": {"transitions": transitions},
    "reference/storage.md": {"case fields": case_fields, "case shapes": case_shapes, "numbers": numbers},
}

_BLOCK = re.compile(r"(<!-- from ([\w ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def written_anew(page: str) -> str:
    """The page with every block as the code has it now; ``KeyError`` for a block nobody writes."""
    writers = PAGES[page]
    return _BLOCK.sub(lambda block: f"{block[1]}\n{writers[block[2]]().strip()}\n\n{block[4]}", (DOCS / page).read_text("utf-8"))


def blocks_of(page: str) -> list[str]:
    """The names of the blocks a page has."""
    return [name for _, name, _, _ in _BLOCK.findall((DOCS / page).read_text("utf-8"))]
