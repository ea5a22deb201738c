"""Which part of the picture a screen looks at: a region prefix, a hall, a department; empty means all of them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rules.errors import SupervisionError

FIELDS = ("region", "hall", "department")
_MAX_NAME = 256


class BadScope(SupervisionError):
    """A screen asked for a scope that cannot be; the text names the parameter.

    Whose: the screen's.
    Mend: correct the address of the page.
    """


class Scope(NamedTuple):
    """``Scope("4301")`` is a whole city, ``Scope("430104", "yuelu")`` one hall, ``Scope()`` everything."""

    region: str = ""
    hall: str = ""
    department: str = ""

    def covers(self, region: str, hall: str, department: str) -> bool:
        """Whether a case of this region (6 digits), hall and department belongs to the scope."""
        return (
            region.startswith(self.region)
            and (not self.hall or hall == self.hall)
            and (not self.department or department == self.department)
        )


def parse_scope(query: Mapping[str, Sequence[str]]) -> Scope:
    """The scope of a query string as ``urllib.parse.parse_qs`` returns it, or :class:`BadScope`."""
    for name, values in query.items():
        if name not in FIELDS:
            raise BadScope(f"{name}: no such parameter; known are {', '.join(FIELDS)}")
        if len(values) > 1:
            raise BadScope(f"{name}: given {len(values)} times, once is enough")
        if len(values[0]) > _MAX_NAME:
            raise BadScope(f"{name}: {len(values[0])} characters, at most {_MAX_NAME}")
    scope = Scope(*(query[name][0].strip() if name in query else "" for name in FIELDS))
    # isdecimal alone would let full-width digits through, which no division code contains.
    if scope.region and not (scope.region.isascii() and scope.region.isdecimal() and len(scope.region) <= 6):
        raise BadScope(f"region: {scope.region!r} is not 1 to 6 digits of an administrative division code")
    return scope
