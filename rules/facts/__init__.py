"""From a record to facts: how it joins its case, which oddities it shows, what is forgotten."""

from rules.facts.join import Facts, join, supervised
from rules.facts.refusals import LIMITS, WITHOUT_A_CASE, check, objections
from rules.facts.retention import forgotten

__all__ = ["LIMITS", "WITHOUT_A_CASE", "Facts", "check", "forgotten", "join", "objections", "supervised"]
