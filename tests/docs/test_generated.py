"""What the reference takes from the code is what the code says now; ``python -m docs.generate`` writes it anew."""

from pathlib import Path

import pytest

from docs.generate.errors import public_errors, said_of
from docs.generate.metrics import metrics
from docs.generate.pages import DOCS, PAGES, blocks_of, written_anew
from docs.generate.settings import settings
from monitor.gateway.openapi import openapi
from monitor.wire import DEAD_LETTER_REASONS
from rules.errors import SupervisionError


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_reference_says_what_the_code_says(page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == written_anew(page), "stale: python -m docs.generate"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_each_of_its_blocks_once(page: str) -> None:
    assert sorted(blocks_of(page)) == sorted(PAGES[page])


def test_a_stale_block_is_written_anew_and_the_prose_around_it_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docs.generate.pages.DOCS", tmp_path)
    monkeypatch.setitem(PAGES, "page.md", {"settings": lambda: "the new table\n"})
    (tmp_path / "page.md").write_text("before\n\n<!-- from settings -->\n\nthe old table\n\n<!-- end -->\n\nafter\n", "utf-8")
    assert written_anew("page.md") == "before\n\n<!-- from settings -->\n\nthe new table\n\n<!-- end -->\n\nafter\n"


def test_every_setting_says_what_it_means() -> None:
    assert all(row.split(" | ")[2].strip(" |") for row in settings().splitlines()[2:])


def test_every_metric_says_in_which_process_it_is_and_stands_once() -> None:
    names = [row.split(" | ")[0] for row in metrics().splitlines()[2:]]
    assert len(names) == len(set(names)) > 20


def test_every_error_says_whose_it_is_and_how_it_is_mended() -> None:
    assert all(all(said_of(error)) for error in public_errors())


def test_an_error_that_does_not_say_whose_it_is_is_refused() -> None:
    class Silent(SupervisionError):
        """Something went wrong."""

    with pytest.raises(ValueError, match="Whose"):
        said_of(Silent)


def test_every_reason_of_a_dead_letter_is_explained() -> None:
    text = (DOCS / "reference" / "errors.md").read_text("utf-8")
    assert [reason for reason in DEAD_LETTER_REASONS if f"| `{reason}` |" not in text] == []


def test_every_answer_of_the_gateway_is_explained() -> None:
    text = (DOCS / "reference" / "http.md").read_text("utf-8").partition("| status |")[2].partition("\n\n")[0]
    answers = openapi()["paths"]["/v1/events"]["post"]["responses"].keys() | {"404"}
    assert {status for status in answers if status not in text} == set()
