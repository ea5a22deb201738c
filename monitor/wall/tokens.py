"""Which screen may show what: one token per screen, bound to a scope. Whoever asks for more is refused, for less is served."""

from datetime import datetime

from monitor.door import BadTokens, Credential, NewToken, new_table, parse_tables
from monitor.wall.scope import FIELDS, BadScope, Scope, parse_scope


class ScreenToken(Credential, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One screen's table: what it may show at most. ``region`` is a prefix of division codes; what is empty is not limited."""

    region: str = ""
    hall: str = ""
    department: str = ""

    @property
    def scope(self) -> Scope:
        """What it may show at most."""
        return Scope(self.region, self.hall, self.department)

    def narrowed(self, wanted: Scope) -> Scope | None:
        """The scope for a screen that asks for ``wanted``: what it leaves open is this token's. None if it asks for more."""
        shown = Scope(*(asked or own for asked, own in zip(wanted, self.scope, strict=True)))
        return shown if self.scope.covers(*shown) else None


def parse_screens(text: str, where: str) -> tuple[ScreenToken, ...]:
    """The screens of a tokens file, strict: :class:`~monitor.door.BadTokens` with every defect."""
    screens = parse_tables(text, where, ScreenToken)
    for screen in screens:
        try:
            _checked(screen.scope)
        except BadScope as error:
            raise BadTokens(f"{where}: [{screen.name}].{error}") from None
    return screens


def new_screen_token(name: str, scope: str, expires: datetime | None = None) -> NewToken:
    """Make a token for the screen ``name``; ``scope`` is ``REGION[/HALL[/DEPARTMENT]]``, a part left empty is not limited.

    :class:`~monitor.door.BadTokens` or :class:`~monitor.wall.scope.BadScope` for an unusable name or scope.
    """
    parts = scope.split("/")
    if len(parts) > len(FIELDS):
        raise BadScope(f"{scope}: a scope is REGION, REGION/HALL or REGION/HALL/DEPARTMENT")
    named = dict(zip(FIELDS, parts, strict=False))
    _checked(Scope(**named))
    made = new_table(name, {key: value for key, value in named.items() if value}, expires)
    parse_screens(made.table, "new token")
    return made


def _checked(scope: Scope) -> None:
    parse_scope({name: [value] for name, value in scope._asdict().items() if value})
