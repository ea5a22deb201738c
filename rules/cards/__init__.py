"""Which cards ought to stand, by clocks and time; what people did with them; an alert described whole."""

from rules.cards.describe import AlertChange, alert_of, defence_of, run_of

__all__ = ["AlertChange", "alert_of", "defence_of", "run_of"]
