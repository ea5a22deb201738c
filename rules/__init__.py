"""The rule core: records in, alerts out. Pure: no clock, no I/O, no randomness, no logging, no words for people.

Theory
------
Window systems report what happened to a case. The rooms of this package are the way of one record, from top to bottom::

    events      what comes in: one record of what happened, or a tick, or what a person did with a card
    facts       how it joins what is known of its case; which oddities it shows by itself
    families    what follows from the facts: runs of clocks, and findings; one row in a table for each kind
    clocks      the runs with their deadlines and the thresholds of their levels, by the rule book of the case
    cards       which cards ought to stand now, and how those that stand have to change for it
    alerts      what goes out: a card as people hear of it

Below lie three rooms that all read: **case** (what is remembered), **book** (what a place says) and **worktime** (when a limit
is over). The room **bookfile** reads a book from TOML. Beside them, **rates** judges what shows in many cases only.

:mod:`rules.step` is the one place that makes a changed case; read it first. :mod:`rules.drive` takes one case, or many,
through time: replay, back-test, verification, scenarios and tests are its users. Time is an argument everywhere.

Code outside enters by a room's face: what ``rules.case`` hands on may be used, what ``rules.case.case`` keeps may move.
"""

from rules.alerts import Alert
from rules.book import RuleBook, RuleBooks
from rules.bookfile import parse_book
from rules.case import Case
from rules.drive import Cases, OneCase
from rules.errors import BadEvent, BadRuleBook, SupervisionError, UncoveredDate
from rules.step import Decision, Delivery, Outcome, decide

__all__ = [
    "Alert",
    "BadEvent",
    "BadRuleBook",
    "Case",
    "Cases",
    "Decision",
    "Delivery",
    "OneCase",
    "Outcome",
    "RuleBook",
    "RuleBooks",
    "SupervisionError",
    "UncoveredDate",
    "decide",
    "parse_book",
]
