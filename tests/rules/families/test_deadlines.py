"""When a clock is due: extensions, items that are due at once, pauses before it began."""

from rules.case import UNREACHED
from rules.families import limit_of
from rules.instant import to_instant
from rules.worktime import Limit, Unit
from tests.rules.families.runs import in_stages
from tests.rules.story import Story, book, books, day


class TestDeadlines:
    def test_extensions_granted_in_time_are_added_up_to_the_cap(self) -> None:
        story = Story(books(extension={"max_days": 4}))
        story.tell("accepted", day(0), promised="5wd", statutory="10wd")
        story.tell("extended", day(1), days=3)
        assert story.deadline("case-promise") == day(10)
        story.tell("extended", day(2), days=3)
        # 2026-03        Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12 Fr13     Fr20
        # promise 5wd    |----1----2----3----4----.----.----5 due
        # and 3: 8wd     |----1----2----3----4----.----.----5----6----7----8 due
        # and 4: 9wd     |----1----2----3----4----.----.----5----6----7----8----9 due, not 11: the cap is 4
        # law 10+4=14wd  |----1----2----3----4----.----.----5----6----7----8----9--------14 due
        assert (story.deadline("case-promise"), story.deadline("case-statutory")) == (day(11), day(18))

    def test_an_extension_counts_only_for_limits_that_had_not_passed(self) -> None:
        story = Story()
        story.tell("accepted", day(0), promised="5wd", statutory="10wd")
        story.tell("extended", day(7, 0, 1), days=2)
        # 2026-03        Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11     We18
        # promise 5wd    |----1----2----3----4----.----.----5 due 09:30
        # extended                                          * 09:31
        # law 10+2=12wd  |----1----2----3----4----.----.----5----6----7--------12 due
        assert (story.deadline("case-promise"), story.deadline("case-statutory")) == (day(7), day(16))

    def test_a_late_record_of_an_extension_in_time_counts(self) -> None:
        story = Story()
        story.tell("accepted", day(0), promised="5wd", statutory="10wd")
        story.tick(day(8))
        assert story.standing == {"yellow case-promise"}
        story.tell("extended", day(3), arrived=day(8), days=2)
        # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11
        # promise 5wd  |----1----2----3----4----.----.----5 due, yellow
        # extended                    * told on Tu10
        # 5+2=7wd      |----1----2----3----4----.----.----5----6----7 due
        assert story.states == {"warning case-promise/1": "issued", "yellow case-promise/1": "withdrawn"}
        assert [(alert.level, alert.reason) for alert in story.alerts[-2:]] == [
            ("warning", "recomputed"),
            ("yellow", "limit_moved"),
        ]
        assert story.deadline("case-promise") == day(9)

    def test_the_extension_cap_of_an_item_goes_before_that_of_the_book(self) -> None:
        among = book(items=[{"code": "licence", "max_extension": 15}])
        assert among.max_extension("licence") == 15 and among.max_extension("other") == 10

    def test_an_instant_item_is_due_at_closing_time_and_judged(self) -> None:
        story = Story()
        story.tell("accepted", day(0), promised="0wd", statutory="0wd")
        # 2026-03-02 Mo  09:30           17:00
        # instant item   |---------------x due when the office closes
        assert story.deadline("case-promise") == day(0, 7, 30)
        story.tick(day(0, 7, 31))
        assert story.standing == {"yellow case-promise", "red case-statutory"}

    def test_a_warning_before_the_clock_began_is_never_reached(self) -> None:
        story = Story()
        story.tell("accepted", day(0), promised="1wd", statutory="10wd")
        clock = story.known.clocks[0]
        # 2026-03      Mo02 Tu03
        # promise 1wd  |----1 due; 2wd before it is the Thursday before it began
        assert clock.thresholds == (UNREACHED, to_instant(day(1)))

    def test_pauses_before_the_clock_began_take_nothing_from_it(self) -> None:
        story = in_stages(handling="3wd")
        story.tell("suspended", day(0), procedure="hearing", approved_days=2)
        story.tell("stage_entered", day(1), stage="handling")
        # 2026-03       Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
        # suspended     [=========] 2 approved days
        # handling 3wd       |=====----1----2----.----.----3 due
        # or 3wd             |----1----2----3 due, resumed on Tu03
        assert story.deadline("stage-handling") == day(7)
        story.tell("resumed", day(1))
        assert story.deadline("stage-handling") == day(4)


def test_a_limit_is_parsed_once_for_each_text() -> None:
    assert limit_of("7wd") == Limit(7, Unit.working_days) and limit_of("7wd") is limit_of("7wd")
