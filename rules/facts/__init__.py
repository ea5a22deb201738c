"""From a record to facts: how it joins its case, which oddities it shows, what is forgotten."""

from rules.facts.join import supervised

__all__ = ["supervised"]
