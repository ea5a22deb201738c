"""A tokens file in force: what is dead at once, what goes on, and what is said, whatever becomes of the file."""

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from prometheus_client import REGISTRY

from monitor.cli.main import main
from monitor.door import BadTokens, Tokens, rotate_token
from monitor.gateway.tokens import Source, new_token, parse_tokens

ONE, TWO = new_token("one", ("43",)), new_token("two", ("44",))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens.toml"
    path.write_text(ONE.table + "\n" + TWO.table, "utf-8")
    return path


@pytest.fixture
def tokens(file: Path) -> Tokens[Source]:
    return Tokens(file, parse_tokens, "test")


def let_in(tokens: Tokens[Source]) -> list[str]:
    """Whose tokens of the two open the door now."""
    return [made.name for each in (ONE, TWO) if (made := tokens.find(each.token)) is not None]


def unusable() -> float | None:
    return REGISTRY.get_sample_value("supervise_tokens_unusable", {"server": "test"})


def test_a_table_that_is_deleted_is_dead_at_once_and_a_new_one_alive(file: Path, tokens: Tokens[Source]) -> None:
    three = new_token("three", ("43",))
    file.write_text(TWO.table + three.table, "utf-8")
    assert let_in(tokens) == ["two"]
    assert tokens.find(three.token) is not None
    assert unusable() == 0


def emptied(file: Path) -> None:
    file.write_text("", "utf-8")


def commented_out(file: Path) -> None:
    file.write_text("".join(f"  # {line}\n" for line in file.read_text("utf-8").splitlines()), "utf-8")


def a_folder_in_its_place(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("spoil", [Path.unlink, emptied, commented_out, a_folder_in_its_place])
def test_a_file_that_is_gone_empty_or_cannot_be_opened_admits_nobody_and_says_so(
    spoil: Callable[[Path], None], file: Path, tokens: Tokens[Source], caplog: pytest.LogCaptureFixture
) -> None:
    assert let_in(tokens) == ["one", "two"]
    spoil(file)
    assert let_in(tokens) == []
    assert unusable() == 1
    (said,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert str(file) in said.getMessage()
    assert "nobody new" in said.getMessage()


def test_an_edit_that_does_not_parse_admits_nobody_new_and_keeps_only_whose_hash_still_stands(
    file: Path, tokens: Tokens[Source]
) -> None:
    three = new_token("three", ("43",))
    dead = "".join(f"# {line}\n" for line in ONE.table.splitlines())
    file.write_text(f"{dead}{TWO.table}{three.table}[broken", "utf-8")
    assert let_in(tokens) == ["two"], "the table commented out is dead, whatever else is wrong with the file"
    assert tokens.find(three.token) is None, "nobody new"
    file.write_text(f"{TWO.table}{three.table}", "utf-8")
    assert let_in(tokens) == ["two"]
    assert tokens.find(three.token) is not None
    assert unusable() == 0


def test_a_file_that_is_no_utf_8_admits_nobody_new(file: Path, tokens: Tokens[Source]) -> None:
    three = new_token("three", ("43",), ("公安局",))
    file.write_bytes((TWO.table + three.table).encode("gbk"))
    assert (let_in(tokens), tokens.find(three.token)) == (["two"], None)


def test_a_file_put_in_place_by_renaming_counts_at_once_even_of_the_same_size_and_time(
    file: Path, tokens: Tokens[Source], tmp_path: Path
) -> None:
    before = file.stat()
    other = tmp_path / "other.toml"
    other.write_text(file.read_text("utf-8").replace(ONE.table.splitlines()[1], f'sha256 = "{"0" * 64}"'), "utf-8")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)
    assert let_in(tokens) == ["two"]


def test_a_broken_file_is_told_once_a_minute_not_once_a_request(
    file: Path, tokens: Tokens[Source], caplog: pytest.LogCaptureFixture
) -> None:
    file.write_text("[", "utf-8")
    for _ in range(1000):
        tokens.refresh()
    assert len(caplog.records) == 1


def test_a_token_is_dead_from_its_end_on(tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"
    now = datetime.now(UTC)
    made = [new_token(f"w{hours}", ("43",), expires=now + timedelta(hours=hours)) for hours in (-1, 1)]
    file.write_text("".join(each.table for each in made), "utf-8")
    tokens = Tokens(file, parse_tokens, "test")
    assert [tokens.find(each.token) is not None for each in made] == [False, True]


def test_a_rotated_token_opens_beside_the_old_one_until_its_time_is_over(file: Path, tokens: Tokens[Source]) -> None:
    file.chmod(0o640)
    token = rotate_token(file, "one", timedelta(hours=1))
    assert let_in(tokens) == ["one", "two"]
    found = tokens.find(token)
    assert found is not None
    assert found.regions == ("43",)
    assert file.stat().st_mode & 0o777 == 0o640
    again = rotate_token(file, "one", timedelta(0))
    assert let_in(tokens) == ["two"]
    assert tokens.find(token) is None, "only the newest, when none is kept"
    assert tokens.find(again) is not None


def test_the_command_rotates_in_the_file_and_shows_the_token_on_stderr_alone(file: Path, tokens: Tokens[Source]) -> None:
    done = CliRunner().invoke(main, ["token", "rotate", "two", "--tokens", str(file), "--keep-hours", "0"])
    assert (done.exit_code, done.stdout) == (0, "")
    assert tokens.find(done.stderr.split()[-1]) is not None
    assert let_in(tokens) == ["one"]


def test_a_table_that_is_not_there_cannot_be_rotated_and_nothing_is_written(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(BadTokens, match="three"):
        rotate_token(file, "three", timedelta(0))
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_cannot_be_used_at_the_start_stops_it(tmp_path: Path) -> None:
    with pytest.raises(BadTokens, match="cannot be read"):
        Tokens(tmp_path / "none.toml", parse_tokens, "test")
