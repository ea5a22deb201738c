"""What the simulated hall makes of a bad review (差评): verified, rectified, the applicant called back, mostly in time."""

from monitor.simulate.life import Life
from rules.events import RatingAppealDecided, RatingAppealed, RatingCalledBack, RatingRectified, RatingVerified

_APPEALED = 0.06
_UPHELD = 0.5
_FOUNDED = 0.85
_FORGOTTEN = 0.04
"""Of a bad review to be looked into by nobody."""
_LATE = 0.12


def follow_up(life: Life, rated: float) -> None:
    """Points are working days; verified and rectified within five, of which about one in ten is missed."""
    rng = life.rng
    if rng.random() < _APPEALED:
        appealed = life.record(RatingAppealed, rated + rng.uniform(0.1, 1), reason="误评")
        upheld = rng.random() < _UPHELD
        life.record(RatingAppealDecided, appealed + rng.uniform(0.3, 2), upheld=upheld, reason="经核实")
        if upheld:
            return
    if rng.random() < _FORGOTTEN:
        return
    founded = rng.random() < _FOUNDED
    settled = life.record(RatingVerified, rated + rng.uniform(0.2, 2), founded=founded)
    if founded:
        settled = life.record(RatingRectified, rated + (rng.uniform(5.1, 9) if rng.random() < _LATE else rng.uniform(2, 4.5)))
    if rng.random() > _FORGOTTEN:
        life.record(RatingCalledBack, settled + rng.uniform(0.1, 3))
