"""What a card found, in words: nothing of the machine's spelling is left, and nothing of what people wrote is lost."""

import pytest

from monitor import words
from monitor.words import Language
from rules.families import FINDING
from tests.rules.families.oddities import FOUND


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("finding", sorted(finding for finding in FOUND if not FINDING[finding].by_hand))
def test_every_finding_of_a_card_is_said_in_words(finding: str, lang: Language) -> None:
    detail = f"{finding} {FOUND[finding][2][0]}".rstrip()
    said = words.detail(detail, lang)
    assert said.startswith(words.FINDINGS[finding][lang == "en"])
    assert "=" not in said


def test_every_finding_has_words() -> None:
    assert set(words.FINDINGS) == set(FINDING)


@pytest.mark.parametrize(
    ("detail", "zh", "en"),
    [
        (
            "stage-missing stages=review,approval",
            "缺少事项流程规定的环节：环节 审核、审批",
            "a stage of the item's flow is missing: stages review, approval",
        ),
        (
            "back-entry event=accepted days=19",
            "事后补录：记录 受理，迟报天数 19",
            "typed in long after it happened: record accepted, days late 19",
        ),
        (
            "fee-outside cashier=单位 财务室",
            "在大厅收费处以外收费：收费处 单位 财务室",
            "a fee taken elsewhere than at the hall's cashiers: cashier 单位 财务室",
        ),
        ("score=5 rating=a", "评分 5，评价编号 a", "score 5, rating a"),
        ("unattended left=0412", "窗口开放而无人值守：最后离岗 0412", "nobody at an open window: last to leave 0412"),
        ("unopened", "窗口未按时开放", "the window has not opened"),
        ("slowest=税务局", "最慢部门 税务局", "slowest department 税务局"),
        ("four-eyes", "承办、审核、审批为同一人", "one person handled, reviewed and approved"),
        ("态度 恶劣", "态度 恶劣", "态度 恶劣"),
        ("", "", ""),
    ],
)
def test_a_detail_is_said_in_both_languages(detail: str, zh: str, en: str) -> None:
    assert (words.detail(detail, "zh"), words.detail(detail, "en")) == (zh, en)
