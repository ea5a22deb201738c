"""Rule books as a product: check one before it goes live, say what a rule means, put it into force."""

from monitor.lint import Diagnosis
from monitor.rulebook import publish
from monitor.rulebook.check import HORIZON, check_books
from monitor.rulebook.explain import explain_rule
from monitor.rulebook.published import as_table, listed

__all__ = ["HORIZON", "Diagnosis", "as_table", "check_books", "explain_rule", "listed", "publish"]
