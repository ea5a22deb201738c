"""How a case stands: its state, its flags, until when it was promised. Of one that came back its last cycle tells."""

from rules.case.case import NEVER, Case, cycles_of, is_over, is_window, latest
from rules.worktime import GIVEN, Limit


def last_cycle(case: Case) -> Case:
    """The cycle that goes on, or went on last: the last of which anything is left."""
    for cycle in reversed(case.later):
        if cycle.terms is not None or cycle.applied:
            return cycle
    return case


def case_due(case: Case) -> int | None:
    """The instant by which the case was promised to be concluded this time, if it has one."""
    return last_cycle(case).due or None


def case_state(case: Case) -> str:
    """One of applied, open, suspended, concluded, not_accepted, retracted, complaint, window and tally; of a case that came back
    that of its last cycle.

    ``retracted``: every record of it was taken back. ``complaint`` is where nothing but complaints or reviews is known,
    ``window`` what is kept with a window, ``tally`` counts of many cases.
    """
    if is_window(case):
        return "window"
    if case.tally is not None:
        return "tally"
    case = last_cycle(case)
    if case.concluded:
        return "concluded"
    if is_over(case):
        return "not_accepted"
    if case.terms is None:
        return _state_before_acceptance(case)
    if case.suspensions and (not case.resumptions or latest(case, case.resumptions[-1]) < case.suspensions[-1][0]):
        return "suspended"
    return "open"


def _state_before_acceptance(case: Case) -> str:
    if case.origin is not None:
        return "applied"
    if case.complaints or case.reviews:
        return "complaint"
    return "retracted" if case.journal else "applied"


def case_flags(case: Case) -> tuple[str, ...]:
    """Oddities kept and shown rather than refused: real systems report them. Those of any cycle."""
    cycles = cycles_of(case)
    flags = []
    if any(_concluded_first(cycle) for cycle in cycles):
        flags.append("concluded_before_applied")
    if any(cycle.ahead for cycle in cycles):
        flags.append("clock_ahead")
    if case.overfull:
        flags.append("overfull")
    if any(_due_first(cycle) for cycle in cycles):
        flags.append("due_before_accepted")
    return tuple(flags)


def _due_first(cycle: Case) -> bool:
    """Whether a limit is a due instant that was given, and lies before the acceptance."""
    terms = cycle.terms
    if terms is None:
        return False
    return any(limit.startswith(GIVEN) and Limit.kept(limit).value < terms.at for limit in (terms.promised, terms.statutory))


def _concluded_first(cycle: Case) -> bool:
    begun = cycle.applied or (cycle.terms.at if cycle.terms else NEVER)
    return NEVER not in (cycle.concluded, begun) and latest(cycle, cycle.concluded) < begun
