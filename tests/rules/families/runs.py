"""A story with limits for its stages, and the runs of a rule in a story."""

from datetime import datetime

from rules.instant import to_instant
from tests.rules.story import Story, books, day


def in_stages(**limits: str) -> Story:
    story = Story(books(stages=limits))
    story.tell("accepted", day(0), promised="10wd", statutory="20wd")
    return story


def spans(story: Story, rule: str) -> list[tuple[int, int, int]]:
    """(cycle, start, end) of the clocks of a rule."""
    judged = story.books.get(story.known.book)
    return [(c.cycle, c.start, c.end) for c in story.known.clocks if judged.rules[c.rule].id == rule]


def at(when: datetime) -> int:
    return to_instant(when)
