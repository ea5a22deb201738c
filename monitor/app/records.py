"""``supervise replay, pull, backtest, explain``: wires them and prints what they return."""

import asyncio
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import click

from monitor.app.options import published
from monitor.app.stopping import until_stopped
from monitor.backtest import Options, Progress, both_books, from_lines, from_mapping, from_topic, print_report, run_backtest
from monitor.books import load_books, saved
from monitor.door import serve_metrics
from monitor.explain import Follower, as_text, follow_file, follow_topic, keys_in_file, keys_in_topic
from monitor.mapping import load_mapping, mapped_files
from monitor.pull import Pass, load_pull, run_pull
from monitor.replay import replay_offline as run_offline
from monitor.replay import replay_to_kafka
from monitor.settings import Settings
from monitor.wire import DeadLetter, Topics, encode_json
from monitor.words import Language
from rules.instant import to_instant
from rules.keys import case_key, space_of


def replay_offline(
    files: tuple[str, ...],
    mappings: tuple[Path, ...],
    books: tuple[Path, ...],
    *,
    cases: bool,
    until: datetime | None,
    dead_letters: Path | None,
) -> int:
    """Alert changes on stdout, the summary on stderr, unusable rows where asked; 1 if no row was usable."""
    inputs, known = mapped_files(files, mappings), load_books(books)
    if dead_letters is None:
        done = run_offline(inputs, known, sys.stdout.buffer, cases=cases, until=until)
    else:
        with dead_letters.open("wb") as out:

            def keep(letter: DeadLetter) -> None:
                out.write(encode_json(letter) + b"\n")

            done = run_offline(inputs, known, sys.stdout.buffer, cases=cases, until=until, on_bad=keep)
    click.echo(str(done), err=True)
    return int(done.is_all_bad)


def replay_kafka(files: tuple[str, ...], mappings: tuple[Path, ...], chosen: Settings, *, speed: float | None) -> int:
    """Old records into Kafka; 1 if no row was usable."""
    done = asyncio.run(replay_to_kafka(mapped_files(files, mappings), chosen, speed=speed))
    click.echo(str(done), err=True)
    return int(done.is_all_bad)


def pull(file: Path, mapping: Path, chosen: Settings, *, once: bool) -> int:
    """Rows of a database into Kafka until it is stopped; of one pass the summary on stderr, and 1 if no row was usable."""
    spec, loaded = load_pull(file), load_mapping(mapping)
    serve_metrics(chosen.metrics)
    done: list[Pass] = []

    async def run() -> None:
        done.append(await run_pull(spec, loaded, chosen, once=once))

    until_stopped(run())
    for each in done:
        click.echo(str(each), err=True)
    return int(any(each.is_all_bad for each in done))


def backtest(
    chosen: Settings,
    records: Path | None,
    mapping: Path | None,
    *,
    books: tuple[Path, ...],
    against: tuple[Path, ...],
    begin: datetime | None,
    end: datetime | None,
    until: datetime | None,
    as_json: bool,
    detail: bool,
    examples: int,
    lang: Language,
    processes: int | None,
) -> None:
    """The report of a back-test on stdout, progress and summary on stderr."""
    current = against or chosen.worker.books
    both_books(books, current)  # before anything is read: a defect in a book shows at once
    options = Options(examples, to_instant(until) if until else None, processes)
    with tempfile.TemporaryDirectory(prefix="supervise-") as folder, Progress(lang).running() as progress:
        if records is None and not against:
            current = saved(published(chosen).tables(), Path(folder))
        if records is None:
            range_ = (to_instant(begin) if begin else None, to_instant(end) if end else None)
            source = asyncio.run(from_topic(chosen, *range_, Path(folder), progress.fetched))
        elif mapping is not None:
            source = from_mapping(records, load_mapping(mapping), Path(folder), progress.fetched)
        else:
            source = from_lines(records, Path(folder))
        done = run_backtest(source, books, current, options, progress)
    if as_json:
        sys.stdout.buffer.write(encode_json(done.report) + b"\n")
    else:
        print_report(done.report, lang, detail=detail)
    click.echo(str(done), err=True)


def explain(
    chosen: Settings,
    *,
    case: str,
    numbered_by: str | None,
    records: Path | None,
    mapping: Path | None,
    until: datetime | None,
    lang: Language,
    as_json: bool,
    unmasked: bool,
) -> int:
    """One case's story on stdout; 1 if no record is of it, or if the number is that of several."""
    if records is None and (mapping is not None or until is not None):
        raise click.UsageError("--mapping and --until belong to --from-file")
    books = load_books(chosen.worker.books) if records is not None else published(chosen).books
    mapped = load_mapping(mapping) if mapping is not None else None
    where = records or f"topic {Topics(chosen.topics.prefix).events} at {chosen.kafka.bootstrap}"
    keys = [case_key(numbered_by, case)] if numbered_by else []
    if not keys:
        keys = keys_in_file(case, records, mapped) if records is not None else asyncio.run(keys_in_topic(case, chosen))
    if len(keys) > 1:
        spaces = "\n".join(f"  --numbered-by {space_of(key)}" for key in keys)
        click.echo(f"supervise: {len(keys)} cases are called {case!r} in {where}; say whose it is:\n{spaces}", err=True)
        return 1
    follower = Follower(keys[0] if keys else case, books, unmasked=unmasked)
    if keys and records is not None:
        follow_file(follower, records, mapped, to_instant(until) if until is not None else None)
    elif keys:
        asyncio.run(follow_topic(follower, chosen))
    story = follower.story()
    if story is None:
        click.echo(f"supervise: no case {case!r} in {where}", err=True)
        return 1
    click.echo(encode_json(story).decode() if as_json else as_text(story, lang), nl=as_json)
    return 0
