"""The clocks of stages and of parts: each visit, each part its own."""

from tests.rules.families.runs import at, in_stages, spans
from tests.rules.story import Story, books, day


class TestStage:
    def test_a_stage_clock_runs_from_entering_the_stage_until_it_is_left(self) -> None:
        story = in_stages(handling="3wd")
        story.tell("stage_entered", day(0, 1), stage="handling")
        assert spans(story, "stage-handling") == [(1, at(day(0, 1)), 0)]
        story.tell("stage_left", day(2), stage="handling")
        # 2026-03       Mo02 Tu03 We04 Th05
        # handling 3wd  |----1----2----3 due 10:30
        # left                    * ends it
        assert spans(story, "stage-handling") == [(1, at(day(0, 1)), at(day(2)))]
        assert story.deadline("stage-handling") == day(3, 1)

    def test_a_stage_clock_ends_when_another_stage_is_entered_and_nobody_left_the_first(self) -> None:
        story = in_stages(handling="3wd", review="1wd")
        story.tell("stage_entered", day(0), stage="handling")
        story.tell("stage_entered", day(2), stage="review")
        story.tell("stage_left", day(3), stage="handling")
        # 2026-03        Mo02 Tu03 We04 Th05
        # handling 3wd   |----1----x another stage is entered
        # review 1wd               |----1 due
        # handling left                 * too late to end it
        assert spans(story, "stage-handling") == [(1, at(day(0)), at(day(2)))]
        assert spans(story, "stage-review") == [(1, at(day(2)), 0)]

    def test_each_visit_of_a_stage_is_a_cycle_of_its_own(self) -> None:
        story = in_stages(handling="3wd")
        for when, stage in ((0, "handling"), (1, "review"), (2, "handling"), (3, "approval"), (4, "handling")):
            story.tell("stage_entered", day(when), stage=stage)
        # 2026-03        Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11
        # 1st visit 3wd  |----x ends
        # 2nd visit 3wd            |----x ends
        # 3rd visit 3wd                      |----.----.----1----2----3 due
        expected = [(1, at(day(0)), at(day(1))), (2, at(day(2)), at(day(3))), (3, at(day(4)), 0)]
        assert spans(story, "stage-handling") == expected

    def test_a_visit_of_a_stage_reported_late_renumbers_those_after_it(self) -> None:
        story = in_stages(handling="3wd")
        story.tell("stage_entered", day(4), stage="handling")
        story.tell("stage_entered", day(0), arrived=day(5), stage="handling")
        story.tell("stage_left", day(1), arrived=day(5), stage="handling")
        # 2026-03        Mo02 Tu03 We04 Th05 Fr06 Sa07
        # 1st visit 3wd  |----x reported on Sa07
        # 2nd visit 3wd                      | was the first until then
        assert spans(story, "stage-handling") == [(1, at(day(0)), at(day(1))), (2, at(day(4)), 0)]

    def test_a_stage_entered_again_while_the_case_is_in_it_changes_nothing(self) -> None:
        story = in_stages(handling="3wd")
        story.tell("stage_entered", day(0), stage="handling")
        story.tell("stage_entered", day(1), stage="handling")
        story.tell("stage_entered", day(2), stage="handling")
        assert spans(story, "stage-handling") == [(1, at(day(0)), 0)]

    def test_a_stage_left_and_entered_again_begins_a_new_cycle(self) -> None:
        story = in_stages(handling="3wd")
        story.tell("stage_entered", day(0), stage="handling")
        story.tell("stage_left", day(1), stage="handling", action="return")
        story.tell("stage_entered", day(2), stage="handling")
        # 2026-03        Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
        # 1st visit 3wd  |----x sent back
        # 2nd visit 3wd            |----1----2----.----.----3 due
        assert spans(story, "stage-handling") == [(1, at(day(0)), at(day(1))), (2, at(day(2)), 0)]

    def test_a_stage_clock_ends_with_the_conclusion_and_a_stage_entered_after_it_is_over_at_once(self) -> None:
        story = in_stages(handling="3wd", archiving="3wd")
        story.tell("stage_entered", day(0), stage="handling")
        story.tell("concluded", day(1))
        story.tell("stage_entered", day(2), stage="archiving")
        # 2026-03        Mo02 Tu03 We04
        # handling 3wd   |----x concluded
        # archiving 3wd            x begins and ends
        assert spans(story, "stage-handling") == [(1, at(day(0)), at(day(1)))]
        assert spans(story, "stage-archiving") == [(1, at(day(2)), at(day(2)))]

    def test_a_stage_limit_of_the_item_goes_before_that_of_the_book(self) -> None:
        story = Story(books(stages={"review": "3wd"}, items=[{"code": "licence", "stages": {"review": "1wd"}}]))
        story.tell("stage_entered", day(0), stage="review")
        assert story.deadline("stage-review") == day(1)
        story.tell("accepted", day(0), arrived=day(0, 1), item="other")
        assert story.deadline("stage-review") == day(3)

    def test_an_earlier_record_that_names_another_item_brings_that_items_stage_limit(self) -> None:
        story = Story(books(stages={"review": "3wd"}, items=[{"code": "licence", "stages": {"review": "1wd"}}]))
        story.tell("stage_entered", day(0), stage="review")
        assert story.deadline("stage-review") == day(1)
        story.tell("applied", day(-1), arrived=day(0, 1), item="other")
        assert story.deadline("stage-review") == day(3)

    def test_a_stage_without_a_limit_has_no_clock(self) -> None:
        story = in_stages(handling="3wd")
        story.tell("stage_entered", day(0), stage="approval")
        assert "stage-approval/1" not in story.clocks


def test_a_stage_typed_in_again_and_again_is_one_visit() -> None:
    story = Story(books(stages={"review": "3wd"}))
    story.tell("accepted", day(0))
    for days in (0, 1, 2):
        story.tell("stage_entered", day(days), stage="review")
    story.tell("stage_left", day(3), stage="review")
    story.tell("stage_entered", day(4), stage="review")
    assert {name: runs for name, runs in story.clocks.items() if "review" in name} == {
        "stage-review/1": False,
        "stage-review/2": True,
    }


def test_an_extension_moves_the_limit_of_the_case_and_of_no_stage() -> None:
    story = Story(books(stages={"review": "3wd"}))
    story.tell("accepted", day(0), promised="5wd", statutory="60wd")
    story.tell("stage_entered", day(0), stage="review")
    story.tell("suspended", day(1), procedure="hearing", approved_days=2)
    story.tell("extended", day(2), days=2)
    story.tick(day(30))
    limits = {alert.rule: (alert.limit, alert.deadline) for alert in story.alerts if alert.level == "yellow"}
    # 2026-03     Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12 Fr13
    # suspended        [=========] 2 approved days
    # review 3wd  |----1==========----2----.----.----3 due
    # 5+2=7wd     |----1==========----2----.----.----3----4----5----6----7 due
    assert limits["stage-review"] == ("3wd", day(7)) and limits["case-promise"] == ("7wd", day(11))


def test_a_part_given_to_a_department_again_is_a_cycle_of_its_own() -> None:
    story = Story()
    story.tell("accepted", day(0), promised="30wd")
    story.tell("branch_opened", day(0), department="消防队", limit="3wd")
    story.tell("branch_concluded", day(1), department="消防队")
    story.tell("branch_opened", day(2), department="消防队", limit="3wd")
    # 2026-03       Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09
    # 1st part 3wd  |----x done
    # 2nd part 3wd            |----1----2----.----.----3 due
    assert (story.clocks["branch/1"], story.clocks["branch/2"]) == (False, True)
    story.tell("branch_concluded", day(2), department="消防队")
    assert story.clocks["branch/2"] is False, "done in the very instant it was given"
