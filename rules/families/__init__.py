"""What follows from the facts: runs of clocks, and findings. One file a family."""

from rules.families.attendance import ATTENDANCE_EVENTS, RECENT, day_before
from rules.families.complaint_findings import filings_of
from rules.families.complaints import COMPLAINT_EVENTS
from rules.families.deadlines import graced, threshold_of
from rules.families.findings import FINDING, FINDINGS
from rules.families.found import Found
from rules.families.hearings import HEARING_EVENTS
from rules.families.kinds import KIND
from rules.families.look_back import narrowed
from rules.families.numbering import FIRST_NUMBER, begun_at
from rules.families.order import told
from rules.families.pauses import Pause, counted_out, pauses_of
from rules.families.process import found_by
from rules.families.repeats import since_finding
from rules.families.reviews import REVIEW_EVENTS
from rules.families.run import Run, limit_of
from rules.families.subjects import minutes_of, subjects_of, touched
from rules.families.time_limits import branch_end, clip, deadline_of, extended
from rules.families.tolerated import Reordered, reordered

__all__ = [
    "ATTENDANCE_EVENTS",
    "COMPLAINT_EVENTS",
    "FINDING",
    "FINDINGS",
    "FIRST_NUMBER",
    "HEARING_EVENTS",
    "KIND",
    "RECENT",
    "REVIEW_EVENTS",
    "Found",
    "Pause",
    "Reordered",
    "Run",
    "begun_at",
    "branch_end",
    "clip",
    "counted_out",
    "day_before",
    "deadline_of",
    "extended",
    "filings_of",
    "found_by",
    "graced",
    "limit_of",
    "minutes_of",
    "narrowed",
    "pauses_of",
    "reordered",
    "since_finding",
    "subjects_of",
    "threshold_of",
    "told",
    "touched",
]
