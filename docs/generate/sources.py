"""What only the source text knows: the words beneath an assignment or a field, which Python throws away."""

import ast
import inspect
import itertools
import textwrap
from types import ModuleType


def words_beneath(where: ModuleType | type) -> dict[str, str]:
    """Names assigned in a module or class to the string literal that stands beneath, for those that have one."""
    (*tree,) = ast.parse(textwrap.dedent(inspect.getsource(where))).body
    body = tree[0].body if isinstance(where, type) and isinstance(tree[0], ast.ClassDef) else tree
    found = {}
    for assigned, beneath in itertools.pairwise(body):
        targets = assigned.targets if isinstance(assigned, ast.Assign) else [getattr(assigned, "target", None)]
        match beneath:
            case ast.Expr(value=ast.Constant(value=str(words))):
                found.update({target.id: words for target in targets if isinstance(target, ast.Name)})
    return found
