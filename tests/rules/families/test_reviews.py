"""Bad reviews: which record is about which review, what settles one, what an appeal undoes."""

from typing import Any

from rules.case import NEVER
from rules.families.reviews import Review, reviews_of
from rules.instant import to_instant
from tests.rules.story import Story, books, day

Told = tuple[str, float, dict[str, Any]]


def reviews(*told: Told) -> tuple[Review, ...]:
    stories = []
    for order in (told, tuple(reversed(told))):
        story = Story()
        for kind, when, fields in order:
            story.tell(kind, day(when), day(20), **fields)
        stories.append(reviews_of(story.known))
    assert stories[0] == stories[1], "whatever the order of arrival"
    return stories[0]


def rated(when: float, score: int = 5, **fields: Any) -> Told:
    return "rated", when, {"score": score, **fields}


def at(days: float) -> int:
    return to_instant(day(days))


def test_a_rating_is_kept_only_when_it_is_bad() -> None:
    story = Story()
    for score in (1, 2, 3):
        assert story.tell("rated", day(score), score=score).case is None
    story.tell("rated", day(4), score=4)
    assert [(each.at, each.score) for each in reviews_of(story.known)] == [(at(4), 4)]


def test_a_record_without_a_rating_is_about_the_latest_review_before_it() -> None:
    told = [rated(1, rating="a"), rated(2), ("rating_rectified", 1.5, {}), ("rating_rectified", 3, {})]
    assert [each.settled for each in reviews(*told)] == [at(1.5), at(3)]
    assert reviews(rated(2), ("rating_rectified", 1, {}))[0].settled == NEVER


def test_a_record_with_a_rating_is_about_the_review_of_that_name() -> None:
    told = [
        rated(1, rating="a"),
        rated(2, rating="b"),
        ("rating_callback", 3, {"rating": "a"}),
        ("rating_appealed", 3, {"rating": "x"}),
    ]
    assert [(each.called_back, each.appealed) for each in reviews(*told)] == [(at(3), NEVER), (NEVER, NEVER)]


def test_the_same_rating_reported_twice_is_one_review() -> None:
    assert [each.at for each in reviews(rated(2, rating="a"), rated(1, 4, rating="a"))] == [at(1)]
    assert len(reviews(rated(2), rated(1))) == 2


def test_a_review_is_settled_when_rectified_or_first_verified_as_unfounded() -> None:
    verified = ("rating_verified", 2, {"founded": False})
    assert reviews(rated(1), verified)[0].settled == at(2)
    assert reviews(rated(1), verified, ("rating_rectified", 1.5, {}))[0].settled == at(1.5)
    assert reviews(rated(1), ("rating_verified", 1.5, {"founded": True}), verified)[0].settled == NEVER


def test_an_appeal_strikes_a_review_out_only_when_upheld() -> None:
    decided = ("rating_appeal_decided", 3, {"upheld": True})
    assert reviews(rated(1), decided)[0].upheld
    assert not reviews(rated(1), ("rating_appeal_decided", 3, {"upheld": False}))[0].upheld


def test_reviews_that_stay_keep_their_numbers_when_another_is_struck_out() -> None:
    story = Story(books("default"))
    story.tell("rated", day(0), score=5, rating="a")
    story.tell("rated", day(0.1), score=4, rating="b")
    story.tick(day(8))
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10
    # rectify 5wd  |----1----2----3----4----.----.----5 due, both yellow
    # struck out                                           * the first only
    assert {story.states[f"yellow review-rectification/{cycle}"] for cycle in (1, 2)} == {"issued"}
    story.tell("rating_appeal_decided", day(8), rating="a", upheld=True)
    assert story.states["yellow review-rectification/1"] == story.states["reminder bad-review/1"] == "withdrawn"
    assert story.states["yellow review-rectification/2"] == story.states["reminder bad-review/2"] == "issued"


def test_a_card_says_which_review_it_is_about() -> None:
    story = Story()
    story.tell("rated", day(0), score=5, rating="a")
    details = {alert.detail for alert in story.tick(day(8)).alerts}
    assert details == {"score=5 rating=a", "bad-review score=5 rating=a"}
    assert {"review-rectification/1", "bad-review/1"} <= set(story.clocks)
