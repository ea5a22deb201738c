"""Every limit of the servers that is no setting, from its declaration and the words beneath it."""

import re

from docs.generate.markdown import table
from docs.generate.sources import words_beneath
from monitor.door import limits as declared

_BENEATH = re.compile(r"Where: (?P<where>[^.]+)\. (?P<what>.+)\. Then: (?P<then>.+)\.", re.DOTALL)


def limits() -> str:
    """One row per limit, in the order of the file."""
    beneath = words_beneath(declared)
    rows = []
    for name, value in vars(declared).items():
        if name.isupper():
            said = _BENEATH.fullmatch(" ".join(beneath[name].split()))
            if said is None:
                raise ValueError(f"monitor.door.limits.{name}: beneath it must stand 'Where: …. What. Then: ….'")
            rows.append((f"{value:,g}".replace(",", " "), said["what"], said["where"], said["then"]))
    return table(("limit", "of what", "where", "then"), rows)
