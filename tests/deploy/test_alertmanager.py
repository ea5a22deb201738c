"""The example of routes: who is told what, and on which days nobody is."""

import datetime
from pathlib import Path

import chinese_calendar
import pytest

from tests.deploy.files import DEPLOY, read, run

CONFIG = DEPLOY / "alertmanager" / "alertmanager.yml"


@pytest.mark.debian("amtool")
def test_amtool_accepts_the_example() -> None:
    checked = run("amtool", "check-config", CONFIG)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.debian("amtool")
def test_amtool_refuses_a_receiver_that_is_not_there(tmp_path: Path) -> None:
    planted = tmp_path / "alertmanager.yml"
    planted.write_text(CONFIG.read_text("utf-8").replace("receiver: duty", "receiver: nobody"), "utf-8")
    assert run("amtool", "check-config", planted).returncode != 0


@pytest.mark.debian("amtool")
@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ("alertname=Watchdog severity=heartbeat part=prometheus", "heartbeat"),
        ("alertname=ProcessDown severity=page part=worker", "duty"),
        ("alertname=GatewayUnavailable severity=page part=gateway", "duty"),
        ("alertname=GatewayRefusals severity=ticket part=gateway", "window-systems"),
        ("alertname=SourceSilent severity=ticket part=gateway", "staff"),
        ("alertname=DeadLetters severity=ticket part=worker", "staff"),
    ],
)
def test_an_alert_reaches_its_receiver(labels: str, receiver: str) -> None:
    routed = run("amtool", "config", "routes", "test", "--config.file", CONFIG, *labels.split())
    assert routed.stdout.strip() == receiver


def test_the_muted_days_are_the_state_councils() -> None:
    muted = set()
    for interval in read(CONFIG)["time_intervals"][0]["time_intervals"]:
        ((year,), (month,), (days,)) = (interval[part] for part in ("years", "months", "days_of_month"))
        first, last = map(int, days.split(":"))
        muted |= {datetime.date(int(year), int(month), day) for day in range(first, last + 1)}
        assert interval["location"] == "Asia/Shanghai"
    (year,) = {day.year for day in muted}
    start = datetime.date(year, 1, 1)
    days = [start + datetime.timedelta(number) for number in range(366)]
    details = {day: chinese_calendar.get_holiday_detail(day) for day in days if day.year == year}
    assert muted == {day for day, (off, name) in details.items() if off and name}
