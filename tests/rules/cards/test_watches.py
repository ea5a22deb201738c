"""The clocks that watch people: minor alerts that grow old, replies that are owed, follow-ups nobody opens or finishes."""

from datetime import datetime, timedelta

import pytest

from rules.book import RuleBooks
from rules.cards.acts import ACTS
from rules.cards.watches import appeals_of
from rules.case import Card, count, number_of, watched
from rules.instant import to_instant
from tests.rules.cards.acting import RED, WHEN, YELLOW, do, held, lead, overdue, refused, state
from tests.rules.story import KEY, Story, book, day


def test_an_alert_about_a_card_is_withdrawn_with_the_card() -> None:
    story = overdue()
    story.tick(day(16))
    assert "yellow reply" in story.standing
    story.tell("concluded", day(3), arrived=day(17))
    assert not story.standing & {"yellow case-promise", "yellow reply"}
    assert {alert.state for alert in story.alerts[-2:]} == {"withdrawn"}


REMINDER = f"{KEY}/bad-review/reminder/1"


def reminded() -> Story:
    story = Story(RuleBooks([book()]))
    story.tell("rated", day(0), score=5)
    return story


@pytest.mark.parametrize("acts", [(), ("acknowledge",), ("acknowledge", "reply")])
def test_a_minor_alert_expires_after_20_working_days(acts: tuple[str, ...]) -> None:
    story = reminded()
    for number, act in enumerate(acts):
        do(story, act, day(1, number), REMINDER)
    # 2026-03   Mo02     Mo09     Mo16     Mo23     Mo30
    # age 20wd  |--------5--------10-------15-------20 09:30 still stands, a second later it is old
    story.tick(day(28))
    assert "reminder bad-review" in story.standing
    outcome = story.tick(day(28) + timedelta(seconds=1))
    assert [(alert.id, alert.state, alert.reason) for alert in outcome.alerts] == [(REMINDER, "expired", "aged")]
    assert not story.tick(day(90)).alerts


def test_a_reminder_reported_after_its_age_limit_expires_at_once() -> None:
    """Its age is that of what it is about, so that arrival decides nothing."""
    story = Story(RuleBooks([book()]))
    story.tell("rated", day(0), arrived=day(40), score=5)
    # 2026-03   Mo02     Mo09     Mo16     Mo23     Mo30     Sa11
    # age 20wd  |--------5--------10-------15-------20 old
    # reported                                               * old at once
    assert state(story, "reminder", "bad-review") == "expired"
    assert [alert.reason for alert in story.alerts if alert.level == "reminder"] == ["found", "aged"]
    judged = story.books.get(story.known.book)
    assert all(clock.end for clock in story.known.clocks if judged.kind_of[clock.rule] == "expiry"), "it is watched no more"


def test_a_reminder_somebody_works_on_does_not_age() -> None:
    story = reminded()
    do(story, "open_followup", day(1), REMINDER)
    story.tick(day(90))
    assert state(story, "reminder", "bad-review") == "followed_up"


def test_a_case_wakes_when_its_reminder_is_old() -> None:
    story = reminded()
    story.tell("rating_rectified", day(1))
    rules = {clock.rule for clock in story.known.clocks if not clock.end}
    assert story.tick(day(1)).wake_at is not None or not rules


def test_a_minor_alert_held_for_confirmation_expires_too() -> None:
    process = [{"id": "p", "finding": "off-hall-channel", "warning": "at once", "hold": ["warning"]}]
    story = Story(RuleBooks([book(process=process)]))
    story.tell("accepted", day(0), channel="off-hall", promised="100wd", statutory="100wd")
    story.tick(day(1))
    assert state(story, "warning", "p") == "pending"
    assert [alert.reason for alert in story.tick(day(29)).alerts] == ["aged"]


@pytest.mark.parametrize(
    ("concluded", "ended", "reason"), [(4, "expired", "closed_in_time"), (9, "superseded", "higher_level_reached")]
)
def test_a_warning_expires_when_the_case_ends_in_time_and_is_superseded_when_it_does_not(
    concluded: float, ended: str, reason: str
) -> None:
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    story.tick(day(4))
    story.tell("concluded", day(concluded))
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11
    # promise 5wd  |----1----2----3----4----.----.----5 due
    # warning                     *
    # concluded                        *                        * in time; too late
    assert state(story, "warning") == ended
    assert [alert.reason for alert in story.alerts if alert.level == "warning"] == ["limit_near", reason]


def test_a_card_without_reply_in_5_working_days_flags_the_department() -> None:
    story = overdue()
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12 Fr13 Sa14 Su15 Mo16
    # promise 5wd  |----1----2----3----4----.----.----5 due, yellow
    # reply 5wd                                       |----1----2----3----4----.----.----5 due 09:30
    story.tick(day(14))  # five working days after Monday, to the second
    assert "yellow reply" not in story.standing
    outcome = story.tick(day(14) + timedelta(seconds=1))
    (reply,) = outcome.alerts[-1:]
    assert (reply.rule, reply.level, reply.reason) == ("reply", "yellow", "limit_passed")
    assert (reply.limit, reply.detail, reply.department) == ("5wd", f"alert={YELLOW}", "市场监管局")
    assert reply.due_at == day(14)
    assert reply.counted_from == day(7)
    assert sum(span.days for span in reply.spans if span.counted) == 5
    assert count(story.known)[4:] == (2, 0)


def test_a_missing_reply_is_due_at_the_same_instant_however_late_it_is_looked_at() -> None:
    story = overdue()
    story.tick(day(90))
    reply = story.card("yellow", "reply", cycle=number_of(story.card("yellow", "case-promise"), book("office")))
    # 2026-03      Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12 Fr13 Sa14 Su15 Mo16
    # promise 5wd  |----1----2----3----4----.----.----5 due, yellow
    # reply 5wd                                       |----1----2----3----4----.----.----5 due, seen in May
    assert reply.due == to_instant(day(14))


@pytest.mark.parametrize(
    "acts", [("acknowledge", "reply"), ("open_followup",), ("revoke",), ("remove",), ("appeal",), ("appeal", "uphold")]
)
def test_a_reply_clock_ends_with_a_reply_a_follow_up_an_end_or_an_appeal(acts: tuple[str, ...]) -> None:
    story = overdue()
    lead(story, acts)
    story.tick(day(90))
    assert "yellow reply" not in story.standing
    assert "yellow reply" not in {key.split("/")[0] for key in story.states}


def test_an_appeal_stops_the_reply_and_follow_up_clocks_and_its_rejection_lets_them_go_on() -> None:
    story = overdue(statutory="5wd")
    for alert in (YELLOW, RED):
        do(story, "appeal", day(9), alert)  # two of five working days used
    # 2026-03    Mo09 Tu10 We11     Mo06     Mo27 Tu28 We29 Th30
    # appeal               [=================] rejected
    # reply 5wd  |----1----2==================----3----4----5 due 09:30
    story.tick(day(50))
    assert story.standing == {"yellow case-promise", "red case-statutory"}
    for alert in (YELLOW, RED):
        do(story, "reject", day(56), alert)  # a Monday
    story.tick(day(59))
    assert story.standing == {"yellow case-promise", "red case-statutory"} | {"warning reply"}
    outcome = story.tick(day(59) + timedelta(seconds=1))
    late = [alert for alert in outcome.alerts if alert.level == "yellow"]
    assert sorted(alert.rule for alert in late) == ["followup-opening", "reply", "reply"]
    for flagged in late:
        assert flagged.due_at == day(59)
        assert sum(span.days for span in flagged.spans if span.counted) == 5
        assert any(span.reason == "suspended:appeal" for span in flagged.spans)


def test_a_red_card_not_followed_up_flags_the_supervisors_not_the_department() -> None:
    story = overdue(statutory="5wd")
    # 2026-03        Mo02 Tu03 We04 Th05 Fr06 Sa07 Su08 Mo09 Tu10 We11 Th12 Fr13 Sa14 Su15 Mo16
    # law 5wd        |----1----2----3----4----.----.----5 due, red
    # follow-up 5wd                                     |----1----2----3----4----.----.----5 due 09:30
    story.tick(day(14) + timedelta(seconds=1))
    flagged = next(alert for alert in story.alerts if alert.rule == "followup-opening")
    assert (flagged.level, flagged.department, flagged.detail) == ("yellow", "", f"alert={RED}")
    assert count(story.known)[4:] == (3, 1)  # the promise and two replies; the office's own card is not the department's
    assert refused(story, "acknowledge", day(15), flagged.id).field == "department"


@pytest.mark.parametrize("acts", [("open_followup",), ("acknowledge", "reply", "close"), ("revoke",), ("remove",)])
def test_a_wait_for_a_follow_up_ends_when_it_is_opened_or_the_card_is_ended(acts: tuple[str, ...]) -> None:
    story = overdue(statutory="5wd")
    for number, act in enumerate(acts):
        do(story, act, WHEN + timedelta(minutes=number), RED)
    story.tick(day(30))
    assert "yellow followup-opening" not in story.standing


def test_a_follow_up_unfinished_for_20_working_days_is_carded() -> None:
    story = overdue()
    do(story, "open_followup", day(9))
    # 2026-03  We11     We18     We25     We01     Mo06 Tu07 We08 Th09
    # 20wd     |--------5--------10-------15-------.----18---19---20 due; Mo06 is Qingming
    story.tick(day(9 + 28))
    assert "yellow followup" not in story.standing  # 6 April is a holiday, so one day more
    story.tick(day(9 + 29) + timedelta(seconds=1))
    assert "yellow followup" in story.standing
    do(story, "rectify", day(40))
    assert "yellow followup" in story.standing
    other = overdue()
    lead(other, ("open_followup", "rectify"))
    other.tick(day(90))
    assert "yellow followup" not in other.standing


def test_a_reply_is_owed_for_issued_cards_only_not_for_warnings_pending_cards_or_replies() -> None:
    story = overdue(held())
    story.tick(day(45))
    assert {key.split("/")[0] for key in story.states} == {"warning case-promise", "yellow case-promise"}
    do(story, "confirm", day(49))
    # 2026-04    Mo20 Tu21 We22 Th23 Fr24 Sa25 Su26 Mo27
    # confirmed  * issued only now
    # reply 5wd  |----1----2----3----4----.----.----5 due
    story.tick(day(200))
    rules = {alert.rule for alert in story.alerts}
    assert rules == {"case-promise", "case-statutory", "stale", "reply", "followup-opening"}
    replies = [alert for alert in story.alerts if alert.rule == "reply" and alert.change == 1]
    assert {alert.detail for alert in replies} == {f"alert={YELLOW}", f"alert={RED}"}
    assert min(alert.due_at for alert in replies if alert.level == "yellow") == day(56)


def test_the_default_book_makes_no_cards_about_cards() -> None:
    story = overdue(RuleBooks([book()]), statutory="5wd")
    story.tick(day(200))
    assert story.standing == {"yellow case-promise", "red case-statutory"}


def test_a_reply_due_in_a_year_without_a_calendar_has_no_deadline() -> None:
    weekends = {"name": "w", "base": "weekends", "years": [2026]}
    story = Story(RuleBooks([book("office", calendar=weekends)]))
    story.tell("accepted", datetime(2026, 12, 21, 9, 30, tzinfo=day(0).tzinfo), promised="5wd", statutory="5wd")
    # 2026-12      Mo21 Tu22 We23 Th24 Fr25 Sa26 Su27 Mo28 Tu29 We30 Th31
    # promise 5wd  |----1----2----3----4----.----.----5 due, yellow and red
    # reply 5wd                                       |----1----2----? 2027 is not covered: no deadline
    story.tick(datetime(2026, 12, 31, 9, tzinfo=day(0).tzinfo))
    assert story.standing == {"yellow case-promise", "red case-statutory"}
    watching = [clock for clock in story.known.clocks if clock.cycle >= 10_000]
    assert watching
    assert all(not clock.deadline and not clock.thresholds for clock in watching)


def test_the_number_of_a_card_names_its_rule_level_and_cycle() -> None:
    story, judged = overdue(statutory="5wd"), book("office")
    for card in story.known.cards:
        assert watched(number_of(card, judged), judged) == (card.rule, card.level, card.cycle)


def test_an_appeal_in_the_instant_of_the_reply_ends_nothing_twice() -> None:
    story = Story(RuleBooks([book("office")]))
    story.tell("accepted", day(0), promised="5wd", statutory="100wd")
    story.tick(day(8))
    card = f"{story.known.key}/case-promise/yellow/1"
    story.tell("alert_acknowledged", day(8), alert=card)
    story.tell("alert_replied", day(9), alert=card)
    story.tell("alert_appealed", day(9), alert=card)
    (reply,) = [clock for clock in story.known.clocks if story.books.get(story.known.book).rules[clock.rule].id == "reply"]
    assert reply.end, "answered, whatever becomes of the appeal"
    story.tell("appeal_decided", day(10), alert=card, outcome="rejected")
    assert story.clocks["reply/" + str(reply.cycle)] is False


def appeals(*acts: tuple[int, str]) -> Card:
    return Card("own", 2, 1, 1, 1, 0, 0, 0, acts=tuple((at, ACTS.index(act)) for at, act in acts))


def test_an_appeal_stops_a_clock_only_while_it_runs() -> None:
    # instant  5    10   15   20   25   30   35   40
    # appeals       [=========]         [=========]
    # from 5   |----==========----------==========
    # from 15            |====----------==========
    # from 20                 |---------==========
    # 5 to 25  |----==========-----x
    card = appeals((10, "appeal"), (20, "reject"), (30, "appeal"), (40, "reject"))
    assert appeals_of(card, 5) == (((10, 20), (30, 40)), 0)
    assert appeals_of(card, 15) == (((15, 20), (30, 40)), 0), "the clock began meanwhile"
    assert appeals_of(card, 20) == appeals_of(card, 25) == (((30, 40),), 0), "or when it was over"
    assert appeals_of(card, 5, 25) == (((10, 20),), 0), "what came after the clock's end stops nothing"
    assert appeals_of(card, 5, 40) == (((10, 20), (30, 40)), 0)
    assert appeals_of(appeals((10, "appeal")), 5) == ((), 10)


def test_a_reply_to_a_breach_reported_late_is_counted_from_the_report() -> None:
    story = Story(RuleBooks([book("office")]))
    reached = story.tell("accepted", day(0), arrived=day(10), promised="5wd", statutory="100wd")
    # 2026-03      Mo02     Mo09     Th12 Fr13 Sa14 Su15 Mo16 Tu17 We18 Th19
    # promise 5wd  |--------5 due, and passed unseen
    # reported                       * yellow only now
    # reply 5wd                      |----1----.----.----2----3----4----5 due; warned a working day before
    card = story.card("yellow", "case-promise")
    assert (card.due, card.known, card.raised) == tuple(map(to_instant, (day(7), day(10), day(10))))
    (reply,) = [clock for clock in story.known.clocks if story.books.get(story.known.book).rules[clock.rule].id == "reply"]
    assert reply.start == card.known and reached.wake_at == to_instant(day(16)) + 1, "warned a working day before Saturday week"
    early = Story(story.books)
    early.tell("accepted", day(0), promised="5wd", statutory="100wd")
    early.tick(day(10))
    card = early.card("yellow", "case-promise")
    assert (card.due, card.known, card.raised) == tuple(map(to_instant, (day(7), day(7), day(10)))), "seen late, known in time"
