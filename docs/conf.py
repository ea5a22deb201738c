"""How Sphinx builds the site out of the Markdown: ``make docs``. The pages themselves stay plain Markdown that any forge shows.

Hence the order of pages stands here and not in them, and links that leave ``docs/`` become plain words: the site has no sources.
"""

import re

from sphinx.application import Sphinx
from sphinx.search import languages
from sphinx.search.en import SearchEnglish

project = "supervise"
html_title = "supervise · 行政审批电子监察"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["generate"]
html_theme = "furo"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
nitpicky = True
smartquotes = False  # a flag begins with two dashes
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]  # records in the text are shortened with …, which no lexer of JSON knows

PAGES: dict[str, tuple[str, ...]] = {
    "Tutorial": ("tutorial/first-hour",),
    "How to": (
        "howto/feed-over-http", "howto/feed-files", "howto/pull-from-a-database", "howto/feed-kafka",
        "howto/write-a-mapping", "howto/write-a-book",
        "howto/write-a-catalog", "howto/try-a-book", "howto/publish-a-book", "howto/explain-a-card",
        "howto/write-to-people", "howto/run-the-ledger", "howto/verify-at-night",
        "howto/run-live", "howto/deploy", "howto/watch-it", "howto/runbooks", "howto/recover", "howto/upgrade",
    ),
    "Reference": (
        "reference/rule-book", "reference/kinds", "reference/findings", "reference/cards", "reference/profiles",
        "reference/scenarios", "reference/catalog", "reference/mapping", "reference/field-cases", "reference/events",
        "reference/cli", "reference/settings", "reference/http", "reference/topics", "reference/storage", "reference/ledger",
        "reference/metrics",
        "reference/errors", "reference/embedded-kafka", "reference/simulated-hall", "glossary",
    ),
    "Explanation": (
        "architecture", "explanation/index", "explanation/time", "explanation/worker", "explanation/ledger", "explanation/wall",
        "explanation/backtest", "explanation/law-and-scenarios", "explanation/acceptance", "explanation/agreement",
        "explanation/properties", "explanation/mutation", "explanation/performance", "explanation/threat-model",
        "explanation/dependencies", "explanation/shape",
    ),
    "中文": ("zh-CN/index",),
}  # fmt: skip
"""The order of the pages, by heading of the sidebar. Sphinx warns of a page that stands in none, and a warning ends the build."""

PAGES_ZH = (
    "zh-CN/first-hour", "zh-CN/feed-over-http", "zh-CN/feed-files", "zh-CN/pull-from-a-database", "zh-CN/feed-kafka",
    "zh-CN/write-a-mapping",
    "zh-CN/write-a-book", "zh-CN/write-a-catalog", "zh-CN/try-a-book", "zh-CN/publish-a-book", "zh-CN/explain-a-card",
    "zh-CN/write-to-people",
    "zh-CN/run-the-ledger", "zh-CN/verify-at-night", "zh-CN/run-live", "zh-CN/deploy", "zh-CN/watch-it", "zh-CN/runbooks",
    "zh-CN/recover", "zh-CN/upgrade",
)  # fmt: skip

_LEAVING = re.compile(
    r"\[([^\]]+)\]\((?:\.\./)+(?:README|LICENSE|CONTRIBUTING|CHANGELOG|SECURITY|rules|monitor|tests|deploy)[^)]*\)"
)


def _toctree(caption: str, pages: tuple[str, ...]) -> str:
    return "\n\n```{toctree}\n:hidden:\n:caption: " + caption + "\n\n" + "\n".join(f"/{page}" for page in pages) + "\n```\n"


def _read(_: Sphinx, page: str, source: list[str]) -> None:
    """The order of pages goes in, links out of the folder go."""
    text = _LEAVING.sub(r"\1", source[0])
    if page == "index":
        text += "".join(_toctree(caption, pages) for caption, pages in PAGES.items())
    if page == "zh-CN/index":
        text += _toctree("中文", PAGES_ZH)
    source[0] = text


class ChineseSearch(SearchEnglish):
    """Chinese is found by every two characters that stand side by side, as search engines do it without a dictionary.

    The query is cut in the same way in the browser. All other words are those of the English search.
    """

    _HAN = re.compile(r"[\u4e00-\u9fff]+")
    _WORD = re.compile(r"[^\W\u4e00-\u9fff]+")
    js_splitter_code = """
function splitQuery(query) {
  const words = query.match(/[\\p{L}\\p{N}_]+/gu) || [];
  return words.flatMap((word) => word.match(/[\\u4e00-\\u9fff]+|[^\\u4e00-\\u9fff]+/g)).flatMap((part) =>
    /[\\u4e00-\\u9fff]/.test(part) && part.length > 2
      ? Array.from({ length: part.length - 1 }, (_, i) => part.slice(i, i + 2)) : [part]);
}
"""

    def split(self, input: str) -> list[str]:
        """The words of a text."""
        pairs = [run[i : i + 2] for run in self._HAN.findall(input) for i in range(max(len(run) - 1, 1))]
        return [*pairs, *self._WORD.findall(input)]


def setup(app: Sphinx) -> None:
    """Sphinx's entry point."""
    languages["en"] = ChineseSearch
    app.connect("source-read", _read)
