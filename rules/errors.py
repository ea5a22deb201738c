"""What can go wrong, sorted by whose fault it is.

::

    SupervisionError
    ├── BadEvent         the sender's: the record becomes a dead letter
    ├── BadRuleBook      the operator's: nothing starts with it
    ├── UncoveredDate    the operator's: names the calendar and the year
    ├── UnknownFormat    the operator's: state that another version of the program keeps
    └── the monitor's    each beside what raises it; docs/reference/errors.md has the whole tree

Anything else that escapes from the core is ours, and crashes loudly.
"""

from datetime import date


class SupervisionError(Exception):
    """Base of every error this project raises on purpose; its text is meant for the person who can mend it."""


class BadEvent(SupervisionError):
    """A record that cannot be what it claims to be. ``reason`` is a dead-letter code, ``field`` the JSON path at fault.

    Whose: the sender's.
    Mend: send the record as its type wants it; over Kafka it lies in the dead-letter topic, with this reason.
    """

    def __init__(self, reason: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field


class BadRuleBook(SupervisionError):
    """A rule book, item list or calendar that must not go live. Lists every defect with its key, not just the first.

    Whose: the operator's.
    Mend: correct the keys that the text names; `supervise rulebook check` shows their lines.
    """

    def __init__(self, source: str, defects: list[str]) -> None:
        super().__init__(f"{source}: " + "; ".join(defects))
        self.source = source
        self.defects = defects


class UncoveredDate(SupervisionError):
    """A calendar was asked about a day it says nothing about: extend the calendar, we do not guess.

    Whose: the operator's.
    Mend: add the year to the calendar, or update the package `chinesecalendar`, and publish the calendar.
    """

    def __init__(self, calendar: str, day: date) -> None:
        super().__init__(f"calendar {calendar!r} does not cover {day.year} (asked for {day}): add that year to it")
        self.calendar = calendar
        self.day = day

    @property
    def year(self) -> int:
        """The year that is missing."""
        return self.day.year


class UnknownFormat(SupervisionError):
    """Stored state has the form of another version of the program. Nothing is lost: the events are all there.

    Whose: the operator's.
    Mend: start workers of this version with their own changelog and group, which carry the form in their names; they read the
    events anew.
    """
