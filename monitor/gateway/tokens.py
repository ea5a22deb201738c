"""Who may write what: one token per window system, kept as its hash, with the regions and departments it speaks for.

Acts of people on cards (acknowledge, follow up, revoke …) only a token with ``office = true`` may write. Without ``departments``
it is the inspection office's. With them it is for their administrators, who may acknowledge, reply and appeal for them and no
more.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from monitor.door import Credential, NewToken, new_table, parse_tables
from rules.events import DEPARTMENT_TYPES, OFFICE_TYPES, Header


class Source(Credential, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One window system, or with ``office`` an inspection office (监察室) or a department's administrator (单位管理员).

    ``regions`` are prefixes of division codes (``43`` a province, ``430100`` a city); ``departments`` limits it further, empty
    means all.
    """

    regions: Annotated[tuple[Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z]{1,6}$")], ...], msgspec.Meta(min_length=1)]
    departments: tuple[str, ...] = ()
    office: bool = False

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
        return found


def new_token(
    name: str,
    regions: tuple[str, ...],
    departments: tuple[str, ...] = (),
    *,
    office: bool = False,
    expires: datetime | None = None,
) -> NewToken:
    """Make a token for the window system (or ``office``) ``name`` with 256 bits of randomness.

    :class:`~monitor.door.BadTokens` for an unusable name or place.
    """
    own: dict[str, Any] = {"regions": regions}
    if departments:
        own["departments"] = departments
    if office:
        own["office"] = True
    made = new_table(name, own, expires)
    parse_tokens(made.table, "new token")
    return made


def parse_tokens(text: str, where: str) -> tuple[Source, ...]:
    """The sources of a tokens file, strict."""
    return parse_tables(text, where, Source)
