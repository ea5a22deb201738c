"""From a record to facts: how it joins its case, which oddities it shows, what is forgotten, how a case is told anew."""

from rules.facts.join import CLOCK_TOLERANCE, Facts, join, supervised, told_by
from rules.facts.journal import JournalEntry, appended, digest_of, entry_of, home_of, noted, read, written
from rules.facts.refusals import LIMITS, WITHOUT_A_CASE, check, objections
from rules.facts.retelling import OF_THE_WHOLE, began_at, emptied, retold, turns
from rules.facts.retention import forgotten, is_forgotten, remembered
from rules.facts.room import has_room, has_room_for_counts
from rules.facts.strangers import touches

__all__ = [
    "CLOCK_TOLERANCE",
    "LIMITS",
    "OF_THE_WHOLE",
    "WITHOUT_A_CASE",
    "Facts",
    "JournalEntry",
    "appended",
    "began_at",
    "check",
    "digest_of",
    "emptied",
    "entry_of",
    "forgotten",
    "has_room",
    "has_room_for_counts",
    "home_of",
    "is_forgotten",
    "join",
    "noted",
    "objections",
    "read",
    "remembered",
    "retold",
    "supervised",
    "told_by",
    "touches",
    "turns",
    "written",
]
