"""Which cards ought to stand, by clocks and time; what people did with them; an alert described whole."""

from rules.cards.acts import REASONS, act_of, acted
from rules.cards.describe import AlertChange, alert_of, defence_of, run_of
from rules.cards.judge import WITHDRAWN, Act, judge, next_threshold, opened_at, undisturbed

__all__ = [
    "REASONS",
    "WITHDRAWN",
    "Act",
    "AlertChange",
    "act_of",
    "acted",
    "alert_of",
    "defence_of",
    "judge",
    "next_threshold",
    "opened_at",
    "run_of",
    "undisturbed",
]
