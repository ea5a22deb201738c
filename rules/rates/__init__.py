"""What shows in many cases: contributions, their counts, measures of them, the clocks and cards of rate rules."""
