"""Who may write what: one token per window system, kept as its hash, with the regions and departments it speaks for.

Acts of people on cards (acknowledge, follow up, revoke …) only a token with ``office = true`` may write. Without ``departments``
it is the inspection office's. With them it is for their administrators, who may acknowledge, reply and appeal for them and no
more.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from monitor.door import Credential, NewToken, new_table, parse_tables
from rules.events import DEPARTMENT_TYPES, OFFICE_TYPES, Action, Header, key_of
from rules.keys import region_of, space_of


class Source(Credential, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One window system, or with ``office`` an inspection office (监察室) or a department's administrator (单位管理员).

    ``regions`` are prefixes of division codes (``43`` a province, ``430100`` a city); ``departments`` limits it further, empty
    means all. ``numbered_by`` are those who number its cases; events that name nobody are given the first. Empty, each region and
    department numbers its own.
    """

    regions: Annotated[tuple[Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z]{1,6}$")], ...], msgspec.Meta(min_length=1)]
    departments: tuple[str, ...] = ()
    office: bool = False
    numbered_by: tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=256)], ...] = ()

    @property
    def stamp(self) -> str:
        """Who numbers the cases of events that name nobody; empty: their region and department."""
        return self.numbered_by[0] if self.numbered_by else ""

    def objections(self, event: Header) -> list[tuple[str, str, str]]:
        """(field, reason, message) of everything that keeps this source from reporting this event."""
        found = []
        tag = str(type(event).__struct_config__.tag)
        if tag in OFFICE_TYPES and not self.office:
            found.append(
                ("type", "forbidden_type", f"{tag} is not a window system's to report: it takes a token with office = true")
            )
        elif tag in OFFICE_TYPES and self.departments and tag not in DEPARTMENT_TYPES:
            text = f"{tag} is the inspection office's; {self.name} may report {', '.join(sorted(DEPARTMENT_TYPES))}"
            found.append(("type", "forbidden_type", text))
        if not event.region.startswith(self.regions):
            text = f"{self.name} may report for regions {', '.join(self.regions)} only, not {event.region}"
            found.append(("region", "out_of_scope", text))
        if self.departments and event.department not in self.departments:
            text = f"{self.name} may report for departments {', '.join(self.departments)} only"
            found.append(("department", "out_of_scope", text))
        return found + self._foreign_space(event)

    def _foreign_space(self, event: Header) -> list[tuple[str, str, str]]:
        """Whether the event is of a case that somebody else numbers: then it is not this source's to touch."""
        if isinstance(event, Action):
            key = key_of(event)
            if space_of(key) in self.numbered_by or region_of(key).startswith(self.regions):
                return []
            return [("alert", "out_of_scope", f"{self.name} may act on alerts of {self._numberers()} only")]
        space = event.numbered_by
        if not space or space in self.numbered_by or (not self.numbered_by and self._is_own(space)):
            return []
        text = f"{self.name} may report cases numbered by {self._numberers()} only, not {space}"
        return [("numbered_by", "out_of_scope", text)]

    def _is_own(self, space: str) -> bool:
        """Whether a region and department of this source number the cases of ``space``."""
        region, _, department = space.partition("-")
        is_region = len(region) == 6 and region.startswith(self.regions)
        return is_region and (not self.departments or department in self.departments)

    def _numberers(self) -> str:
        own = f"{'/'.join(self.departments) or 'all departments'} in {', '.join(self.regions)}"
        return ", ".join(self.numbered_by) or own


def new_token(
    name: str,
    regions: tuple[str, ...],
    departments: tuple[str, ...] = (),
    *,
    office: bool = False,
    expires: datetime | None = None,
    numbered_by: tuple[str, ...] = (),
) -> NewToken:
    """Make a token for the window system (or ``office``) ``name`` with 256 bits of randomness.

    :class:`~monitor.door.BadTokens` for an unusable name or place.
    """
    own: dict[str, Any] = {"regions": regions}
    if departments:
        own["departments"] = departments
    if office:
        own["office"] = True
    if numbered_by:
        own["numbered_by"] = numbered_by
    made = new_table(name, own, expires)
    parse_tokens(made.table, "new token")
    return made


def parse_tokens(text: str, where: str) -> tuple[Source, ...]:
    """The sources of a tokens file, strict."""
    return parse_tables(text, where, Source)
