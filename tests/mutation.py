"""What ``mutmut`` leaves open: a sample of its mutants, those it could not judge fairly, and its results as a table.

``mutmut`` forks from a process that has imported everything. What runs at import (tables, books that tests keep at the top of a
module) is then never the mutant's, and such a mutant survives or counts as untested. ``again`` gives each of them a process of
its own, with the mutant active from the first import on, as one would start it by hand.

    python -m tests.mutation sample 20         the names of a fifth of all mutants, the same each time, for ``mutmut run``
    python -m tests.mutation again [PATTERN]   all that are not killed, each in a process of its own; kept in mutants/again.json
    python -m tests.mutation table             what became of them, per module, as Markdown
    python -m tests.mutation survivors         the names of those that survived
"""

import json
import os
import random
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

MUTANTS = Path("mutants")
AGAIN = MUTANTS / "again.json"
SEED = 20
FATE = {0: "survived", 1: "killed", 3: "killed", 5: "untested", 33: "untested", -24: "timeout", 36: "timeout"}
LONGEST = 300
"""Seconds that a mutant may take on its own; the tests take a twentieth of that."""


def results() -> dict[str, int | None]:
    """Each mutant's exit code, None for one not tried; those that got a process of their own as they ended there."""
    found: dict[str, int | None] = {}
    for path in sorted(MUTANTS.glob("rules/*.py.meta")):
        found |= json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    known = tried()
    return {name: code if code is None or fate(code) == "killed" else known.get(name, code) for name, code in found.items()}


def tried() -> dict[str, int]:
    return json.loads(AGAIN.read_text("utf-8")) if AGAIN.exists() else {}


def fate(code: int) -> str:
    return FATE.get(code, "timeout" if code < 0 else f"exit {code}")


def sample(percent: int) -> list[str]:
    """So many of the mutants of each module, drawn with a fixed seed."""
    modules: dict[str, list[str]] = defaultdict(list)
    for name in results():
        modules[module_of(name)].append(name)
    chance = random.Random(SEED)
    return [name for names in modules.values() for name in chance.sample(names, -(-len(names) * percent // 100))]


def module_of(name: str) -> str:
    return name.split(".")[1]


def again(pattern: str) -> Iterator[tuple[str, str]]:
    """Tries what is not killed in a process of its own; each name with its fate."""
    with Path("pyproject.toml").open("rb") as file:
        chosen = tomllib.load(file)["tool"]["mutmut"]["pytest_add_cli_args_test_selection"]
    known = tried()
    for name, code in results().items():
        if code is None or fate(code) == "killed" or not fnmatch(name, pattern):
            continue
        env = {**os.environ, "MUTANT_UNDER_TEST": name, "PYTHONPATH": ""}
        own = MUTANTS / "tests" / "rules" / f"test_{module_of(name)}.py"
        first = [str(own.relative_to(MUTANTS))] if own.exists() else []
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *first, *chosen]
        try:
            ended = subprocess.run(command, cwd=MUTANTS, env=env, capture_output=True, timeout=LONGEST, check=False).returncode
        except subprocess.TimeoutExpired:
            ended = 36
        known[name] = 1 if ended in (1, 2, 3, 4) else ended  # a module that cannot be imported any more is noticed, too
        AGAIN.write_text(json.dumps(known, indent=1, sort_keys=True), "utf-8")
        yield name, fate(known[name])


def table() -> Iterator[str]:
    """One line per module: how many there are, how many were tried, and what became of them."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, code in results().items():
        counts[module_of(name)].update(["all"] if code is None else ["all", "tried", fate(code)])
    counts["**all**"] = sum(counts.values(), Counter())
    yield "| module | mutants | tried | killed | timeout | survived | untested | score |"
    yield "|---|---|---|---|---|---|---|---|"
    for module, of in counts.items():
        noticed = of["killed"] + of["timeout"]
        figures = [of[what] for what in ("all", "tried", "killed", "timeout", "survived", "untested")]
        score = f"{100 * noticed / of['tried']:.1f} %" if of["tried"] else ""
        yield f"| {module} | {' | '.join(map(str, figures))} | {score} |"


def main(what: str = "table", *rest: str) -> None:
    if what == "sample":
        print(*sample(int(*rest)))
    elif what == "again":
        for name, fared in again(*rest or ("*",)):
            print(fared, name, flush=True)
    elif what == "survivors":
        open_still = [name for name, code in results().items() if code is not None and fate(code) in ("survived", "untested")]
        print(*open_still, sep="\n")
    else:
        print(*table(), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
