"""Which cards ought to stand, by clocks and time; what people did with them; an alert described whole."""
