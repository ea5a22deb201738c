"""How long to wait before a process that ended is started again, and when to say that it cannot run."""

import random
from dataclasses import dataclass, field

FIRST, LONGEST = 1.0, 30.0
"""Seconds before the first start again, and at most; each pause is twice the one before."""
STEADY = 60.0
"""Seconds that a process must have run for its next end to be the first again."""
LOOPING, RARELY = 10, 300.0
"""After so many ends in a row it is started once in so many seconds only."""
JITTER = 0.2
"""Share by which a pause may be shorter or longer: what ended together should not start together."""


@dataclass
class BackOff:
    """The ends of one process. ``ends`` counts those in a row."""

    ends: int = 0
    chance: random.Random = field(default_factory=random.Random)

    def after(self, ran: float) -> float:
        """Seconds to wait, after it ran for ``ran`` seconds and ended by itself."""
        self.ends = 1 if ran >= STEADY else self.ends + 1
        pause = RARELY if self.is_looping else min(FIRST * 2 ** min(self.ends - 1, 20), LONGEST)
        return pause * (1 + JITTER * (2 * self.chance.random() - 1))

    @property
    def is_looping(self) -> bool:
        """Whether it has ended so often that something must be wrong with it."""
        return self.ends >= LOOPING
