"""A book ready to judge by: what it answers, and which of several is in force."""

import pytest

from monitor.almanac import ALMANAC
from rules.book import RuleBooks, Threshold
from rules.bookfile import parse_book
from rules.case import Case
from rules.clocks import every_rule, questions_for
from rules.errors import BadRuleBook
from rules.events import STAGES
from rules.families import KIND
from rules.instant import to_instant
from rules.worktime import Limit, Unit, parse_calendar
from tests.rules.story import Story, book, books, day, table


class TestThreshold:
    @pytest.mark.parametrize("text", ["deadline", "at once"])
    def test_a_threshold_may_be_the_deadline(self, text: str) -> None:
        assert Threshold.parse(text) == Threshold("deadline")

    def test_a_threshold_may_be_a_limit_before_or_after_the_deadline(self) -> None:
        assert Threshold.parse("2wd before") == Threshold("before", Limit(2, Unit.working_days))
        assert Threshold.parse("1mo after") == Threshold("after", Limit(1, Unit.months))

    def test_a_threshold_may_be_a_fraction_of_the_limit(self) -> None:
        assert Threshold.parse("4/5") == Threshold("fraction", None, 4, 5)
        assert Threshold.parse("1/1") == Threshold("fraction", None, 1, 1)

    @pytest.mark.parametrize(
        "text", ["", "soon", "2wd", "2 wd before", "2wd early", "5/4", "0/4", "1/0", "-1/2", "before", "1/2/3"]
    )
    def test_any_other_threshold_is_refused_with_the_forms(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"deadline|whole number"):
            Threshold.parse(text)


class TestBook:
    def test_an_item_is_found_by_its_code_and_an_unknown_one_has_the_defaults(self) -> None:
        judged = book(defaults={"promised": "9wd", "statutory": "19wd"}, items=[{"code": "a", "promised": "3wd"}])
        assert (judged.item("a").promised, judged.item("a").statutory) == ("3wd", "")
        assert (judged.item("b").promised, judged.item("b").statutory) == ("9wd", "19wd")

    def test_a_stage_limit_is_that_of_the_item_then_that_of_the_book(self) -> None:
        judged = book(stages={"review": "3wd"}, items=[{"code": "a", "stages": {"review": "1wd", "handling": "2wd"}}])
        review, handling = STAGES.index("review"), STAGES.index("handling")
        assert [judged.stage_limit(code, stage) for code in "ab" for stage in (review, handling)] == ["1wd", "2wd", "3wd", ""]

    def test_a_stage_rule_is_one_rule_per_stage_that_has_a_limit_somewhere(self) -> None:
        judged = book(stages={"review": "3wd"}, items=[{"code": "a", "stages": {"handling": "2wd"}}])
        assert [rule.id for rule in judged.time_limits if rule.clock == "stage"] == ["stage-handling", "stage-review"]
        everywhere = book(time_limits=[{"id": "s", "clock": "stage", "limit": "1wd", "red": "deadline"}])
        assert [rule.id for rule in everywhere.time_limits] == [f"s-{stage}" for stage in STAGES]

    def test_a_book_asks_only_rules_whose_clocks_the_facts_can_have_started(self) -> None:
        judged = book("hunan", stages={"review": "3wd", "handling": "3wd"}, process=[])

        def asked(case: Case) -> set[str]:
            return {question.rule.id for question in questions_for(case, every_rule(judged))}

        assert asked(Case("k")) == set()
        assert asked(Case("k", applied=1)) == {"acceptance-notice"}
        assert asked(Case("k", applied=1, online=True)) == {"acceptance-notice", "online-pre-acceptance"}
        assert asked(Case("k", entered=((1, STAGES.index("review")),))) == {"stage-review"}
        assert asked(Case("k", decided=1)) == {"delivery"}
        assert asked(Case("k", suspensions=((1, "hearing", 3),))) == {"special-procedure"}
        assert asked(Case("k", concluded=1)) == {"certificate", "delivery"}
        story = Story(books("hunan"))
        story.tell("accepted", day(0))
        assert asked(story.known) == {"case-promise", "case-statutory"}

    def test_rules_of_one_clock_and_stage_are_a_family(self) -> None:
        judged = book(stages={"review": "3wd", "handling": "3wd"})
        families = {rule.id: rule.family for rule in judged.time_limits}
        assert families["case-promise"] == families["case-statutory"]
        assert len(set(families.values())) == len(families) - 1

    def test_every_kind_of_clock_can_be_written(self) -> None:
        rules = [{"id": kind, "clock": kind, "limit": "3wd"} | ({} if kind == "expiry" else {"red": "deadline"}) for kind in KIND]
        assert set(book(time_limits=rules, process=[], rates=[]).kinds) == set(KIND)

    def test_the_digest_changes_with_the_book_and_with_its_calendar(self) -> None:
        own = {"name": "own", "base": "weekends", "years": [2026]}
        digests = {
            book().digest,
            book(extension={"max_days": 11}).digest,
            book(calendar=own).digest,
            book(calendar={**own, "holidays": [{"date": day(0).date(), "name": "停电"}]}).digest,
        }
        assert len(digests) == 4 and book().digest in digests

    def test_the_digest_is_not_about_when_it_ends_nor_how_its_days_are_written(self) -> None:
        assert book(effective_until=day(9)).digest == book().digest
        written = [
            {"name": "x", "base": "weekends", "years": [2026]},
            {"name": "y", "base": "weekends", "years": [2026], "until": 2026},
        ]
        assert len({book(calendar=calendar).digest for calendar in written}) == 1

    def test_the_digest_changes_with_the_national_calendar_that_is_handed_in(self) -> None:
        longer = parse_calendar({"name": "cn", "base": "cn", "holidays": [{"date": day(0).date(), "name": "元旦"}]}, ALMANAC)
        there = ALMANAC._replace(national=lambda: longer)
        assert parse_book("default", table("default"), there).digest != book().digest


class TestBooks:
    def test_the_book_in_force_is_the_last_to_take_effect(self) -> None:
        both = RuleBooks([book(version="b", effective_from=day(10)), book(version="a", effective_from=day(0))])
        instants = [to_instant(when) for when in (day(-5), day(0), day(9.9), day(10), day(99))]
        assert [both.at(instant).version for instant in instants] == ["a", "a", "a", "b", "b"]
        assert [each.version for each in both] == ["a", "b"]

    def test_a_book_that_ends_gives_way_to_the_one_before(self) -> None:
        three = RuleBooks(
            [
                book(version="a", effective_from=day(0)),
                book(version="b", effective_from=day(10), effective_until=day(20)),
                book(version="c", effective_from=day(15), effective_until=day(17)),
            ]
        )
        instants = [to_instant(when) for when in (day(9.9), day(10), day(15), day(16.9), day(17), day(19.9), day(20), day(99))]
        assert [three.at(instant).version for instant in instants] == ["a", "b", "c", "c", "b", "b", "a", "a"]

    def test_a_book_withdrawn_before_it_began_was_never_in_force_but_stays_for_its_cases(self) -> None:
        void = book(version="b", effective_from=day(10), effective_until=day(10))
        mended = book(version="c", effective_from=day(10))
        three = RuleBooks([book(version="a", effective_from=day(0)), void, mended])
        assert [three.at(to_instant(day(number))).version for number in (9, 10, 11)] == ["a", "c", "c"]
        assert three.get("b") is void

    def test_the_last_book_stays_in_force_where_all_have_ended(self) -> None:
        ended = [book(version="a", effective_until=day(5)), book(version="b", effective_from=day(6), effective_until=day(9))]
        assert [RuleBooks(ended).at(to_instant(day(number))).version for number in (4, 5, 6, 9)] == ["a", "a", "b", "b"]

    def test_a_book_alone_is_always_in_force(self) -> None:
        assert RuleBooks([book(effective_from=day(10))]).at(0).version == "default-1"

    def test_a_book_is_found_by_version_and_a_missing_one_is_the_operators_error(self) -> None:
        assert books().get("default-1").name == "default"
        with pytest.raises(BadRuleBook, match="keep its file"):
            books().get("default-0")

    def test_books_of_one_version_or_one_instant_or_none_at_all_are_refused(self) -> None:
        with pytest.raises(BadRuleBook, match="none given"):
            RuleBooks([])
        with pytest.raises(BadRuleBook, match="same version"):
            RuleBooks([book(), book(effective_from=day(1))])
        with pytest.raises(BadRuleBook, match="same instant"):
            RuleBooks([book(), book(version="b")])


def test_rule_books_without_any_book_are_refused() -> None:
    with pytest.raises(BadRuleBook) as refused:
        RuleBooks([])
    assert str(refused.value) == "rule books: none given"
