"""Everything that is measured of one tree, as plain data: what ``--json`` prints and ``--against`` reads."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.shape import arrows, words
from tests.shape.source import Module, Modules, read

LONG_FUNCTION = 40
LONG_FILE = 300
"""Lines."""
WHY_LONG = ("one file", f"{LONG_FILE} lines")
"""One of these stands in the docstring on top of a file that is longer and says why."""
SHOWN = 5
"""How many of the longest are named."""


@dataclass(frozen=True)
class Named:
    """One thing with its length in lines."""

    name: str
    lines: int


@dataclass(frozen=True)
class Package:
    """Rooms, floors and arrows of one top package, its lengths and its prose."""

    files: int
    lines: int
    rooms: list[str]
    file_arrows: int
    room_arrows: int
    file_floors: int
    room_floors: int
    file_circles: list[list[str]]
    room_circles: list[list[str]]
    longest_files: list[Named]
    long_files: list[Named]
    long_files_without_why: list[str]
    functions: int
    longest_functions: list[Named]
    long_functions: list[Named]
    sentences: int
    words_median: float
    words_p90: float
    long_sentences: list[str]
    comments: int


@dataclass(frozen=True)
class Outside:
    """Names that other packages take from ``rules/``: out of the face of a package, a room of one file, or past a face."""

    names: int
    modules: int
    from_faces: int
    from_single_files: int
    past_a_face: list[str]


@dataclass(frozen=True)
class Tests:
    """The test functions, those whose name leans on something unsaid, and the files that are too long."""

    functions: int
    leaning: list[str]
    files: int
    long_files: list[Named]
    long_files_without_why: list[str]


@dataclass(frozen=True)
class Shape:
    """All of one tree."""

    rules: Package
    monitor: Package
    outside: Outside
    classes_twice: dict[str, int]
    tests: Tests

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def measure(root: Path) -> Shape:
    """Raises ``SyntaxError`` where a file is no Python, ``FileNotFoundError`` where there is no ``rules/``."""
    rules, monitor, dashboards, tests = (read(root, package) for package in ("rules", "monitor", "dashboards", "tests"))
    if not rules:
        raise FileNotFoundError(
            f"{root / 'rules'}: no Python file lies there; --root names the folder that holds rules/ and monitor/"
        )
    twice = {name: count for name, count in words.class_names([*rules.values(), *monitor.values()]).items() if count > 1}
    return Shape(
        package(rules), package(monitor), outside(rules, monitor | dashboards), dict(sorted(twice.items())), of_tests(tests)
    )


def package(modules: Modules) -> Package:
    files = arrows.file_graph(modules)
    rooms = arrows.room_graph(files)
    functions = longest_first(_functions(modules.values()))
    prose = [
        (module.path, text) for module in modules.values() for doc in words.docstrings(module) for text in words.sentences(doc)
    ]
    counts = [words.words(text) for _, text in prose]
    return Package(
        files=len(modules),
        lines=sum(module.lines for module in modules.values()),
        rooms=sorted(rooms),
        file_arrows=arrows.arrows(files),
        room_arrows=arrows.arrows(rooms),
        file_floors=arrows.floors(files),
        room_floors=arrows.floors(rooms),
        file_circles=arrows.circles(files),
        room_circles=arrows.circles(rooms),
        longest_files=by_length(modules.values())[:SHOWN],
        long_files=long_files(modules.values()),
        long_files_without_why=without_why(modules.values()),
        functions=len(functions),
        longest_functions=functions[:SHOWN],
        long_functions=[function for function in functions if function.lines > LONG_FUNCTION],
        sentences=len(counts),
        words_median=median(counts or [0]),
        words_p90=quantiles(counts, n=10)[-1] if len(counts) > 1 else sum(counts),
        long_sentences=[f"{path}: {text}" for path, text in prose if words.words(text) > words.LONGEST_SENTENCE],
        comments=sum(map(words.comments, modules.values())),
    )


def outside(rules: Modules, others: Modules) -> Outside:
    taken = list(arrows.outside_names(rules, others))
    past = [f"{source}.{name}" if name else source for source, name in taken if source.count(".") > 1]
    faces = sum(rules[source].is_package and source.count(".") < 2 for source, _ in taken)
    return Outside(len(taken), len({source for source, _ in taken}), faces, len(taken) - faces - len(past), past)


def of_tests(modules: Modules) -> Tests:
    names = list(words.names_of_tests(modules.values()))
    leaning = [f"{path}: {name}" for path, name in names if words.leans(name)]
    return Tests(len(names), leaning, len(modules), long_files(modules.values()), without_why(modules.values()))


def by_length(modules: Iterable[Module]) -> list[Named]:
    return longest_first(Named(module.path, module.lines) for module in modules)


def long_files(modules: Iterable[Module]) -> list[Named]:
    return [file for file in by_length(modules) if file.lines > LONG_FILE]


def without_why(modules: Iterable[Module]) -> list[str]:
    """Those of the long files whose docstring does not say why."""
    docs = {module.path: next(words.docstrings(module), "") for module in modules if module.lines > LONG_FILE}
    return [path for path, doc in docs.items() if not any(why in doc for why in WHY_LONG)]


def longest_first(things: Iterable[Named]) -> list[Named]:
    return sorted(things, key=lambda thing: (-thing.lines, thing.name))


def _functions(modules: Iterable[Module]) -> Iterable[Named]:
    for module in modules:
        for function in module.functions():
            yield Named(f"{module.path}:{function.name}", (function.end_lineno or function.lineno) - function.lineno + 1)
