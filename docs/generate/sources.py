"""What only the source text knows: the words beneath an assignment or a field, which Python throws away."""

import ast
import inspect
import itertools
import textwrap
from types import ModuleType


def written_types(where: type) -> dict[str, str]:
    """The fields of a class with their types as written, named shapes by their names."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(where))).body
    fields = tree.body if isinstance(tree, ast.ClassDef) else []
    return {
        field.target.id: ast.unparse(field.annotation)
        for field in fields
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
    }


def named_shapes(where: ModuleType) -> dict[str, str]:
    """Every ``TypeAlias`` of a module with what it stands for, as written."""
    return {
        node.target.id: ast.unparse(node.value)
        for node in ast.parse(inspect.getsource(where)).body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.value is not None
        and ast.unparse(node.annotation) == "TypeAlias"
    }


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
