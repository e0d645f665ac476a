"""Rules for the tests themselves: they assert, and they build fakes instead of patching ours."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.sources import OURS, Function, functions, python_files, tree

PROVING = ("raises", "warns", "fail", "expect", "eventually")
# A function named by one of these raises when it does not hold: calling it is a proof.
CHECKING = ("assert", "check", "refuse", "require", "ensure", "validate")


def _called(node: ast.Call) -> str:
    target = node.func
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""


def _proves(node: Function, provers: set[str]) -> bool:
    """Whether something in the function can fail on purpose."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            return True
        if isinstance(inner, ast.Call):
            name = _called(inner)
            if name in PROVING or name in provers or name.lstrip("_").startswith(CHECKING):
                return True
    return False


def test_every_test_proves_something() -> None:
    silent = []
    for path in python_files("tests"):
        provers = {
            f.name for f in functions(path) if not f.name.startswith("test") and _proves(f, set())
        }
        silent += [
            f"{path}:{node.lineno} {node.name}"
            for node in functions(path)
            if node.name.startswith("test_") and not _proves(node, provers)
        ]
    assert not silent


def _imported_from_us(path: Path) -> set[str]:
    """Names a file binds to modules or things of ours."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in OURS:
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {a.asname or a.name for a in node.names if a.name.split(".")[0] in OURS}
    return names


def _patches_us(node: ast.Call, ours: set[str]) -> bool:
    """Whether a call is `monkeypatch.setattr` on something of ours."""
    if _called(node) != "setattr" or not isinstance(node.func, ast.Attribute) or not node.args:
        return False
    target = node.args[0]
    if isinstance(target, ast.Constant):
        return str(target.value).split(".")[0] in OURS
    root = target
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id in ours


def test_unit_tests_patch_nothing_of_ours() -> None:
    patching = []
    for path in [file for file in python_files("tests") if file.parts[1] == "unit"]:
        ours = _imported_from_us(path)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "unittest.mock":
                patching.append(f"{path}:{node.lineno} unittest.mock")
            if isinstance(node, ast.Call) and _patches_us(node, ours):
                patching.append(f"{path}:{node.lineno} setattr")
    assert not patching
