"""What shows in many cases: contributions, their counts, measures of them, the clocks and cards of rate rules."""

from rules.rates.cards import detailed, without_old_cards
from rules.rates.clocks import rate_clocks
from rules.rates.counting import Changes, Tallies
from rules.rates.measures import JUDGED_MONTHS, VOLUMES

__all__ = ["JUDGED_MONTHS", "VOLUMES", "Changes", "Tallies", "detailed", "rate_clocks", "without_old_cards"]
