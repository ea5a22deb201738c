"""The posters: well-formed, everything of the item on them, nothing half-written."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from monitor.books.catalog_file import CatalogItem
from monitor.catalog.poster import poster, speed_up
from monitor.catalog.svg import NAMESPACE, broken, width_of
from monitor.cli.main import main

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[2] / "deploy" / "catalogs" / "example.toml"


def draw(*words: str) -> Result:
    return CliRunner().invoke(main, ["catalog", "draw", *words])


def text_of(content: bytes) -> str:
    """All that can be read on it, lines of one paragraph joined."""
    root = ET.fromstring(content)
    assert root.tag == f"{{{NAMESPACE}}}svg"
    return "".join(each.text or "" for each in root.iter(f"{{{NAMESPACE}}}text"))


@pytest.fixture(scope="module")
def posters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is on the posters of the example, by code."""
    out = tmp_path_factory.mktemp("posters")
    result = draw(str(EXAMPLE), "--out", str(out))
    assert result.exit_code == 0, result.output
    files = sorted(out.iterdir())
    assert [str(file) for file in files] == sorted(line for line in result.output.splitlines() if line.endswith(".svg"))
    assert "6 written" in result.output
    return {file.stem: text_of(file.read_bytes()) for file in files}


@pytest.mark.parametrize(
    "words",
    [
        "安和市政务服务中心",
        "食品经营许可行政许可承诺件",
        "承诺时限8 个工作日比法定时限提速 60 %",
        "法定时限20 个工作日",
        "实施机关市市场监督管理局",
        "收费不收费",
        "承办食品经营科4 个工作日",
        "不计入时限检验　5 个工作日现场核查",
        "承诺8个工作日",
        "办理结果食品经营许可证",
        "经营场所平面布局图（原件 2 份）",
        "授权委托书（代办的）（原件 1 份，按需）",
        "营业执照（电子件）",
        "《中华人民共和国食品安全法》第三十五条",
        "办理地点安和市政务服务中心一楼 12–15 号窗口",
        "监督投诉驻厅效能监察室",
        "当场或者五个工作日内一次告知",
    ],
)
def test_the_poster_of_an_ordinary_item_says_everything_of_it(posters: dict[str, str], words: str) -> None:
    assert words in posters["990100-SC-0101"]


def test_the_poster_shows_the_stages_in_order(posters: dict[str, str]) -> None:
    assert re.search(r"1受理.*2承办.*3审核.*4审批.*5办结.*6出证.*办理结果", posters["990100-SC-0101"])


def test_the_poster_of_an_instant_item_says_the_same_day(posters: dict[str, str]) -> None:
    told = posters["990100-GA-0203"]
    assert "承诺时限当日办结" in told and "承诺当日办结" in told and "即办件" in told
    assert "一次告知" not in told, "the permit law is not every item's"


def test_the_poster_of_a_parallel_item_shows_each_department_with_its_limit(posters: dict[str, str]) -> None:
    told = posters["990100-ZJ-0301"]
    assert "并联办理：各部门同时开始，各计时限市自然资源和规划局5 个工作日市消防救援支队7 个工作日" in told
    assert "市人民防空办公室5 个工作日市城市管理局3 个工作日" in told


def test_the_poster_of_a_forwarded_item_shows_who_decides(posters: dict[str, str]) -> None:
    assert re.search(r"审核.*上报省卫生健康委员会决定10 个工作日.*办结", posters["990100-WJ-0402"])


def test_the_poster_shows_a_fee_with_its_basis(posters: dict[str, str]) -> None:
    assert (
        "收费住宅 80 元/件，非住宅 550 元/件；首本权证免工本费依据：国家发展改革委、财政部关于不动产登记收费标准的通知"
        in posters["990100-ZR-0510"]
    )


def test_one_item_is_drawn_into_one_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "licence.svg"
    result = draw(str(EXAMPLE), "--item", "990100-SC-0101", "--out", str(file))
    assert (result.exit_code, [each.name for each in file.parent.iterdir()]) == (0, ["licence.svg"])


def test_a_rule_book_is_drawn_with_what_its_catalog_says(tmp_path: Path) -> None:
    result = draw(str(HERE / "judged" / "city.toml"), "--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    own, listed = (text_of((tmp_path / f"{code}.svg").read_bytes()) for code in ("own", "listed"))
    assert "测试大厅" in listed and "申请书（原件 1 份）" in listed and "承诺时限5 个工作日" in listed
    assert "目录之外另定" in own and "承诺时限3 个工作日" in own and "实施机关测试局" in own


def test_the_posters_show_the_stage_limits_of_the_book(tmp_path: Path) -> None:
    book = tmp_path / "city.toml"
    book.write_text(
        'extends = "default"\nname = "c"\nversion = "c"\ntitle = "某市"\n[stages]\nreview = "3wd"\n'
        '[[items]]\ncode = "a/b"\nname = "甲"\npromised = "9wd"\nflow = ["acceptance", "review"]\n',
        "utf-8",
    )
    assert draw(str(book), "--out", str(tmp_path / "out")).exit_code == 0
    (file,) = (tmp_path / "out").iterdir()
    assert file.name == "a%2Fb.svg"
    assert "审核3 个工作日" in text_of(file.read_bytes()) and "某市" in text_of(file.read_bytes())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((str(EXAMPLE), "--item", "nothing"), "has no item nothing"),
        ((str(EXAMPLE), "--out", "all.svg"), "6 items are to be drawn"),
        (("default",), "lists no items"),
        ((str(HERE / "bad_catalogs" / "promise_unreadable.toml"),), "'ten' is no limit"),
        ((str(HERE / "bad_catalogs" / "unknown_key.toml"),), "unknown field `colour`"),
        (("missing.toml",), "cannot be read"),
    ],
)
def test_a_catalog_that_cannot_be_drawn_is_refused_and_nothing_is_written(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = draw(*words)
    assert result.exit_code == 2
    assert said in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = draw(str(EXAMPLE), "--out", str(tmp_path / "file" / "posters"))
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_the_poster_of_an_item_without_any_element_says_so() -> None:
    told = text_of(poster(CatalogItem("x"), "", {}))
    assert "本事项尚未登记办理流程" in told and told.count("未登记") == 5


def test_a_name_with_markup_leaves_the_poster_well_formed() -> None:
    told = text_of(poster(CatalogItem('<&">', '"]]><script>', department="A&B"), "<svg>", {}))
    assert '"]]><script>' in told and "A&B" in told


def test_the_bracket_of_the_promise_spans_acceptance_to_conclusion() -> None:
    root = ET.fromstring(
        poster(CatalogItem("x", promised="5wd", flow=("application", "acceptance", "handling", "delivery")), "", {})
    )
    boxes = [each for each in root.iter(f"{{{NAMESPACE}}}rect") if each.get("stroke") == "#1d5fa8"]
    middles = [float(box.attrib["y"]) + float(box.attrib["height"]) / 2 for box in boxes]
    (bracket,) = [each for each in root.iter(f"{{{NAMESPACE}}}polyline") if each.attrib["points"].count(",") == 4]
    heights = [float(point.partition(",")[2]) for point in bracket.attrib["points"].split()]
    assert (min(heights), max(heights)) == (middles[1], middles[2])


@pytest.mark.parametrize(
    ("promised", "statutory", "said"),
    [("8wd", "20wd", "60 %"), ("20wd", "20wd", ""), ("0wd", "3wd", ""), ("5d", "20wd", ""), ("", "20wd", "")],
)
def test_the_speed_up_rate_is_said_only_where_promise_and_law_can_be_compared(promised: str, statutory: str, said: str) -> None:
    assert speed_up(CatalogItem("a", promised=promised, statutory=statutory)).endswith(said)
    assert bool(speed_up(CatalogItem("a", promised=promised, statutory=statutory))) == bool(said)


_WORDS = st.text("甲乙丙，。（）《》ab1 -.", max_size=60)


@given(_WORDS, st.integers(60, 400))
def test_a_wrapped_text_keeps_to_its_width_and_loses_nothing(text: str, width: int) -> None:
    lines = broken(text, 18, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_of(line.rstrip("，。）》.)"), 18) <= width for line in lines), "but for closing marks that hang over"
