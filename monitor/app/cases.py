"""``supervise cards …``: wires it and prints what it returns."""

import asyncio
from pathlib import Path

import click

from monitor.app.options import published
from monitor.backtest import Progress
from monitor.settings import Settings
from monitor.verify import report_in_words
from monitor.verify import verify_cards as run_verify
from monitor.wire import encode_json
from monitor.words import Language


def verify(chosen: Settings, *, records: Path | None, examples: int, as_json: bool, out: Path | None, lang: Language) -> int:
    """Every issued card computed anew; the report on stdout; 1 if one does not agree."""
    books = published(chosen).books
    with Progress(lang).running() as progress:
        report = asyncio.run(run_verify(chosen, books, progress.fetched, records=records, examples=examples))
    if out is not None:
        out.write_bytes(encode_json(report) + b"\n")
    click.echo(encode_json(report).decode() if as_json else report_in_words(report, lang))
    return int(not report.is_clean)
