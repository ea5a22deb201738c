"""The back-test: agreement with the replay, known differences, and sums that depend on nothing but records and books."""

import gzip
import io
import random
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from monitor.backtest import BacktestError, BacktestReport, Options, from_lines, from_mapping, run_backtest
from monitor.backtest.compare import KINDS
from monitor.backtest.phrases import STATE_WORDS, WORDS
from monitor.books.files import load_books
from monitor.recordfile import read_line
from monitor.replay import replay_offline
from monitor.simulate.files import Line, write_file
from monitor.wire import encode_json
from monitor.words import Language
from rules.alerts import LEVELS, STANDING, STATES
from rules.drive import Cases
from rules.errors import BadRuleBook
from rules.events import AlertAcknowledged
from rules.instant import to_datetime, to_instant
from rules.keys import TALLY_KEY
from tests.driven import as_it_happens
from tests.monitor.backtest.books_to_compare import accepted, backtest, book, concluded, line, lines
from tests.monitor.backtest.files import ZONE, at, books, mapping, write

EVERY = 10**6
"""Examples of everything."""
NEVER = 'yellow = "3000d after"'
"""Levels of a book that issues nothing within these tests."""
Card = tuple[str, str, str, str, str]


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three weeks of a simulated hall, with late typists, suspensions and all."""
    file = tmp_path_factory.mktemp("hall") / "hall.jsonl"
    assert write_file(file, start=to_datetime(at("2025-03-03 00:00"), ZONE), days=21, cases_per_day=40, seed=3) > 3000
    return file


def cards_of(report: BacktestReport, side: str = "candidate") -> set[Card]:
    """Case, rule, level, due time and end of every card that only one side issues."""
    shown = [example for examples in report.examples.values() for example in examples]
    cards = [(example, getattr(example, side)) for example in shown]
    return {(each.case, each.rule, each.level, card.due_at.isoformat(), card.state) for each, card in cards}


def test_a_backtest_issues_what_a_replay_of_the_same_file_issues(tmp_path: Path) -> None:
    rows = [
        f"{number},2026-01-{5 + number % 9:02} 09:00:00,{closed},2026-01-{12 + number % 7:02} 17:00:00"
        for number in range(60)
        for closed in [f"2026-01-{7 + number % 11:02} 10:30:0{number % 10}" if number % 5 else ""]
    ]
    file, ours = write(tmp_path, *rows), book(tmp_path, "ours")
    out = io.BytesIO()
    replayed = replay_offline([(file, mapping())], load_books(ours), out)
    stood: dict[tuple[str, str, str], str] = {}
    ended: dict[tuple[str, str, str], str] = {}
    for change in map(msgspec.json.decode, out.getvalue().splitlines()):
        key = (change["case"], change["rule"], change["level"])
        ended[key] = change["state"]
        if change["state"] in STANDING:
            stood[key] = change["due_at"]
    source = from_mapping(file, mapping(), tmp_path, lambda _: None)
    done = run_backtest(source, ours, book(tmp_path, "never", levels=NEVER), Options(EVERY, processes=1))
    assert cards_of(done.report) == {(*key, due, ended[key]) for key, due in stood.items()}
    assert {"withdrawn", "issued"} <= {card[-1] for card in cards_of(done.report)}
    assert done.report.records.events == replayed.events


def test_the_first_hour_of_2000_is_possible_in_a_replay_and_in_a_backtest(tmp_path: Path) -> None:
    file = write(
        tmp_path, "1,2000-01-01 00:30:00,,", "2,1999-12-31 23:59:59,,", "3,2000-01-01 09:00:00,2000-01-02 09:00:00,1900-01-01"
    )
    source = from_mapping(file, mapping(), tmp_path, lambda _: None)
    replayed = replay_offline([(file, mapping())], books(), io.BytesIO())
    assert source.bad == replayed.bad == {"impossible_time": 2}
    assert [read_line(line).event.case for line in source.path.read_bytes().splitlines()] == ["1"]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["default", "hunan", "jiangsu"])
def test_a_backtest_case_by_case_comes_to_what_one_engine_makes_of_the_whole_hall(hall: Path, tmp_path: Path, name: str) -> None:
    decode = msgspec.json.Decoder(Line).decode
    records = [decode(raw) for raw in hall.read_bytes().splitlines()]
    driven = Cases(load_books([Path(name)]))
    stood, ended = {}, {}
    for record in records:
        for alert in as_it_happens(driven, record.event, to_instant(record.arrived)):
            ended[alert.id] = alert.state
            if alert.state in STANDING:
                stood[alert.id] = alert
    assert stood
    done = backtest(tmp_path, hall, (Path(name),), book(tmp_path, "never", levels=NEVER), examples=EVERY)
    expected = {(card.case, card.rule, card.level, card.due_at.isoformat(), ended[card.id]) for card in stood.values()}
    found = cards_of(done.report)
    about_many = {card for card in found if card[0].startswith(TALLY_KEY)}  # counted from many cases: test_backtest_rates.py
    assert found - about_many == expected
    assert sum(level.candidate.raised for level in done.report.totals) == len(stood) + len(about_many)


def test_a_book_against_itself_differs_in_nothing(hall: Path, tmp_path: Path) -> None:
    report = backtest(tmp_path, hall, (Path("hunan"),), (Path("hunan"),)).report
    assert report.agreed == sum(level.current.raised for level in report.totals) > 0
    assert not any(report.examples.values())
    assert all(cell.current == cell.candidate and not any(msgspec.structs.astuple(cell.changed)) for cell in report.cells)


def test_a_report_depends_neither_on_the_number_of_processes_nor_on_the_order_of_lines(hall: Path, tmp_path: Path) -> None:
    once = encode_json(backtest(tmp_path, hall, (Path("hunan"),), (), processes=1).report)
    assert encode_json(backtest(tmp_path, hall, (Path("hunan"),), (), processes=2).report) == once
    shuffled = hall.read_bytes().splitlines()
    random.Random(1).shuffle(shuffled)
    again = backtest(tmp_path, lines(tmp_path, shuffled), (Path("hunan"),), ()).report
    records = msgspec.structs.replace(again.records, source=str(hall))
    assert encode_json(msgspec.structs.replace(again, records=records)) == once


def test_a_longer_promise_shows_exactly_what_it_spares(tmp_path: Path) -> None:
    """Two days against three: A closes within both, B within three only, C in neither, D is closed late on record only."""
    story = [
        accepted("A", "2026-01-05 09:00"),
        accepted("B", "2026-01-05 10:00", "e"),
        accepted("C", "2026-01-05 11:00"),
        concluded("A", "2026-01-06 09:00"),
        concluded("B", "2026-01-08 09:30", "e"),
        concluded("C", "2026-01-12 09:00"),
    ]
    told = [
        *map(line, story),
        line(accepted("D", "2026-01-05 12:00")),
        line(concluded("D", "2026-01-06 09:00"), "2026-01-08 08:00"),
    ]
    done = backtest(tmp_path, lines(tmp_path, told), book(tmp_path, "three", "3d"), book(tmp_path, "two", "2d"))
    report = done.report
    cells = {(cell.rule, cell.department, cell.week, cell.level): cell for cell in report.cells}
    yellow, red = cells["case", "d", "2026-W02", "yellow"], cells["case", "d", "2026-W02", "red"]
    assert (yellow.current, yellow.candidate, msgspec.structs.astuple(yellow.changed)) == (2, 1, (0, 1, 1, 0))
    assert (red.current, red.candidate, msgspec.structs.astuple(red.changed)) == (1, 1, (0, 0, 1, 0))
    assert msgspec.structs.astuple(cells["case", "e", "2026-W02", "yellow"].changed) == (0, 1, 0, 0)
    assert len(cells) == 3
    yellows = next(level for level in report.totals if level.level == "yellow")
    assert (yellows.current.raised, yellows.current.false, yellows.current.false_rate) == (3, 1, 0.333333)
    assert (yellows.candidate.raised, yellows.candidate.false_rate) == (1, 0.0)
    assert [example.case for example in report.examples["removed"]] == ["B", "D"]
    spared = report.examples["removed"][0]
    assert (spared.current.due_at, spared.current.state) == (to_datetime(at("2026-01-07 10:00"), ZONE), "issued")
    assert (spared.candidate.due_at, spared.candidate.deadline) == (None, to_datetime(at("2026-01-08 10:00"), ZONE))
    assert spared.candidate.ended_at == to_datetime(at("2026-01-08 09:30"), ZONE)
    assert [span.days for span in spared.candidate.spans if span.counted] == [3]
    assert {example.case for example in report.examples["moved"]} == {"C"}
    assert report.agreed == 0


def test_a_card_that_one_book_holds_for_confirmation_is_counted_as_ended_otherwise(tmp_path: Path) -> None:
    file = lines(tmp_path, [line(accepted("A", "2026-01-05 09:00")), line(accepted("B", "2026-01-07 12:00"))])
    held = book(tmp_path, "held", levels='yellow = "deadline"\nhold = ["yellow"]')
    report = backtest(tmp_path, file, held, book(tmp_path, "two", levels='yellow = "deadline"')).report
    (example,) = report.examples["ended"]
    assert (example.current.state, example.candidate.state) == ("issued", "pending")
    assert (report.agreed, [cell.changed.ended for cell in report.cells]) == (0, [1])


def test_an_act_on_a_card_is_refused_by_a_book_that_never_issued_it(tmp_path: Path) -> None:
    two, three = book(tmp_path, "two"), book(tmp_path, "three", "3d")
    acknowledged = AlertAcknowledged(
        id="x",
        at=to_datetime(at("2026-01-07 16:00"), ZONE),
        region="430100",
        case="A",
        alert="430100-d/A/case/yellow/1",
        operator="u",
    )
    unknown = msgspec.structs.replace(acknowledged, id="y", alert="430100-d/A/case/yellow/9")
    told = [line(accepted("A", "2026-01-05 09:00")), line(acknowledged), line(unknown)]
    report = backtest(tmp_path, lines(tmp_path, told), three, two).report
    assert (report.current.refused, report.candidate.refused) == ({}, {"unknown_alert": 1})
    assert (report.records.bad, report.records.events) == ({"unknown_alert": 1}, 2)
    assert report.examples["removed"][0].current.state == "acknowledged"


def test_every_state_and_level_has_its_word() -> None:
    for lang in get_args(Language):
        assert set(STATE_WORDS[lang]) == set(STATES)
        assert set(LEVELS) | set(KINDS) <= set(WORDS[lang])
        assert set(WORDS[lang]) == set(WORDS["zh"])


def test_a_backtest_ends_with_the_last_record_unless_an_end_is_given(tmp_path: Path) -> None:
    file = lines(tmp_path, [line(accepted("A", "2026-01-05 09:00")), line(accepted("B", "2026-01-05 10:00"))])
    ours = book(tmp_path, "ours")
    assert backtest(tmp_path, file, ours, ours).report.cells == []
    report = backtest(tmp_path, file, ours, ours, until=at("2026-01-07 09:30")).report
    assert [(cell.level, cell.current) for cell in report.cells] == [("yellow", 1)]
    assert report.records.until == to_datetime(at("2026-01-07 09:30"), ZONE)


def test_a_record_that_cannot_be_used_is_counted_by_its_reason(tmp_path: Path) -> None:
    good = accepted("A", "2026-01-05 09:00")
    told = [
        line(good),
        b"",
        b"no json",
        b'{"arrived":"2026-01-05T09:00:00","event":{}}',
        line(good).replace(b'"accepted"', b'"unheard_of"'),
        line(good).replace(b'"case"', b'"kase"'),
        line(good).replace(b"430100", b"43"),
        line(good, "2026-01-05 09:00").replace(b'"arrived":"2026', b'"arrived":"2126'),
        line(good).replace(b'"d"', b'"\xff"'),
        b'{"arrived":1767574800000,"event":{"type":"tick"}}',
        line(good).replace(b'"item"', b'"promised":"soon","item"'),
    ]
    report = backtest(tmp_path, lines(tmp_path, told), book(tmp_path, "new"), book(tmp_path, "old")).report
    assert report.records.bad == {
        "impossible_time": 1, "invalid_field": 3, "invalid_json": 1, "invalid_utf8": 1, "unknown_field": 1, "unknown_type": 1,
    }  # fmt: skip
    assert (report.records.events, report.records.ticks, report.records.cases) == (1, 1, 1)


def test_a_row_its_mapping_cannot_read_is_counted_by_its_reason(tmp_path: Path) -> None:
    file = write(tmp_path, "1,never,,", "2,2026-01-05 09:00:00,,")
    source = from_mapping(file, mapping(), tmp_path, lambda _: None)
    report = run_backtest(source, book(tmp_path, "new"), book(tmp_path, "old"), Options(processes=1)).report
    assert (report.records.bad, report.records.events) == ({"mapping_failed": 1}, 1)


def test_a_gzipped_file_reads_like_the_plain_one(hall: Path, tmp_path: Path) -> None:
    packed = tmp_path / "hall.jsonl.gz"
    packed.write_bytes(gzip.compress(hall.read_bytes(), 1))
    plain, unpacked = (backtest(tmp_path, file, (Path("hunan"),), ()).report for file in (hall, packed))
    assert unpacked.cells == plain.cells
    packed.write_bytes(packed.read_bytes()[:-100])
    with pytest.raises(BacktestError, match="not a whole gzip file"):
        from_lines(packed, tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\n \n", "there are none"), (b"no,opened\nA,2026-01-05\n", r"\(invalid_json 2\).*needs --mapping")],
)
def test_a_file_without_a_usable_record_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "records.jsonl"
    file.write_bytes(content)
    with pytest.raises(BacktestError, match=said):
        backtest(tmp_path, file, book(tmp_path, "new"), book(tmp_path, "old"))


def test_the_defects_of_both_books_are_named(tmp_path: Path) -> None:
    file = lines(tmp_path, [line(accepted("A", "2026-01-05 09:00"))])
    new, old = book(tmp_path, "new", "soon", 'yellow = "late"'), book(tmp_path, "old", "later")
    with pytest.raises(BadRuleBook) as refused:
        backtest(tmp_path, file, new, old)
    for part in ("new.toml", "old.toml", "soon", "late", "later"):
        assert part in str(refused.value)
