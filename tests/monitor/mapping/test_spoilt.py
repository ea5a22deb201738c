"""Numbers and marks that a spreadsheet or an editor has spoilt: cleaned, refused or kept by the mapping's word."""

import pytest

from monitor.mapping.spoilt import SpoiltText
from rules.errors import BadEvent
from tests.monitor.mapping.files import mapping

ROW: dict[str, object] = {"no": "A-1", "at": "2026-03-02 09:30:00", "dept": "公安局"}


def case(number: object, word: SpoiltText = "clean") -> str:
    (arrival,) = mapping({"spoilt": word}).events(ROW | {"no": number})
    return arrival.event.case


@pytest.mark.parametrize(
    ("number", "cleaned"),
    [
        ("430102001.0", "430102001"),
        ("20260017.00", "20260017"),
        ('="A-2"', "A-2"),
        ('="0012"', "0012"),
        ("'430102202603020001", "430102202603020001"),
        ("\tA-1\t", "A-1"),
        ("A-1\u200b", "A-1"),
        ("\ufeffA-1", "A-1"),
        ("A\x00-1", "A-1"),
        ("\u3000A-1\u3000", "A-1"),
        ("Ａ－１", "A-1"),
        ("A 1/2026〔3〕号（补）", "A 1/2026〔3〕号（补）"),
        ("a-2", "a-2"),
        ("1.5.0", "1.5.0"),
        (430102202603020001, "430102202603020001"),
        (20260017.0, "20260017"),
    ],
)
def test_a_number_that_lost_nothing_is_cleaned(number: object, cleaned: str) -> None:
    assert case(number) == cleaned


@pytest.mark.parametrize("number", ["4.30102E+17", "4.301E+20", "4e+17", 4.30102202603e17])
@pytest.mark.parametrize("word", ["clean", "refuse"])
def test_a_number_that_lost_digits_is_a_bad_row(number: object, word: SpoiltText) -> None:
    with pytest.raises(BadEvent, match="lost digits") as caught:
        case(number, word)
    assert caught.value.field == "no"


@pytest.mark.parametrize("number", ["430102001.0", '="A-2"', "A-1\u200b", "Ａ－１"])
def test_a_mapping_may_refuse_or_keep_what_could_be_cleaned(number: str) -> None:
    with pytest.raises(BadEvent, match='spoilt = "clean"'):
        case(number, "refuse")
    if number.isprintable():
        assert case(number, "keep") == number
    else:
        with pytest.raises(BadEvent, match="nobody sees"):  # kept elsewhere; it would be another case
            case(number, "keep")


@pytest.mark.parametrize("number", ["4.30102E+17", "430102001.0"])
def test_a_mapping_that_keeps_numbers_keeps_even_those_that_lost_digits(number: str) -> None:
    assert case(number, "keep") == number


def test_brackets_and_dots_of_a_name_are_meant() -> None:
    (arrival,) = mapping().events(ROW | {"dept": "公安局（东\u200b区）２.0"})
    assert arrival.event.department == "公安局（东区）２.0"
