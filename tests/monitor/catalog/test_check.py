"""Every kind of defect, one per file: the check names its line and key, and finds nothing else; how complete a catalog is."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from monitor.books.catalog_file import CatalogBranch, CatalogItem, Fee, Forwarding, Material
from monitor.catalog import check_catalog
from monitor.catalog.completeness import completeness, missing
from monitor.cli.main import main

HERE = Path(__file__).parent
GOOD = HERE / "good.toml"
EXAMPLE = HERE.parents[2] / "deploy" / "catalogs" / "example.toml"
BAD = sorted((HERE / "bad_catalogs").glob("*.toml"))


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["catalog", "check", *words])


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_defect_is_found_where_it_stands(file: Path) -> None:
    severity, line, *key = file.read_text("utf-8").splitlines()[0].removeprefix("# ").split()
    diagnoses = check_catalog(file).diagnoses
    assert [(found.severity, found.line, found.key) for found in diagnoses] == [(severity, int(line), "".join(key))]
    if file.stem.startswith("lacks_"):
        assert f"lacks {file.stem.removeprefix('lacks_')} " in diagnoses[0].text


def test_the_catalog_that_the_bad_ones_are_made_from_has_no_defect() -> None:
    assert check_catalog(GOOD).diagnoses == ()


def test_the_example_is_complete() -> None:
    report = check_catalog(EXAMPLE)
    assert report.diagnoses == ()
    assert report.completeness is not None and report.completeness.percent == 100
    assert all(share.need for share in report.completeness.elements), "the example shows every element"


def test_every_defect_of_a_catalog_is_named_not_only_the_first(tmp_path: Path) -> None:
    file = tmp_path / "items.toml"
    file.write_text(
        'hall = 5\n[[items]]\ncode = "a"\npromised = 5\nfee = "x"\n[[items]]\nname = "b"\n'
        '[[items]]\ncode = "c"\nstatutory = "ten"\n',
        "utf-8",
    )
    assert [(found.line, found.key) for found in check_catalog(file).diagnoses][:1] == [(1, "hall")]
    assert {found.key for found in check_catalog(file).diagnoses} == {
        "hall",
        "items[0].promised",
        "items[0].fee",
        "items[1].code",
        "items[2].statutory",
    }


def test_the_check_prints_the_place_of_a_defect_and_how_complete_the_catalog_is() -> None:
    result = run(str(HERE / "bad_catalogs" / "lacks_supervision.toml"))
    assert result.exit_code == 0, "a gap is a warning"
    assert "lacks_supervision.toml:4: warning: items[0]: 'a' lacks supervision 监督投诉方式" in result.output
    assert "要素完整率 94.1 %，事项 1 个，数据质量扣 5 分" in result.output
    assert "0.0 %     0/1    supervision" in result.output
    assert "errors 0, warnings 1" in result.output


def test_the_check_ends_with_status_1_where_there_is_an_error() -> None:
    result = run(str(HERE / "bad_catalogs" / "fee_without_basis.toml"))
    assert result.exit_code == 1
    assert ":19: error: items[0].fee: '10 元' has no basis" in result.output


def test_the_check_prints_findings_and_completeness_as_json_when_asked() -> None:
    result = CliRunner().invoke(main, ["catalog", "check", str(HERE / "bad_catalogs" / "lacks_place.toml"), "--json"])
    told = json.loads(result.stdout)
    assert [(found["line"], found["key"]) for found in told["findings"]] == [(4, "items[0]")]
    shares = {share["element"]: share for share in told["completeness"]["elements"]}
    assert shares["place"] == {"element": "place", "have": 0, "need": 1, "name": "办理地点", "percent": 0.0}
    assert told["completeness"]["points_off"] == 5


def test_a_catalog_that_cannot_be_read_has_no_completeness(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["catalog", "check", str(tmp_path / "none.toml"), "--json"])
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["completeness"] is None
    assert "cannot be read" in told["findings"][0]["text"]


def test_a_bad_book_is_the_operators_error() -> None:
    result = run(str(GOOD), "--book", "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.output


def test_a_catalog_that_breaks_off_is_found_at_its_last_line(tmp_path: Path) -> None:
    (tmp_path / "cut.toml").write_text('[[items]]\ncode = "a"\nname = ', "utf-8")
    (diagnosis,) = check_catalog(tmp_path / "cut.toml").diagnoses
    assert (diagnosis.line, diagnosis.key) == (3, "")


def test_the_check_takes_office_hours_and_stage_limits_from_the_book(tmp_path: Path) -> None:
    book = tmp_path / "city.toml"
    book.write_text('extends = "default"\nname = "c"\nversion = "c"\n[stages]\napproval = "5wd"\n', "utf-8")
    assert [found.key for found in check_catalog(GOOD, book).diagnoses] == ["items[0].stages"]


def test_completeness_is_counted_over_the_items_that_need_an_element() -> None:
    instant = CatalogItem("i", "n", promised="0wd", statutory="1wd", kind="instant", fee=Fee("5 元"))
    joint = CatalogItem(
        "p", kind="parallel", branches=(CatalogBranch("甲局"),), fee="none", department="局", flow=("acceptance",)
    )
    whole = completeness([instant, joint])
    needs = {share.element: (share.have, share.need) for share in whole.elements}
    assert needs["flow"] == (1, 1) and needs["fee.basis"] == (0, 1) and needs["branches"] == (1, 1)
    assert needs["forwarded"] == (0, 0) and needs["name"] == (1, 2)
    have, need = (sum(column) for column in zip(*needs.values(), strict=True))
    assert whole.percent == 100 * have / need
    assert whole.points_off == 5
    assert missing(CatalogItem("f", kind="forwarded", forwarded=Forwarding("省局")))[-1] == "supervision"


def test_points_are_taken_off_for_whole_percents_only() -> None:
    full = check_catalog(GOOD).completeness
    assert full is not None
    item = CatalogItem(
        "a", "n", "5wd", "9wd", flow=("acceptance",), item_class="permit", kind="committed", department="局", basis=("法",),
        conditions=("c",), materials=(), fee="none", place="p", opening="o", consultation="c", supervision="s",
    )  # fmt: skip
    assert completeness([item]).points_off == 5  # 1 of 16
    assert [completeness([item] + [_with_material(item)] * others).points_off for others in (2, 3, 6, 7)] == [2, 1, 0, 0]


def _with_material(item: CatalogItem) -> CatalogItem:
    return replace(item, materials=(Material("书"),))
