"""What happens later undoes nothing. A department that has its card cannot be rid of it by what it does, or types in, afterwards:
only what had happened before, told late, proves a card wrong; and that is told as typed in late."""

from hypothesis import given
from hypothesis import strategies as st

from rules import events as ev
from rules.cards import alert_of
from rules.drive import OneCase
from rules.instant import to_instant
from tests.properties.complaints import EVERYTHING
from tests.properties.complaints import histories as complaining
from tests.properties.records import histories
from tests.properties.test_life_properties import OFFICES
from tests.properties.test_step_properties import PROFILES

BOOKS = {**PROFILES, **OFFICES, "everything": EVERYTHING}
STRIKES_OUT = (ev.RatingAppealDecided, ev.ComplaintRefused, ev.Retracted)
"""A review that was given by mistake, a complaint that was none and a record taken back count for nothing from the beginning."""


@given(histories | complaining, st.sampled_from(sorted(BOOKS)))
def test_a_limit_that_ran_out_is_never_taken_back_in_a_case_told_as_it_happens(history, name):
    """Nothing is late here, so no record can prove anything wrong: only a limit that had not run out yet may move."""
    one, deadlines = OneCase(BOOKS[name]), {}
    for record in sorted(history, key=lambda record: record.at):
        at = to_instant(record.at)
        for alert in map(alert_of, one.apply(record, at)):
            if alert.state == "withdrawn" and not (isinstance(record, STRIKES_OUT) or record.revision):
                assert alert.reason == "limit_moved" and deadlines[alert.id] >= at, alert
            deadlines[alert.id] = to_instant(alert.deadline)
