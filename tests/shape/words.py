"""Sentences of docstrings, comments, and names that stand more than once or say too little."""

import ast
import inspect
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.shape.source import Module

LONGEST_SENTENCE = 25
"""Words."""

CONJUNCTIONS = """
    and but or nor so yet for if unless because since while when whenever where wherever whereas though although as than
    that until till once else whether lest
"""
PREPOSITIONS = """
    about above across after against along among around at before behind below beneath beside besides between beyond by
    despite down during except from in inside into like near of off on onto out outside over past per through throughout
    to toward towards under underneath up upon via with within without
"""
PRONOUNS = """
    he her hers him his i it its me my our ours she their theirs them these they this those us we what whatever which
    whichever who whoever whom whose you your yours
"""
LEANING = frozenset((CONJUNCTIONS + PREPOSITIONS + PRONOUNS).split())
"""First words of a test's name that lean on something outside of it: a stranger does not know its subject."""

_END_OF_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”)*`]*\s+(?=``|[\"'“(*`:]*[A-Z0-9:])|(?<=[。!?])")
_ABBREVIATION = re.compile(r"\b(art|e\.g|i\.e|etc|vs|cf|No)\.\s+")
_NO_PROSE = ("|", ">>>", "+-")
_ITEM = re.compile(r"(?:[-*•]|\d+\.)\s+")


def docstrings(module: Module) -> Iterator[str]:
    """Every string that stands alone as a statement."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in node.body:
                if (
                    isinstance(statement, ast.Expr)
                    and isinstance(statement.value, ast.Constant)
                    and isinstance(statement.value.value, str)
                ):
                    yield inspect.cleandoc(statement.value.value)


def sentences(docstring: str) -> Iterator[str]:
    """Its sentences: of each paragraph and each item of a list. Tables, literal blocks and doctests are none."""
    for paragraph in _paragraphs(docstring):
        yield from filter(words, _END_OF_SENTENCE.split(_ABBREVIATION.sub(r"\1 ", paragraph)))


def words(sentence: str) -> int:
    """How many of its blank-separated parts hold a letter or a digit."""
    return sum(any(map(str.isalnum, part)) for part in sentence.split())


def comments(module: Module) -> int:
    """How many lines bear a comment, alone or behind code."""
    tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
    return sum(token.type == tokenize.COMMENT for token in tokens)


def class_names(modules: Iterable[Module]) -> Counter[str]:
    return Counter(node.name for module in modules for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef))


def names_of_tests(modules: Iterable[Module]) -> Iterator[tuple[str, str]]:
    """Each test function, with the path of its file before it."""
    for module in modules:
        yield from ((module.path, function.name) for function in module.functions() if function.name.startswith("test_"))


def leans(name: str) -> bool:
    return name.split("_")[1] in LEANING


def _paragraphs(docstring: str) -> Iterator[str]:
    """Runs of lines that are read together; what is indented for itself is literal and left out."""
    lines: list[str] = []
    is_verbatim = False
    for line in [*docstring.splitlines(), ""]:
        is_shown = line.lstrip().startswith(_NO_PROSE) or (not lines and line.startswith("    "))
        # A backspace tells click to print the paragraph line by line.
        is_verbatim = bool(line.strip()) and (is_verbatim or line == "\b")
        is_prose = line.strip() and not is_shown and not is_verbatim
        item = _ITEM.match(line.lstrip())
        if lines and (item or not is_prose):
            yield " ".join(lines)
            lines = []
        if is_prose:
            lines.append(line.strip()[item.end() :] if item else line.strip())
