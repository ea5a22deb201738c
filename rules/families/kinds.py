"""Every kind of clock, one row each: what it reads, needs and forgets, how it is tried, where it comes from.

A new kind is a row here, a function of its family, a word in :mod:`monitor.words`, a scenario, and a line in the docs.
"""

from collections.abc import Mapping

from rules.book import ClockKind, Report
from rules.families import time_limits
from rules.families.attendance import attendance_runs, opening_runs
from rules.families.complaints import acceptance_runs, answer_runs, closing_runs, misroute_runs
from rules.families.hearings import hearing_runs
from rules.families.reviews import appeal_runs, callback_runs, rectification_runs, verification_runs
from rules.families.stale import stale_runs

_OVER = frozenset({"terms", "not_accepted", "concluded", "superseded"})
"""What tells when a case was over."""
_PAUSED = frozenset({"suspensions", "resumptions", "requests", "supplements", "terms"})
"""What tells when its clocks stood still."""
_ANSWERED = frozenset({"applied", "requests", "supplements", "terms", "not_accepted", "decided", "concluded", "superseded"})
"""What tells when an application was answered, and so from when its case counts."""
_RESULT = frozenset({"decided", "granted", "concluded", "how", "delivered", "superseded"})
"""What tells whether there is a result to hand over, and when the applicant had it."""
_COMPLAINTS = frozenset({"complaints", "horizon"})
_REVIEWS = frozenset({"reviews", "horizon"})
_ATTENDANCE = frozenset({"attendance", "horizon"})

_ACCEPTED: Report = ("accepted", {})
_GRANTED: Report = ("decided", {"result": "granted"})
_FILED: Report = ("complaint_filed", {"complaint": "c"})
_RATED: Report = ("rated", {"score": 5})
_OPENED: Report = ("window_opened", {"window": "1"})

KINDS: tuple[ClockKind, ...] = (
    ClockKind(
        name="case",
        source="art. 42",
        runs=time_limits.case_runs,
        reads=_ANSWERED | _PAUSED | {"extensions"},
        needs=("terms",),
        limits=("promised", "statutory"),
        extended_by="extension",
        tried_by=(_ACCEPTED,),
    ),
    ClockKind(
        name="branch",
        source="its own limit",
        runs=time_limits.branch_runs,
        reads=frozenset({"branches", "branch_ends"}) | _OVER | _PAUSED,
        needs=("branches",),
        limits=("own",),
    ),
    ClockKind(
        name="stage",
        source="stage limits of the item",
        runs=time_limits.stage_runs,
        reads=frozenset({"entered", "left", "origin"}) | _OVER | _PAUSED,
        needs=("entered",),
        limits=("stage",),
        tried_by=(_ACCEPTED, ("stage_entered", {})),
    ),
    ClockKind(
        name="special",
        source="art. 45",
        runs=time_limits.special_runs,
        reads=frozenset({"suspensions", "resumptions"}) | _OVER,
        needs=("suspensions",),
        limits=("approved",),
        tried_by=(_ACCEPTED, ("suspended", {"procedure": "inspection"})),
    ),
    ClockKind(
        name="acceptance",
        source="art. 32",
        runs=time_limits.acceptance_runs,
        reads=_ANSWERED,
        needs=("applied",),
        limits=("notice",),
        fixed=True,
        tried_by=(("applied", {}),),
    ),
    ClockKind(
        name="pre-review",
        source="Hunan",
        runs=time_limits.pre_review_runs,
        reads=_ANSWERED | {"online"},
        needs=("online",),
        fixed=True,
        tried_by=(("applied", {"channel": "online"}),),
    ),
    ClockKind(
        name="hearing",
        source="art. 47",
        runs=hearing_runs,
        reads=frozenset({"hearings", "decided"}) | _OVER,
        needs=("hearings",),
        fixed=True,
        tried_by=(_ACCEPTED, ("hearing_requested", {})),
    ),
    ClockKind(
        name="issuance",
        source="art. 44",
        runs=time_limits.issuance_runs,
        reads=_RESULT | {"issued"},
        needs=("concluded",),
        needs_by_decision=("decided", "concluded"),
        fixed=True,
        tried_by=(_ACCEPTED, _GRANTED, ("concluded", {})),
    ),
    ClockKind(
        name="delivery",
        source="art. 44",
        runs=time_limits.delivery_runs,
        reads=_RESULT,
        needs=("concluded",),
        needs_by_decision=("decided", "concluded"),
        fixed=True,
        tried_by=(_ACCEPTED, _GRANTED, ("concluded", {})),
    ),
    ClockKind(
        name="stale",
        source="practice: 90 days",
        runs=stale_runs,
        reads=frozenset({"entered", "left", "hearings", "decided", "holder"}) | _OVER | _PAUSED,
        needs=("terms",),
        tried_by=(_ACCEPTED,),
    ),
    ClockKind(name="reply", source="5 working days", runs=None),
    ClockKind(name="followup-opening", source="5 working days", runs=None, of_office=True),
    ClockKind(name="followup", source="20 working days", runs=None, of_office=True),
    ClockKind(name="expiry", source="minor alerts expire after 20 working days", runs=None),
    ClockKind(
        name="complaint-acceptance",
        source="5 working days",
        runs=acceptance_runs,
        reads=_COMPLAINTS,
        needs=("complaints",),
        fixed=True,
        forgotten="complaints",
        parted="subject",
        tried_by=(_FILED,),
    ),
    ClockKind(
        name="complaint-answer",
        source="12345: 5 working days",
        runs=answer_runs,
        reads=_COMPLAINTS,
        needs=("complaints",),
        extended_by="complaints",
        forgotten="complaints",
        parted="subject",
        tried_by=(("complaint_accepted", {"complaint": "c"}),),
    ),
    ClockKind(
        name="complaint-misroute",
        source="12345: 2 working days",
        runs=misroute_runs,
        reads=_COMPLAINTS,
        needs=("complaints",),
        fixed=True,
        forgotten="complaints",
        parted="subject",
        tried_by=(_FILED, ("complaint_misrouted", {"complaint": "c"})),
    ),
    ClockKind(
        name="complaint-closing",
        source="none",
        runs=closing_runs,
        reads=_COMPLAINTS,
        needs=("complaints",),
        fixed=True,
        forgotten="complaints",
        parted="subject",
        tried_by=(_FILED,),
    ),
    ClockKind(
        name="review-verification",
        source="none",
        runs=verification_runs,
        reads=_REVIEWS,
        needs=("reviews",),
        fixed=True,
        forgotten="complaints",
        parted="subject",
        tried_by=(_RATED,),
    ),
    ClockKind(
        name="review-rectification",
        source="5 working days",
        runs=rectification_runs,
        reads=_REVIEWS,
        needs=("reviews",),
        fixed=True,
        forgotten="complaints",
        parted="subject",
        tried_by=(_RATED,),
    ),
    ClockKind(
        name="review-callback",
        source="callback 100 %",
        runs=callback_runs,
        reads=_REVIEWS,
        needs=("reviews",),
        fixed=True,
        forgotten="complaints",
        parted="subject",
        tried_by=(_RATED, ("rating_rectified", {})),
    ),
    ClockKind(
        name="review-appeal",
        source="none",
        runs=appeal_runs,
        reads=_REVIEWS,
        needs=("reviews",),
        fixed=True,
        forgotten="complaints",
        parted="subject",
        tried_by=(_RATED, ("rating_appealed", {})),
    ),
    ClockKind(
        name="attendance",
        source="inference",
        runs=attendance_runs,
        reads=_ATTENDANCE,
        needs=("attendance",),
        fixed=True,
        forgotten="attendance",
        parted="day",
        tried_by=(_OPENED, ("attendant_left", {"window": "1", "operator": "a"})),
    ),
    ClockKind(
        name="window-opening",
        source="inference",
        runs=opening_runs,
        reads=_ATTENDANCE,
        needs=("attendance",),
        fixed=True,
        forgotten="attendance",
        parted="day",
        tried_by=(_OPENED,),
    ),
)
KIND: Mapping[str, ClockKind] = {kind.name: kind for kind in KINDS}
"""The rows by their names."""
