"""Which cards a route, an escalation, a silence or a person is meant for."""

from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from rules.alerts import Alert, Level

RegionPrefix = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,6}$")]


class CardScope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is given must fit; nothing given fits all. ``rules`` may hold patterns such as ``case-*``.

    ``regions`` are prefixes of division codes. ``watched`` asks for cards of watch lists only, or of none.
    """

    levels: tuple[Level, ...] = ()
    rules: tuple[str, ...] = ()
    regions: tuple[RegionPrefix, ...] = ()
    halls: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    watched: bool | None = None

    def holds(self, alert: Alert) -> bool:
        """Whether the card lies in it."""
        return (
            (not self.levels or alert.level in self.levels)
            and (not self.rules or any(fnmatchcase(alert.rule, pattern) for pattern in self.rules))
            and (not self.regions or alert.region.startswith(self.regions))
            and (not self.halls or alert.hall in self.halls)
            and (not self.departments or alert.department in self.departments)
            and (self.watched is None or self.watched == bool(alert.watch))
        )
