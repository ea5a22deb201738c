"""The composition root: takes what the flags said, wires the parts, runs one of them."""

import asyncio
import getpass
import logging
import shutil
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from monitor.backtest import Options, Progress, both_books, from_lines, from_mapping, from_topic, print_report, run_backtest
from monitor.books import Shelf, encode, read_shelf, saved
from monitor.books.files import load_book, load_books
from monitor.catalog import as_json as catalog_json
from monitor.catalog import as_text as catalog_text
from monitor.catalog import check_catalog, draw_catalog
from monitor.demo import Demo, DemoOptions
from monitor.embedded.run import run_kafka
from monitor.explain import Follower, as_text, follow_file, follow_topic
from monitor.gateway import new_token, run_gateway
from monitor.mapping import load_mapping
from monitor.metrics import serve_metrics
from monitor.replay import replay_offline as run_offline
from monitor.replay import replay_to_kafka
from monitor.rulebook import as_table, check_books, explain_rule, listed, publish
from monitor.rulebook.check import HORIZON
from monitor.scenarios import run_suite
from monitor.settings import Settings, load_settings
from monitor.simulate.feeder import run_simulate
from monitor.simulate.files import write_book, write_file
from monitor.stream.worker import run_worker
from monitor.verify import report_in_words
from monitor.verify import verify_cards as run_verify
from monitor.wall.server import run_wall
from monitor.wire import DeadLetter, Topics, encode_json
from monitor.words import Language
from rules.instant import to_instant


def configure_logging(level: str) -> None:
    """One line per event on stderr, with the time and the part that speaks."""
    logging.basicConfig(
        level=level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # each part says itself, once, what its broker does to it


def settings(
    file: Path | None, bootstrap: str | None, prefix: str | None, metrics_port: int | None, **sections: dict[str, Any]
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


def worker(chosen: Settings) -> None:
    """Run the rule engine until told to stop."""
    run_worker(chosen, Shelf.of_files(chosen.worker.books))


def gateway(chosen: Settings) -> None:
    """Run the HTTP way in until told to stop."""
    serve_metrics(chosen.metrics)
    _until_stopped(run_gateway(chosen))


def wall(chosen: Settings) -> None:
    """Run the leaders' screen until told to stop."""
    serve_metrics(chosen.metrics)
    _until_stopped(run_wall(chosen))


def kafka(data: Path, port: int) -> None:
    """Run the embedded Kafka until told to stop."""
    run_kafka(data, port)


def replay_offline(
    file: Path,
    mapping: Path,
    books: tuple[Path, ...],
    *,
    cases: bool,
    until: datetime | None,
    dead_letters: Path | None,
) -> None:
    """Alert changes on stdout, the summary on stderr, unusable rows where asked."""
    loaded, shelf = load_mapping(mapping), load_books(books)
    if dead_letters is None:
        done = run_offline(file, loaded, shelf, sys.stdout.buffer, cases=cases, until=until)
    else:
        with dead_letters.open("wb") as out:

            def keep(letter: DeadLetter) -> None:
                out.write(encode_json(letter) + b"\n")

            done = run_offline(file, loaded, shelf, sys.stdout.buffer, cases=cases, until=until, on_bad=keep)
    click.echo(str(done), err=True)


def replay_kafka(file: Path, mapping: Path, chosen: Settings, *, speed: float | None) -> None:
    """Old records into Kafka."""
    done = asyncio.run(replay_to_kafka(file, load_mapping(mapping), chosen, speed=speed))
    click.echo(str(done), err=True)


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
    both_books(books, current)  # before anything is read: a defect in a book is told at once
    options = Options(examples, to_instant(until) if until else None, processes)
    with tempfile.TemporaryDirectory(prefix="supervise-") as folder, Progress(lang).running() as progress:
        if records is None and not against:
            current = saved(_published(chosen).tables(), Path(folder))
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


def simulate(
    chosen: Settings,
    *,
    seed: int,
    speed: float,
    cases_per_day: float,
    backfill_days: int,
    start: datetime | None,
    seconds: float | None,
    out: Path | None,
    book: Path | None,
) -> None:
    """The simulated hall: into a file, or into Kafka until told to stop."""
    if book is not None:
        write_book(book)
    if out is not None:
        count = write_file(out, start=start, days=backfill_days, seed=seed, cases_per_day=cases_per_day)
        click.echo(f"{out}: {count:,} records", err=True)
    if book is not None or out is not None:
        return

    async def run(stop: asyncio.Event) -> None:
        done = await run_simulate(
            chosen,
            seed=seed,
            speed=speed,
            start=start,
            cases_per_day=cases_per_day,
            backfill_days=backfill_days,
            seconds=seconds,
            stop=stop,
        )
        click.echo(str(done), err=True)

    asyncio.run(_with_stop(run))


def demo(*, fresh: bool, data: Path, **options: Any) -> int:
    """Everything at once; the exit status."""
    if fresh and data.exists():
        shutil.rmtree(data)
    status: int = asyncio.run(_with_stop(Demo(DemoOptions(data=data.resolve(), **options)).run))
    return status


def token_new(name: str, regions: tuple[str, ...], departments: tuple[str, ...], *, office: bool) -> None:
    """The table for the tokens file on stdout; the token, shown this once, on stderr."""
    made = new_token(name, regions, departments, office=office)
    click.echo(made.table)
    click.echo(f"token of {name} (shown this once): {made.token}", err=True)


def explain(
    chosen: Settings,
    *,
    case: str,
    records: Path | None,
    mapping: Path | None,
    until: datetime | None,
    lang: Language,
    as_json: bool,
    unmasked: bool,
) -> int:
    """One case's story on stdout; 1 if no record tells of it."""
    books = load_books(chosen.worker.books) if records is not None else _published(chosen).books
    follower = Follower(case, books, unmasked=unmasked)
    if records is not None:
        end = to_instant(until) if until is not None else None
        follow_file(follower, records, load_mapping(mapping) if mapping is not None else None, end)
    elif mapping is not None or until is not None:
        raise click.UsageError("--mapping and --until belong to --from-file")
    else:
        asyncio.run(follow_topic(follower, chosen))
    story = follower.story()
    if story is None:
        where = records or f"topic {Topics(chosen.topics.prefix).events} at {chosen.kafka.bootstrap}"
        click.echo(f"supervise: no case {case!r} in {where}", err=True)
        return 1
    click.echo(encode_json(story).decode() if as_json else as_text(story, lang), nl=as_json)
    return 0


def rulebook_check(paths: tuple[Path, ...], *, today: datetime | None, horizon: int | None) -> int:
    """Findings on stdout; 1 if one is an error."""
    checked = check_books(paths, _day(today), HORIZON if horizon is None else horizon)
    for finding in checked.findings:
        click.echo(str(finding))
    click.echo(f"files {len(paths)}, errors {checked.errors}, warnings {len(checked.findings) - checked.errors}", err=True)
    return int(checked.errors > 0)


def rulebook_explain(rule: str, book: Path, *, begins: datetime | None, lang: Language) -> None:
    """One rule in words."""
    click.echo(explain_rule(load_book(book), rule, _day(begins), lang))


def rulebook_test(where: Path, book: Path | None) -> int:
    """Scenarios played; 1 if one went otherwise. A book named here is meant from where the command runs."""
    chosen = str(book.resolve()) if book is not None and book.is_file() else str(book or "")
    result = run_suite(where, chosen)
    click.echo(str(result))
    return int(not result.ok)


def catalog_check(file: Path, book: Path, *, as_json: bool) -> int:
    """Findings and completeness on stdout; 1 if one is an error."""
    report = check_catalog(file, book)
    if told := catalog_json(report) if as_json else catalog_text(report):
        click.echo(told)
    click.echo(f"errors {report.errors}, warnings {len(report.findings) - report.errors}", err=True)
    return int(report.errors > 0)


def catalog_draw(file: Path, codes: tuple[str, ...], out: Path) -> None:
    """Each file named on stdout as soon as it is written."""
    count = 0
    for written in draw_catalog(file, out, codes):
        click.echo(str(written))
        count += 1
    click.echo(f"{count} written", err=True)


def publish_books(
    chosen: Settings,
    paths: tuple[Path, ...],
    *,
    by: str | None,
    replace: bool,
    today: datetime | None,
    horizon: int | None,
) -> int:
    """Publish rule books, all or none; 1 and the findings if one has errors."""
    checked = check_books(paths, _day(today), HORIZON if horizon is None else horizon)
    try:
        _tell(publish.publish_books(chosen, checked, by=_who(by), replace=replace))
    except publish.BooksHaveErrors as bad:
        click.echo("\n".join(map(str, bad.findings)))
        click.echo(str(bad), err=True)
        return 1
    return 0


def withdraw_book(chosen: Settings, version: str, begin: datetime | None, *, by: str | None) -> None:
    """Take a published book out of force."""
    _tell(publish.withdraw_book(chosen, version, begin, by=_who(by)))


def publish_calendar(chosen: Settings, name: str, *, by: str | None, replace: bool) -> None:
    """Publish a calendar."""
    _tell(publish.publish_calendar(chosen, name, by=_who(by), replace=replace))


def withdraw_calendar(chosen: Settings, name: str) -> None:
    """Take a published calendar back."""
    _tell(publish.withdraw_calendar(chosen, name))


def published(chosen: Settings, version: str | None, *, as_json: bool) -> None:
    """What the catalog topic holds, or one of its books whole, as JSON."""
    shelf = _published(chosen)
    if version is not None:
        click.echo(encode(publish.book_of(shelf, version)))
        return
    rows = listed(shelf, chosen.zone, to_instant(datetime.now(UTC)))
    click.echo("\n".join(encode_json(row).decode() for row in rows) if as_json else as_table(rows))


def cards_verify(
    chosen: Settings, *, records: Path | None, examples: int, as_json: bool, out: Path | None, lang: Language
) -> int:
    """Every issued card computed anew; the report on stdout; 1 if one does not agree."""
    books = _published(chosen).books
    with Progress(lang).running() as progress:
        report = asyncio.run(run_verify(chosen, books, progress.fetched, records=records, examples=examples))
    if out is not None:
        out.write_bytes(encode_json(report) + b"\n")
    click.echo(encode_json(report).decode() if as_json else report_in_words(report, lang))
    return int(not report.is_clean)


def _published(chosen: Settings) -> Shelf:
    """The books of the settings with the published ones laid over them."""
    shelf = Shelf.of_files(chosen.worker.books)
    asyncio.run(read_shelf(chosen, shelf))
    return shelf


def _tell(doing: Coroutine[Any, Any, list[str]]) -> None:
    click.echo("\n".join(asyncio.run(doing)))


def _who(by: str | None) -> str:
    return by or getpass.getuser()


def _day(given: datetime | None) -> date:
    """The given day, or today where this process runs."""
    return (given or datetime.now().astimezone()).date()


async def _with_stop(run: Callable[[asyncio.Event], Awaitable[Any]]) -> Any:
    """Run with an event that SIGINT and SIGTERM set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return await run(stop)


def _until_stopped(serving: Coroutine[Any, Any, None]) -> None:
    async def run(stop: asyncio.Event) -> None:
        task = asyncio.ensure_future(serving)
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            stopping.cancel()
            task.result()
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(_with_stop(run))
