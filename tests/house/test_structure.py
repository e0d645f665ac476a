"""The shape of the code: light imports, one error tree, documented settings, platform files."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import subprocess
import sys
from pathlib import Path

from gator_engine import errors
from gator_engine.config import Settings
from tests.house.sources import ROOT, docstrings, production_files, text, tree

HEAVY = ("torch", "diffusers", "transformers", "moviepy", "streamlit", "pandas", "duckdb", "plotly")
# Platform names that are plain words too: only a string that is nothing else counts.
PLAIN_WORDS = {"threads", "telegram", "discord"}
# Folders where a platform has its own file, named after it.
PLATFORM_ROOMS = (
    "gator_engine/adapters/connectors",
    "gator_engine/adapters/sandbox",
    "pages/_ui/previews",
)


def test_importing_the_engine_is_light() -> None:
    code = f"import sys, gator_engine; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_every_error_is_in_the_tree_and_says_when() -> None:
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    ours = [kind for kind in classes if issubclass(kind, Exception)]
    assert errors.GatorError in ours
    for kind in ours:
        assert issubclass(kind, errors.GatorError), kind
        assert kind.__dict__.get("__doc__"), f"{kind.__name__} does not say when it is raised"


def test_no_error_grows_beside_the_tree() -> None:
    builtin = {name for name, kind in vars(builtins).items() if _is_exception(kind)}
    beside = [
        f"{path}:{node.lineno} {node.name}"
        for path in production_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and node.name != "GatorError"
        if any(isinstance(base, ast.Name) and base.id in builtin for base in node.bases)
    ]
    assert not beside


def _is_exception(kind: object) -> bool:
    return inspect.isclass(kind) and issubclass(kind, BaseException)


def test_settings_are_documented_one_by_one() -> None:
    written = set(
        re.findall(
            r"^(?:\|\s*|#+\s*)`?(GATOR_[A-Z0-9_]+)", text(Path("docs/settings.md")), re.MULTILINE
        )
    )
    assert written == {f"GATOR_{name.upper()}" for name in Settings.model_fields}


def platform_slugs() -> list[str]:
    """One per connector file: the file's name is the slug."""
    folder = ROOT / "gator_engine/adapters/connectors"
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def _names(path: Path) -> list[tuple[int, str]]:
    """Strings that are not docstrings, and identifiers, each with its line."""
    skip, found = docstrings(path), []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skip:
            found.append((node.lineno, node.value))
        elif isinstance(node, ast.Name):
            found.append((node.lineno, node.id))
        elif isinstance(node, ast.Attribute):
            found.append((node.lineno, node.attr))
        elif isinstance(node, ast.alias):
            found.append((1, node.name))
    return found


def _mentions(value: str, slug: str) -> bool:
    if len(slug) < 3:
        return False  # "x" is every second variable
    if slug in PLAIN_WORDS:
        return value.lower() == slug
    return re.search(rf"(?<![a-z]){re.escape(slug)}(?![a-z])", value.lower()) is not None


def test_a_platform_is_named_only_in_its_own_file() -> None:
    slugs, elsewhere = platform_slugs(), []
    for path in production_files():
        own = any(str(path).startswith(room) for room in PLATFORM_ROOMS)
        for slug in slugs:
            if own and slug in str(path.relative_to(path.parts[0])):
                continue
            elsewhere += [
                f"{path}:{n} {slug}" for n, value in _names(path) if _mentions(value, slug)
            ]
    assert not elsewhere
