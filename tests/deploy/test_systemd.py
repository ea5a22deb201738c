"""Units of ``deploy/systemd``: systemd has nothing to say about them, they are walled in, and they start again for ever."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, run

UNITS = DEPLOY / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
LONG_RUNNING = [name for name in SERVICES if name != "supervise-cards-verify.service"]
INSTALLED = "/opt/supervise/.venv/bin/supervise"
MOST_EXPOSED = 15
"""Tenths, of 100: what ``systemd-analyze security`` may find at most. A service without any wall has 96."""

pytestmark = pytest.mark.debian("systemd-analyze")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they would be installed, with the program that is here, and one worker by name."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    for unit in folder.glob("*.service"):
        text = unit.read_text("utf-8").replace(INSTALLED, str(Path(sys.executable).with_name("supervise")))
        unit.write_text(text, "utf-8")
    shutil.copyfile(folder / "supervise-worker@.service", folder / "supervise-worker@1.service")
    return folder


def said(folder: Path) -> str:
    """What systemd says of the units; it exits with 0 on unknown keys, so whatever it says is a defect."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in {".service", ".timer", ".target"}]
    checked = run("systemd-analyze", "verify", *files)
    return checked.stderr + checked.stdout


def test_systemd_has_nothing_to_say_about_the_units(units: Path) -> None:
    assert said(units) == ""


@pytest.mark.parametrize(
    ("unit", "was", "becomes"),
    [
        ("supervise-gateway.service", "ProtectSystem=strict", "ProtectSystems=strict"),
        ("supervise-kafka.service", "TimeoutStopSec=60", "TimeoutStopSec=a minute"),
        ("supervise-wall.service", "/supervise --settings", "/supervisor --settings"),
        ("supervise-cards-verify.timer", "*-*-* 02:30:00", "*-*-* 26:30:00"),
    ],
)
def test_a_planted_mistake_is_found(units: Path, unit: str, was: str, becomes: str) -> None:
    text = (units / unit).read_text("utf-8")
    assert was in text
    (units / unit).write_text(text.replace(was, becomes), "utf-8")
    assert unit in said(units)


def exposure(unit: Path, bound: int) -> tuple[bool, str]:
    """Whether a unit keeps to the bound, and what was found."""
    checked = run("systemd-analyze", "security", "--offline=yes", f"--threshold={bound}", unit)
    return checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("service", [name.replace("@.", "@1.") for name in SERVICES])
def test_a_service_is_walled_in(units: Path, service: str) -> None:
    kept, found = exposure(units / service, MOST_EXPOSED)
    assert "Overall exposure level" in found
    assert kept, found


def test_a_wall_that_is_taken_down_is_found(units: Path) -> None:
    unit = units / "supervise-gateway.service"
    text = unit.read_text("utf-8")
    unit.write_text(text.replace("User=supervise\n", "").replace("SystemCallFilter=@system-service\n", ""), "utf-8")
    assert not exposure(unit, MOST_EXPOSED)[0]


@pytest.mark.parametrize("service", LONG_RUNNING)
def test_a_service_starts_again_for_ever_and_belongs_to_the_target(service: str) -> None:
    text = (UNITS / service).read_text("utf-8")
    for line in ("Restart=always", "StartLimitIntervalSec=0", "PartOf=supervise.target", "WantedBy=supervise.target"):
        assert f"\n{line}\n" in text
