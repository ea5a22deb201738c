"""Why an alert changed, in words."""

import pytest

from monitor.words import REASONS, Language, reason
from rules.alerts import Reason


def test_every_reason_has_words_in_both_languages() -> None:
    assert set(REASONS) == {each.code for each in Reason}
    assert all(zh and en and "_" not in zh + en for zh, en in REASONS.values())


@pytest.mark.parametrize(("lang", "said"), [("zh", "时限将至"), ("en", "the limit is near")])
def test_a_reason_is_said_in_the_language_asked_for(lang: Language, said: str) -> None:
    assert reason(Reason.LIMIT_NEAR.code, lang) == said
