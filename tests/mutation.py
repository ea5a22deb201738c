"""What ``mutmut`` leaves open: a sample of its mutants, those it could not judge fairly, and its results as a table.

``mutmut`` forks from a process that has imported everything and run the tests once. What runs at import, and what is computed
once and kept, is then never the mutant's, and such a mutant survives or counts as untested. ``again`` gives each a process
that has imported nothing of ours, with the mutant active from the first import on.

    python -m tests.mutation sample 20         the names of a fifth of all mutants, the same each time, for ``mutmut run``
    python -m tests.mutation again [PATTERN [TESTS]]
                                               all that are not killed, each in a process of its own; kept in mutants/again.json
    python -m tests.mutation table             what became of them, per module, as Markdown
    python -m tests.mutation survivors         the names of those that survived
"""

import json
import os
import random
import signal
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

import pytest

MUTANTS = Path("mutants").absolute()
AGAIN = MUTANTS / "again.json"
SEED = 20
FATE = {0: "survived", 1: "killed", 2: "killed", 3: "killed", 4: "killed", 5: "untested", 33: "untested"}
"""By exit code of pytest; 2 and 4 are modules that can no longer be imported. Below 0 it was stopped for the time it took."""
FAULT = 70
"""Not the tests failed, but this program."""
LONGEST = 300
"""Seconds that a mutant may take on its own."""


def results() -> dict[str, int | None]:
    """Each mutant's exit code, None for one not tried; those that got a process of their own as they ended there."""
    found: dict[str, int | None] = {}
    for path in sorted(MUTANTS.glob("rules/**/*.py.meta")):
        found |= json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    known = tried()
    return {name: code if code is None or fate(code) == "killed" else known.get(name, code) for name, code in found.items()}


def tried() -> dict[str, int]:
    return json.loads(AGAIN.read_text("utf-8")) if AGAIN.exists() else {}


def fate(code: int) -> str:
    return FATE.get(code, "timeout" if code < 0 or code == 36 else f"exit {code}")


def sample(percent: int) -> list[str]:
    """So many of the mutants of each module, drawn with a fixed seed."""
    modules: dict[str, list[str]] = defaultdict(list)
    for name in results():
        modules[module_of(name)].append(name)
    chance = random.Random(SEED)
    return [name for names in modules.values() for name in chance.sample(names, -(-len(names) * percent // 100))]


def module_of(name: str) -> str:
    """``worktime.due`` of ``rules.worktime.due.x_due__mutmut_1``."""
    return name.rpartition(".")[0].removeprefix("rules.")


def again(pattern: str, tests: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Tries what is not killed in a process of its own, on ``tests`` or on all; each name with its fate."""
    with Path("pyproject.toml").open("rb") as file:
        chosen = tests or tomllib.load(file)["tool"]["mutmut"]["pytest_add_cli_args_test_selection"]
    if alone("rules.nothing.none", chosen):
        raise SystemExit("the tests fail as they are, with nothing broken: make them pass first")
    known = tried()
    for name, code in results().items():
        if code is None or fate(code) == "killed" or not fnmatch(name, pattern):
            continue
        ended = alone(name, chosen)
        known[name] = 1 if fate(ended) == "killed" else ended
        AGAIN.write_text(json.dumps(known, indent=1, sort_keys=True), "utf-8")
        yield name, fate(ended)


def alone(name: str, chosen: Sequence[str]) -> int:
    """The exit code of pytest with that mutant active; what ended it, below 0, if it took too long."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        signal.alarm(LONGEST)
        os.chdir(MUTANTS)
        sys.path[0] = str(MUTANTS)
        for module in [module for module in sys.modules if module.split(".")[0] in ("tests", "rules", "monitor")]:
            del sys.modules[module]
        os.environ["MUTANT_UNDER_TEST"] = name
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        *rooms, module = module_of(name).split(".")
        own = Path("tests", "rules", *rooms, f"test_{module}.py")
        os._exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *([str(own)] if own.exists() else []), *chosen]))
    finally:
        os._exit(FAULT)


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
        for name, fared in again(rest[0] if rest else "*", rest[1:]):
            print(fared, name, flush=True)
    elif what == "survivors":
        open_still = [name for name, code in results().items() if code is not None and fate(code) in ("survived", "untested")]
        print(*open_still, sep="\n")
    else:
        print(*table(), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
