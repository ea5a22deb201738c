"""异常发牌: every card that was issued, computed once more from the records; what does not agree is reported."""

from monitor.verify.report import VerifyReport
from monitor.verify.run import VerifyError, verify_cards
from monitor.verify.text import report_in_words

__all__ = ["VerifyError", "VerifyReport", "report_in_words", "verify_cards"]
