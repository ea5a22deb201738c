"""Every link of the documents leads somewhere: to a file that is there, and to a heading of it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests" / "acceptance").glob("*/README.md")],
    key=lambda page: page.as_posix(),
)
CODE = {".py", ".toml", ".service", ".timer", ".js", ".html"}
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,4} (.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges and MyST make them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    words = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in _HEADING.findall(text))
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in words}


def broken(page: Path) -> list[str]:
    """The links of a page within the project that lead nowhere."""
    found = []
    for link in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_a_link_to_a_file_or_heading_that_is_not_there_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](#one-two) [b](#three) [c](other.md) [d](page.md#one-two) `[e](no.md)`\n", "utf-8")
    assert broken(page) == ["#three", "other.md"]


def test_every_page_of_the_how_tos_stands_in_chinese_too() -> None:
    english = {page.name for folder in ("tutorial", "howto") for page in (ROOT / "docs" / folder).glob("*.md")}
    chinese = {page.name for page in (ROOT / "docs" / "zh-CN").glob("*.md")}
    assert chinese - {"index.md"} == english


@pytest.mark.parametrize("folder", ["tutorial", "howto"])
def test_a_chinese_page_shows_the_same_commands_and_files(folder: str) -> None:
    """What is typed and what is written to files is the same in both languages, but for comments and names."""
    fence = re.compile(r"^```(?:toml|json|console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    for english in sorted((ROOT / "docs" / folder).glob("*.md")):
        chinese = ROOT / "docs" / "zh-CN" / english.name
        told = [[_bare(block) for block in fence.findall(page.read_text("utf-8"))] for page in (english, chinese)]
        assert told[0] == told[1], english.name


def _bare(block: str) -> list[str]:
    """A block's lines without comments, and without the flag that asks for English."""
    lines = (re.sub(r"\s+#.*$", "", line).replace(" --lang en", "") for line in block.splitlines())
    return [line for line in lines if line.strip()]


def test_every_page_that_code_names_is_there() -> None:
    sources = [
        path
        for folder in ("rules", "monitor", "dashboards", "deploy", "benchmarks", "tests")
        for path in (ROOT / folder).rglob("*")
    ]
    texts = [
        path.read_text("utf-8")
        for path in [*sources, ROOT / "Makefile", ROOT / "pyproject.toml"]
        if path.suffix in CODE or path.name == "Makefile"
    ]
    named = {name for text in texts for name in re.findall(r"\bdocs/[\w/-]+\.md\b", text)}
    assert len(named) > 10
    assert sorted(name for name in named if not (ROOT / name).is_file()) == []


def test_every_page_stands_once_in_the_sidebar_of_the_site() -> None:
    """``docs/conf.py`` is read, not imported: Sphinx is installed where the site is built only."""
    assigned: dict[str, object] = {}
    for node in ast.parse((ROOT / "docs" / "conf.py").read_text("utf-8")).body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name.startswith("PAGES"):
                assigned[name] = ast.literal_eval(value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.startswith("PAGES"):
                assigned[name] = ast.literal_eval(value)
    by_heading, chinese = assigned["PAGES"], assigned["PAGES_ZH"]
    assert isinstance(by_heading, dict) and isinstance(chinese, tuple)
    listed = sorted(["index", *chinese, *(page for pages in by_heading.values() for page in pages)])
    docs = ROOT / "docs"
    assert listed == sorted(page.relative_to(docs).with_suffix("").as_posix() for page in docs.rglob("*.md"))
