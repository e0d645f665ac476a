"""The source tree as the house tests see it: files of the project, parsed once."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("gator_engine", "workers", "routes", "pages")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def project_files() -> tuple[Path, ...]:
    """Everything that is or would be committed, relative to the root."""
    argv = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(Path(name) for name in sorted(set(listed.splitlines())) if (ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    """Python files below any of the folders (or with exactly that name)."""
    return [
        path
        for path in project_files()
        if path.suffix == ".py" and (path.parts[0] in folders or str(path) in folders)
    ]


def production_files() -> list[Path]:
    """What runs at a user's."""
    return python_files(*OURS, "app.py")


@cache
def text(path: Path) -> str:
    """Content of a file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """Syntax tree of a Python file of the project."""
    return ast.parse(text(path), filename=str(path))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file, nested ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: Function) -> int:
    """Lines of a function from `def` to its last line."""
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def docstrings(path: Path) -> set[int]:
    """Identities of the constants that are docstrings."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr):
            found.add(id(node.body[0].value))
    return found
