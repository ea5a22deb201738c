"""The pages of the catalog name every element, class, kind and form, and show what the command prints."""

import re
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner

from monitor.books.catalog_file import CatalogItem, Common, Form, ItemClass, ItemKind, _CatalogTable
from monitor.books.files import load_book
from monitor.catalog.completeness import completeness
from monitor.catalog.words import CLASSES, ELEMENTS, FORMS, KINDS
from monitor.cli.main import main
from rules.book import Item
from tests.monitor.catalog.test_check import GOOD

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "reference" / "catalog.md").read_text("utf-8")
HOWTO = (DOCS / "howto" / "write-a-catalog.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


def rows(section: str) -> dict[str, list[str]]:
    """First cell of every table row that begins with code, to the others."""
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in SECTIONS[section].splitlines() if line[:3] == "| `"
    ]
    return {line[0].strip("`"): line[1:] for line in lines}


def test_every_element_is_documented_with_its_chinese_name() -> None:
    told = rows("Elements")
    elements = {key: cells for key, cells in told.items() if key not in CLASSES}
    assert set(elements) == {field.replace("item_class", "class") for field in CatalogItem.__struct_fields__} | {"fee.basis"}
    assert {key: told[key][0] for key in ELEMENTS} == {key: zh for key, (zh, _) in ELEMENTS.items()}
    assert {key for key, cells in elements.items() if re.search("needed|required", cells[2])} == set(ELEMENTS)


def test_the_elements_documented_as_core_are_those_a_rule_book_knows() -> None:

    assert {key for key, cells in rows("Elements").items() if key not in CLASSES and "core" in cells[2]} == set(
        Item.__struct_fields__
    )


def test_every_class_kind_form_and_key_of_a_catalog_is_documented() -> None:
    told = rows("Elements")
    assert {key: told[key] for key in CLASSES} == {key: [zh] for key, (zh, _) in CLASSES.items()}
    assert (
        set(CLASSES) == set(get_args(ItemClass)) and set(KINDS) == set(get_args(ItemKind)) and set(FORMS) == set(get_args(Form))
    )
    for key, (zh, _) in {**KINDS, **FORMS}.items():
        assert f"`{key}` {zh}" in SECTIONS["Elements"]
    assert set(rows("The file")) == set(_CatalogTable.__struct_fields__)
    for key in Common.__struct_fields__:
        assert f"`{key}`" in rows("The file")["common"][2]


def test_every_element_counts_for_the_completeness() -> None:
    assert [share.element for share in completeness([]).elements] == list(ELEMENTS)


def test_the_check_prints_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (book,) = re.findall(r"```toml\n(.*?)```", HOWTO, re.DOTALL)
    (shown,) = re.findall(r"```console\n(.*?)```", HOWTO, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    item = GOOD.read_text("utf-8").replace('code = "a"', 'code = "licence"')
    item = item.replace(', basis = "测试令"', "").replace('supervision = "2"\n', "")
    Path("items.toml").write_text(item, "utf-8")
    Path("city.toml").write_text(book, "utf-8")
    assert list(load_book(Path("city.toml")).items) == ["licence"]
    command, *lines = shown.splitlines()
    result = CliRunner().invoke(main, command.removeprefix("$ supervise ").split())
    assert result.exit_code == 1
    assert result.stdout.splitlines()[: len(lines) - 1] == lines[:-1]
