"""Four telling cases, word for word. To renew after a wanted change: SUPERVISE_RENEW_GOLDEN=1 and read the difference."""

import os
from pathlib import Path

import pytest

from monitor.explain import as_text
from monitor.words import Language
from tests.monitor.explain.cases import CASES, follow

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", CASES)
def test_the_story_of_a_case_is_told_word_for_word_as_in_its_golden_file(name: str, lang: Language, tmp_path: Path) -> None:
    story = follow(tmp_path, name).story()
    assert story is not None
    text = as_text(story, lang)
    file = GOLDEN / f"{name}.{lang}.txt"
    if os.environ.get("SUPERVISE_RENEW_GOLDEN"):
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8")
