"""The review family (好差评): bad reviews, what became of them, and the clocks that follow from it.

Only ratings of 4 and 5 (差评) are kept: the others ask nothing of anybody. A case keeps a set of (when, step, rating, value). A
record that names no rating is about the latest bad review before it. Reviews are numbered by when they were given; the number is
the cycle of their clocks. A window forgets, so there the number is made from the minute a clock began in. An appeal that is
upheld makes the review count for nothing; the numbers of the others stay.

| clock | runs from | to | source |
|---|---|---|---|
| review-verification | the bad review | its verification or rectification | none; for books that part it from rectifying |
| review-rectification | the bad review | rectified, or verified as unfounded | 5 working days, some cities 15 |
| review-callback | rectified, or verified as unfounded | the applicant called back | callback 100 %; its days are an inference |
| review-appeal | the appeal | its decision | none; for books that want one |
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from rules import events as ev
from rules.book import RuleBook, TimeLimit
from rules.case import NEVER, Case, ReviewNote, Span, first, latest_in
from rules.events import Header
from rules.families.complaints import numbered
from rules.families.run import Run, limit_of
from rules.instant import Instant
from rules.numbers import ReviewStep

BAD = 4
"""A score from which on a review is bad (差评): 4 dissatisfied, 5 very dissatisfied."""

RATED = ReviewStep.RATED.value
VERIFIED = ReviewStep.VERIFIED.value
RECTIFIED = ReviewStep.RECTIFIED.value
CALLED_BACK = ReviewStep.CALLED_BACK.value
APPEALED = ReviewStep.APPEALED.value
DECIDED = ReviewStep.DECIDED.value
_STEPS: Mapping[type[Header], int] = {
    ev.Rated: RATED,
    ev.RatingVerified: VERIFIED,
    ev.RatingRectified: RECTIFIED,
    ev.RatingCalledBack: CALLED_BACK,
    ev.RatingAppealed: APPEALED,
    ev.RatingAppealDecided: DECIDED,
}
REVIEW_EVENTS = frozenset(_STEPS)


class Review(NamedTuple):
    """One bad review; instants in epoch ms, ``NEVER`` where it has not happened. ``settled``: rectified, or found unfounded."""

    rating: str
    at: int
    score: int
    verified: int
    settled: int
    called_back: int
    appealed: int
    decided: int
    upheld: bool


def note_of(event: Any, at: Instant) -> ReviewNote:
    """What a rating's record says."""
    step = _STEPS[type(event)]
    value = 0
    if step == RATED:
        value = event.score
    elif step == VERIFIED:
        value = int(event.founded)
    elif step == DECIDED:
        value = int(event.upheld)
    return at, step, event.rating, value


def reviews_of(case: Case) -> tuple[Review, ...]:
    """Every bad review of the case, by when it was given."""
    return _reviews(case.reviews, case.spans)


@lru_cache(maxsize=64)
def _reviews(notes_of_all: tuple[ReviewNote, ...], spans: tuple[Span, ...]) -> tuple[Review, ...]:
    """Every rule of the family asks for the reviews of the same case, one after the other."""
    rated: list[ReviewNote] = []
    named: set[str] = set()
    later: list[list[ReviewNote]] = []
    for note in sorted(notes_of_all, key=partial(_at_last, spans)) if spans else notes_of_all:
        if note[1] == RATED:
            if not note[2] or note[2] not in named:  # the same rating again is the same rating
                named.add(note[2])
                rated.append(note)
                later.append([])
            continue
        for place in range(len(rated) - 1, -1, -1):
            if not note[2] or note[2] == rated[place][2]:
                later[place].append(note)
                break
    return tuple([_review(each, notes) for each, notes in zip(rated, later, strict=True)])


def _at_last(spans: Sequence[Span], note: ReviewNote) -> ReviewNote:
    """A review stands where it began, what was done about it where it can have been done last: so it finds its review."""
    return note if note[1] == RATED else (latest_in(spans, note[0]), *note[1:])


def _review(rated: ReviewNote, notes: list[ReviewNote]) -> Review:
    """``notes`` are those about this review, in order of time."""
    when = [NEVER] * 6
    unfounded = NEVER
    upheld = False
    for at, step, _, value in notes:
        if step == VERIFIED and not value and not when[VERIFIED]:
            unfounded = at
        when[step] = when[step] or at
        upheld = upheld or (step == DECIDED and value == 1)
    settled = first(when[RECTIFIED], unfounded)
    return Review(rated[2], rated[0], rated[3], when[VERIFIED], settled, when[CALLED_BACK], when[APPEALED], when[DECIDED], upheld)


def _runs(look: Callable[[Review], tuple[int, int]], case: Case, rule: TimeLimit, book: RuleBook) -> Iterator[Run]:
    """Every run of a review clock, numbered by its review; none for a review that an appeal struck out."""
    if case.reviews:
        limit = limit_of(rule.limit)
        runs = [(*look(each), each.rating, each, cycle) for cycle, each in enumerate(reviews_of(case), 1)]
        for cycle, (start, end, _, each, _) in numbered(case, runs):
            if not each.upheld:
                yield Run(cycle, start, end, limit, False, detail_of(each))


def detail_of(review: Review) -> str:
    """What a card says of the review it is about."""
    return f"score={review.score} rating={review.rating}" if review.rating else f"score={review.score}"


def _verification(each: Review) -> tuple[int, int]:
    return each.at, first(each.verified, each.settled)


def _rectification(each: Review) -> tuple[int, int]:
    return each.at, each.settled


def _callback(each: Review) -> tuple[int, int]:
    return each.settled, each.called_back


def _appeal(each: Review) -> tuple[int, int]:
    return each.appealed, each.decided


verification_runs = partial(_runs, _verification)
rectification_runs = partial(_runs, _rectification)
callback_runs = partial(_runs, _callback)
appeal_runs = partial(_runs, _appeal)
