"""Rates and volumes in a back-test: the same as one process that counts as it goes, by one book or by two."""

from pathlib import Path

import msgspec

from monitor.backtest import Backtest
from monitor.books.files import load_books
from monitor.simulate.files import Line
from rules.alerts import STANDING
from rules.cards import alert_of
from rules.drive import Cases
from rules.instant import to_instant
from rules.keys import TALLY_KEY
from tests.driven import as_it_happens
from tests.monitor.backtest.books_to_compare import LEVELS, accepted, backtest, book, concluded, line, lines
from tests.monitor.backtest.files import at

EVERY = 10**6
RATES = '\n[[rates]]\nid = "late"\nrate = "overdue"\nof = ["department"]\nat_least = 10\nyellow = "{share}%"\n'


def months(folder: Path) -> Path:
    """Twenty cases a month from January to April; in February and April five of them are late."""
    told = []
    for month in (1, 2, 3, 4):
        for number in range(20):
            case = f"{month}-{number}"
            told.append(line(accepted(case, f"2026-{month:02}-05 09:{number:02}")))
            late = month in (2, 4) and number < 5
            told.append(line(concluded(case, f"2026-{month:02}-{12 if late else 6:02} 09:{number:02}")))
    return lines(folder, told)


def compared(folder: Path, candidate: str, current: str) -> Backtest:
    ours = book(folder, "candidate", levels=LEVELS + candidate)
    theirs = book(folder, "current", levels=LEVELS + current)
    return backtest(folder, months(folder), ours, theirs, examples=EVERY, until=at("2026-06-01 00:00"))


def cards(done: Backtest, side: str) -> set[tuple[str, str]]:
    shown = [example for examples in done.report.examples.values() for example in examples if example.rule == "late"]
    return {(example.case, getattr(example, side).due_at.date().isoformat()) for example in shown}


def test_a_rate_is_judged_in_every_month_of_the_file(tmp_path: Path) -> None:
    done = compared(tmp_path, RATES.format(share=20), "")
    [where] = {case for case, _ in cards(done, "candidate")}
    assert where == "tally:candidate/department/430100/h/d//"
    assert {due for _, due in cards(done, "candidate")} == {"2026-02-09", "2026-03-03", "2026-04-09", "2026-05-03"}, (
        "25 % on the day after the close of the day the five ran out, and so after the close of the first day of the month after"
    )


def test_a_warning_of_a_rate_that_came_and_went_within_a_month_is_reported(tmp_path: Path) -> None:
    """Five of twenty late in February, and on the 16th sixty more that are not."""
    told = months(tmp_path).read_bytes().splitlines()
    for number in range(60):
        told += [line(accepted(f"more-{number}", "2026-02-16 09:00")), line(concluded(f"more-{number}", "2026-02-16 10:00"))]
    candidate = book(tmp_path, "candidate", levels=LEVELS + RATES.format(share=20).replace("yellow", "warning"))
    done = backtest(tmp_path, lines(tmp_path, told), candidate, book(tmp_path, "current"), examples=EVERY)
    shown = [example.candidate for examples in done.report.examples.values() for example in examples if example.rule == "late"]
    found = {(card.due_at.date().isoformat(), card.state) for card in shown}
    assert found == {("2026-02-09", "expired"), ("2026-04-09", "issued")}, "in April nothing more came"


def test_a_rate_with_another_threshold_makes_other_cards(tmp_path: Path) -> None:
    done = compared(tmp_path, RATES.format(share=20), RATES.format(share=90))
    assert len(cards(done, "candidate")) == 4
    same = compared(tmp_path, RATES.format(share=20), RATES.format(share=25))
    assert not cards(same, "candidate"), "both are reached by 25 %"


def test_rates_in_a_backtest_come_to_what_one_engine_makes_of_them(tmp_path: Path) -> None:
    ours = book(tmp_path, "candidate", levels=LEVELS + RATES.format(share=20))
    driven = Cases(load_books(ours), tallied=True)
    decode = msgspec.json.Decoder(Line).decode
    alerts = []
    for raw in months(tmp_path).read_bytes().splitlines():
        record = decode(raw)
        alerts += as_it_happens(driven, record.event, to_instant(record.arrived))
    alerts += map(alert_of, driven.advance(at("2026-06-01 00:00")))
    found = cards(compared(tmp_path, RATES.format(share=20), ""), "candidate")
    rates = [alert for alert in alerts if alert.case.startswith(TALLY_KEY) and alert.state in STANDING]
    assert {alert.due_at.date().isoformat() for alert in rates} == {due for _, due in found}
