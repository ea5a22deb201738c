"""What happens later undoes nothing. A department that has its card cannot be rid of it by what it does, or types in, afterwards:
only what had happened before, told late, proves a card wrong; and that is told as typed in late."""

from hypothesis import given
from hypothesis import strategies as st

from rules import events as ev
from rules.case import Case
from rules.instant import to_instant
from rules.step import step
from tests.properties.complaints import EVERYTHING
from tests.properties.complaints import histories as complaining
from tests.properties.records import histories
from tests.properties.test_life_properties import OFFICES
from tests.properties.test_step_properties import PROFILES

BOOKS = {**PROFILES, **OFFICES, "everything": EVERYTHING}
STRIKES_OUT = (ev.RatingAppealDecided, ev.ComplaintRefused)
"""A review that was given by mistake, and a complaint that was none, count for nothing from the beginning."""


@given(histories | complaining, st.sampled_from(sorted(BOOKS)))
def test_a_limit_that_ran_out_is_never_taken_back_in_a_case_told_as_it_happens(history, name):
    """Nothing is late here, so no record can prove anything wrong: only a limit that had not run out yet may move."""
    case: Case | None = None
    deadlines = {}
    for offset, record in enumerate(sorted(history, key=lambda record: record.at)):
        at = to_instant(record.at)
        outcome = step(case, record, BOOKS[name], at, at, offset)
        case = outcome.case
        for alert in outcome.alerts:
            if alert.state == "withdrawn" and not isinstance(record, STRIKES_OUT):
                assert alert.reason == "limit_moved" and deadlines[alert.id] >= at, alert
            deadlines[alert.id] = to_instant(alert.deadline)
