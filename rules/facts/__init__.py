"""From a record to facts: how it joins its case, which oddities it shows, what is forgotten."""

from rules.facts.join import Facts, join, supervised
from rules.facts.retention import forgotten

__all__ = ["Facts", "forgotten", "join", "supervised"]
