"""The command line from outside: examples in every help, one clear line and status 2 where something is somebody's to mend."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import main
from monitor.embedded.ports import free_port

ROOT = Path(__file__).parents[3]

MAPPING = """\
arrived = "at"
[source]
zone = "Asia/Shanghai"
[times]
at = "iso"
[common]
case = "{case}"
region = "430100"
department = "office"
[[event]]
id = "{case}-{what}"
at = "at"
by = "what"
[event.kinds]
accepted = { type = "accepted", promised = "1wd", statutory = "2wd" }
concluded = { type = "concluded" }
"""

ROWS = """\
case,what,at
late,accepted,2025-03-03 10:00:00
good,accepted,2025-03-03 10:00:00
good,concluded,2025-03-03 16:00:00
late,concluded,2025-03-07 10:00:00
bad,accepted,yesterday
"""


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group with the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


RUNNABLE = {path: command for path, command in commands(main) if not isinstance(command, click.Group)}


def run(*arguments: str | Path) -> Result:
    """``supervise …`` in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="supervise")


def refused(*arguments: str | Path, environment: dict[str, str] | None = None) -> str:
    """``supervise …`` as a process that must end with status 2; what it says, which is never a traceback."""
    command = [sys.executable, "-m", "monitor", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr


@pytest.fixture
def replayed(tmp_path: Path) -> tuple[Path, Path]:
    """A small file of an old system, and its mapping."""
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (tmp_path / "cases.csv").write_text(ROWS)
    return tmp_path / "cases.csv", tmp_path / "mapping.toml"


@pytest.mark.parametrize("path", RUNNABLE, ids=" ".join)
def test_every_help_has_an_example(path: tuple[str, ...]) -> None:
    shown = run(*path, "--help")

    assert shown.exit_code == 0
    assert re.search(rf"^ +supervise {' '.join(path)}\b", shown.output, re.MULTILINE), shown.output


@pytest.mark.parametrize("path", RUNNABLE, ids=" ".join)
def test_every_example_has_only_flags_that_exist(path: tuple[str, ...]) -> None:
    flags = {flag for option in RUNNABLE[path].params for flag in (*option.opts, *option.secondary_opts)}
    flags |= {flag for option in main.params for flag in option.opts}

    examples = re.findall(rf"^ +(supervise {' '.join(path)}\b.*)$", run(*path, "--help").output, re.MULTILINE)

    used = {word.partition("=")[0] for example in examples for word in example.split() if word.startswith("--")}
    assert used <= flags


def test_help_lists_the_commands_and_how_to_begin() -> None:
    shown = run("--help").output

    assert "supervise demo" in shown
    assert all(name in shown for name in main.commands)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[kafka]\nbootstrp = 'a:1'\n", "kafka.bootstrp: Extra inputs are not permitted"),
        ("[topics]\npartitions = 0\n", "topics.partitions: Input should be greater than or equal to 1"),
        ("zone = 'Asia/Changsha'\n", "no such time zone: Asia/Changsha"),
        ("[wall\n", "site.toml"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, toml: str, said: str) -> None:
    (tmp_path / "site.toml").write_text(toml)

    message = refused("--settings", tmp_path / "site.toml", "worker")

    assert message.startswith("supervise: ")
    assert said in message


def test_a_missing_settings_file_is_named(tmp_path: Path) -> None:
    assert "no such settings file" in refused("--settings", tmp_path / "nowhere.toml", "worker")


def test_a_wrong_environment_variable_is_named() -> None:
    assert "worker.session_timeout" in refused("worker", environment={"SUPERVISE_WORKER__SESSION_TIMEOUT": "soon"})


def test_an_unknown_book_is_named_with_those_there_are() -> None:
    message = refused("worker", "--book", "atlantis")

    assert "atlantis" in message
    assert "hunan" in message


def test_a_replay_without_a_broker_says_so_and_ends(replayed: tuple[Path, Path]) -> None:
    file, mapping = replayed
    address = f"127.0.0.1:{free_port()}"

    assert f"supervise: no Kafka at {address}" in refused("replay", file, "--mapping", mapping, "--bootstrap", address)


def test_a_wrong_mapping_is_named_with_its_key(replayed: tuple[Path, Path]) -> None:
    file, mapping = replayed
    mapping.write_text(MAPPING.replace("zone", "zonne"))

    assert "source.zonne" in refused("replay", file, "--mapping", mapping, "--offline")


@pytest.mark.parametrize("flags", [("--offline", "--speed", "2"), ("--cases",), ("--book", "hunan")], ids=" ".join)
def test_flags_that_do_not_go_together_are_refused(replayed: tuple[Path, Path], flags: tuple[str, ...]) -> None:
    file, mapping = replayed

    assert "--offline" in refused("replay", file, "--mapping", mapping, *flags)


def test_offline_replay_prints_the_promised_keys_and_nothing_else(replayed: tuple[Path, Path], tmp_path: Path) -> None:
    file, mapping = replayed
    letters = tmp_path / "dead.jsonl"

    done = run("replay", file, "--mapping", mapping, "--offline", "--cases", "--dead-letters", letters)

    assert done.exit_code == 0, done.output
    lines = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    alerts, cases = [line for line in lines if "rule" in line], [line for line in lines if "rule" not in line]
    assert {tuple(line) for line in alerts} == {
        ("case", "rule", "level", "state", "due_at", "raised_at", "reason", "numbered_by")
    }
    assert {(line["case"], line["level"]) for line in alerts} == {("late", "yellow"), ("late", "red")}
    assert {line["due_at"] for line in alerts if line["level"] == "yellow"} == {"2025-03-04T10:00:00+08:00"}
    assert cases == [
        {"case": "late", "numbered_by": "430100-office", "due_at": "2025-03-04T10:00:00+08:00", "state": "concluded"},
        {"case": "good", "numbered_by": "430100-office", "due_at": "2025-03-04T10:00:00+08:00", "state": "concluded"},
    ]
    assert "rows 5" in done.stderr
    assert [msgspec.json.decode(line)["reason"] for line in letters.read_bytes().splitlines()] == ["mapping_failed"]


def test_a_replay_shows_the_first_bad_rows_and_ends_with_1_if_no_row_is_usable(replayed: tuple[Path, Path]) -> None:
    file, mapping = replayed
    head, *rows = ROWS.splitlines()
    file.write_text("\n".join([head, ",,,", *(row.replace("2025-", "some-") for row in rows)]))

    done = run("replay", file, "--mapping", mapping, "--offline")

    assert done.exit_code == 1
    assert "passed over 1 (blank 1)" in done.stderr
    assert re.findall(r"cases\.csv, row (\d+): mapping_failed: column", done.stderr) == ["3", "4", "5"]


def test_a_replay_reads_standard_input_and_several_files_with_a_mapping_each(replayed: tuple[Path, Path], tmp_path: Path) -> None:
    file, mapping = replayed
    command = [sys.executable, "-m", "monitor", "replay", "-", "--mapping", str(mapping), "--offline", "--cases"]
    piped = subprocess.run(command, cwd=ROOT, input=ROWS.encode(), capture_output=True, timeout=60, check=True)
    other = tmp_path / "other.toml"
    other.write_text(MAPPING)

    both = run("replay", file, tmp_path / "cas*.csv", "--mapping", mapping, "--mapping", other, "--offline", "--cases")

    assert piped.stdout == run("replay", file, "--mapping", mapping, "--offline", "--cases").stdout_bytes
    assert "rows 10" in both.stderr
    assert "3 files and 2 mappings" in refused("replay", file, file, file, "--mapping", mapping, "--mapping", other, "--offline")


def test_a_token_is_shown_once_and_kept_as_its_hash() -> None:
    made = run("token", "new", "window-1", "--region", "4301")

    assert made.exit_code == 0
    assert made.stdout.startswith('["window-1"]\nsha256 = ')
    assert "sv1_" not in made.stdout
    assert "sv1_" in made.stderr


def test_a_defect_of_ours_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 1 is what a check found, 2 what somebody has to mend; a crash is neither, and shows where it happened."""

    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("monitor.app.services.demo", crash)
    result = CliRunner().invoke(main, ["demo"])
    assert result.exit_code == 70
    assert "ZeroDivisionError: ours" in result.output and "Traceback" in result.output
