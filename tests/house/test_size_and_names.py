"""Small files, small functions, telling names, no leftovers."""

from __future__ import annotations

import ast
import re

from tests.house.sources import functions, length, production_files, python_files, text, tree

MAX_FILE, MAX_TEST_FILE, MAX_PAGE, MAX_FUNCTION, MAX_JOB = 400, 600, 120, 50, 15
JUNK_DRAWERS = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common|stuff)(_|$)")
JUNK_CLASSES = re.compile(r"(Manager|Helper|Utils?)$")
LEFTOVERS = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")
BROAD = {"Exception", "BaseException"}
MAY_CATCH_BROADLY = {"workers/runtime.py", "pages/_ui/errors.py"}


def lines(path_text: str) -> int:
    return len(path_text.splitlines())


def test_files_are_short() -> None:
    production = [*production_files(), *python_files("benchmarks", "scripts", "migrations")]
    limits = dict.fromkeys(production, MAX_FILE)
    limits |= dict.fromkeys(python_files("tests"), MAX_TEST_FILE)
    limits |= {path: MAX_PAGE for path in production if path.match("pages/*.py")}
    long = [
        f"{p}: {lines(text(p))} > {limit}" for p, limit in limits.items() if lines(text(p)) > limit
    ]
    assert not long


def test_functions_are_short() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}: {length(node)} lines"
        for path in [*production_files(), *python_files("benchmarks", "scripts")]
        for node in functions(path)
        if length(node) > MAX_FUNCTION
    ]
    assert not long


def test_job_functions_only_pass_an_id_on() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}: {length(node)} lines"
        for path in python_files("workers")
        if path.name.startswith("jobs")
        for node in functions(path)
        if length(node) > MAX_JOB
    ]
    assert not long


def test_no_junk_drawers() -> None:
    files = [*production_files(), *python_files("benchmarks", "scripts", "tests")]
    named = [str(path) for path in files if JUNK_DRAWERS.search(path.stem)]
    classes = [
        f"{path}: {node.name}"
        for path in files
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and JUNK_CLASSES.search(node.name)
    ]
    assert not named + classes


def _is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    if caught is None:
        return True
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(kind, ast.Name) and kind.id in BROAD for kind in kinds)


def test_errors_are_caught_by_name() -> None:
    broad = [
        f"{path}:{node.lineno}"
        for path in [*production_files(), *python_files("benchmarks", "scripts")]
        if str(path) not in MAY_CATCH_BROADLY
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and _is_broad(node)
    ]
    assert not broad


def test_nothing_is_left_for_later() -> None:
    left = [
        f"{path}:{number}"
        for path in production_files()
        for number, line in enumerate(text(path).splitlines(), 1)
        if LEFTOVERS.search(line)
    ]
    unfinished = [
        f"{path}:{node.lineno}"
        for path in production_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node)
    ]
    assert not left + unfinished
