"""The first hour is followed word by word in a copy of the project as a fresh clone has it, in English and in Chinese."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.tutorial import Step, missing, steps_of

ROOT = Path(__file__).parents[2]
PAGES = {page: steps_of((ROOT / "docs" / page).read_text("utf-8")) for page in ("tutorial/first-hour.md", "zh-CN/first-hour.md")}
_END = "== done with step"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The project's files as they are here, without what was made beside them, and its environment."""
    clone = tmp_path / "supervise"
    shutil.copytree(
        ROOT, clone, ignore=shutil.ignore_patterns(".*", "__pycache__", "mutants", "build", "first-hour", "*.egg-info")
    )
    environment = clone / ".venv"
    environment.mkdir()
    for part in (ROOT / ".venv").iterdir():
        (environment / part.name).symlink_to(part)
    (environment / "installed").unlink(missing_ok=True)
    (environment / "installed").touch()  # newer than the copies, whatever was edited since the last make install
    return clone


def follow(steps: list[Step], folder: Path) -> list[str]:
    """What each step printed, all typed into one shell that stops at the first command that fails."""
    script = "exec 2>&1; set -eo pipefail\n" + "".join(f"{typed}\nprintf '%s\\n' '{_END}'\n" for typed, _ in steps)
    file = folder.parent / "typed.sh"
    file.write_text(script, "utf-8")
    environment = {**os.environ, "COLUMNS": "160", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", file], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split(f"{_END}\n")[:-1]


@pytest.mark.kafka
@pytest.mark.slow
def test_the_tutorial_followed_word_by_word_prints_what_it_shows(clone: Path) -> None:
    steps = PAGES["tutorial/first-hour.md"]
    for step, printed in zip(steps, follow(steps, clone), strict=True):
        assert not missing(step.shown, printed), printed


def test_the_chinese_tutorial_followed_word_by_word_prints_what_it_shows(clone: Path) -> None:
    demo, *steps = PAGES["zh-CN/first-hour.md"]
    assert demo == PAGES["tutorial/first-hour.md"][0], "the demo is run by the English page's test"
    for step, printed in zip(steps, follow(steps, clone), strict=True):
        assert not missing(step.shown, printed), printed


def test_both_tutorials_have_the_same_files_typed() -> None:
    english, chinese = ([step.typed for step in steps if "<<'END'" in step.typed] for steps in PAGES.values())
    assert [text.split("name = ")[0] for text in english] == [text.split("name = ")[0] for text in chinese]


@pytest.mark.parametrize("page", PAGES)
def test_most_steps_of_a_tutorial_show_what_is_printed(page: str) -> None:
    assert sum(bool(step.shown) for step in PAGES[page]) >= 8


def test_a_line_that_is_not_printed_or_stands_too_early_is_missing() -> None:
    assert missing(("two", "one"), "one\ntwo\n") == "one"
    assert missing(("a … c",), "a b d\n") == "a … c"
    assert not missing(("one", "a … c"), "zero\none\na b c  \n")
