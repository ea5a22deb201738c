"""The posters as a browser really sets them: every text within the sheet, and none over another."""

from pathlib import Path
from typing import Any

import pytest

from monitor.catalog import draw_catalog
from tests.browser.screen import open_page

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
CATALOGS = [ROOT / "deploy" / "catalogs" / "example.toml", ROOT / "tests" / "monitor" / "catalog" / "long_texts.toml"]
MEASURE = """[...document.querySelectorAll('text')].map(each => {
    const box = each.getBBox();
    return {text: each.textContent, left: box.x, right: box.x + box.width, middle: box.y + box.height / 2,
            half: parseFloat(getComputedStyle(each).fontSize) * 0.4};
})"""


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.stem)
async def test_every_text_of_a_poster_lies_within_the_sheet_and_over_no_other(catalog: Path, tmp_path: Path) -> None:
    for file in draw_catalog(catalog, tmp_path):
        async with open_page(file.as_uri()) as page:
            texts: list[dict[str, Any]] = await page.evaluate(MEASURE)
        assert len(texts) > 10
        assert [each["text"] for each in texts if each["left"] < 0 or each["right"] > 1000] == []
        assert [pair for number, one in enumerate(texts) for other in texts[:number] if (pair := _overlap(one, other))] == []


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> tuple[str, str] | None:
    beside = one["right"] <= other["left"] or other["right"] <= one["left"]
    apart = abs(one["middle"] - other["middle"]) >= one["half"] + other["half"]
    return None if beside or apart else (one["text"], other["text"])
