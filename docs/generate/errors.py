"""Every error that is raised on purpose: what it says, whose it is, and how it is mended."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import dashboards
import monitor
import rules
from docs.generate.markdown import prose, table
from rules.errors import SupervisionError

_SAID = re.compile(r"(?P<what>.*?)\s*Whose: (?P<whose>.+?)\.\s*Mend: (?P<mend>.+?)\.\s*", re.DOTALL)


def errors() -> str:
    """One row per error, sorted by name."""
    rows = [
        (f"`{error.__name__}`", f"`{error.__module__}`", *(prose(said) for said in said_of(error)))
        for error in sorted(public_errors(), key=lambda error: (error.__name__, error.__module__))
    ]
    return table(("error", "where", "what", "whose", "mend"), rows)


def tree() -> str:
    """Every error below the one it is a kind of, with whose it is."""
    lines = [SupervisionError.__name__, *_branches(SupervisionError, public_errors(), "")]
    return "\n".join(["```text", *lines, "```"])


def _branches(error: type[SupervisionError], known: set[type[SupervisionError]], indent: str) -> Iterator[str]:
    below = sorted((each for each in error.__subclasses__() if each in known), key=lambda each: each.__name__)
    for each in below:
        last = each is below[-1]
        yield f"{indent}{'└── ' if last else '├── '}{each.__name__}: {said_of(each)[1]}"
        yield from _branches(each, known, indent + ("    " if last else "│   "))


def said_of(error: type[SupervisionError]) -> tuple[str, str, str]:
    """What it is, whose, and how it is mended; :class:`ValueError` if its docstring does not say so."""
    said = _SAID.fullmatch(error.__doc__ or "")
    if said is None:
        raise ValueError(f"{error.__module__}.{error.__name__}: its docstring must end with 'Whose: ….' and 'Mend: ….'")
    return said["what"], said["whose"], said["mend"]


def public_errors() -> set[type[SupervisionError]]:
    """Every subclass of :class:`SupervisionError` in the three packages that is meant for people."""
    for package in (rules, monitor, dashboards):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    ours = ("rules.", "monitor.", "dashboards.")
    return {error for error in _below(SupervisionError) if error.__module__.startswith(ours) and error.__name__[0] != "_"}


def _below(error: type[SupervisionError]) -> Iterator[type[SupervisionError]]:
    for below in error.__subclasses__():
        yield below
        yield from _below(below)
