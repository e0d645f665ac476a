"""One word per chore, locks that cover what is declared, nothing of one machine in the tree."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.sources import ROOT, project_files, text

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Installed by steps of their own: the right build of torch is the machine's choice.
APART = {"torch", "setuptools"}
# Folders that exist on one machine only, and where packages come from: neither is ours to say.
MACHINE_PATHS = re.compile(r"(?<![\w.:/})-])/(?:work|opt|root|home|Users)/[\w.]")
PACKAGE_HOSTS = re.compile(
    r"pypi\.org|pythonhosted\.org|download\.pytorch\.org|registry\.npmjs\.org"
)
# A container has its own file system.
EXEMPT = ("Dockerfile", "docker-compose", "deploy/", "tests/house/test_toolchain.py")


def words() -> set[str]:
    """The targets of the Makefile that have a line of help."""
    return set(re.findall(r"^([a-z-]+):.*## ", text(Path("Makefile")), re.MULTILINE))


def test_every_word_is_explained() -> None:
    explained = text(Path("CONTRIBUTING.md")) + text(Path("README.md"))
    assert {"setup", "run", "test", "lint", "bench", "notebooks"} <= words()
    assert [word for word in sorted(words()) if f"make {word}" not in explained] == []


def test_continuous_integration_uses_the_same_words() -> None:
    jobs = yaml.safe_load(text(Path(".github/workflows/ci.yml")))["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    used = {match for command in commands for match in re.findall(r"\bmake ([a-z-]+)", command)}
    assert {"test", "notebooks"} <= used <= words()
    assert "make test" in text(Path(".ci/run"))


def locked(name: str) -> dict[str, list[Version]]:
    """Versions a lock pins, by package (several where they differ between platforms)."""
    pins: dict[str, list[Version]] = {}
    for package, version in re.findall(
        r"^([\w.\-\[\]]+)==([\w.+!]+)", text(Path(name)), re.MULTILINE
    ):
        pins.setdefault(canonicalize_name(package.split("[")[0]), []).append(Version(version))
    return pins


def declared(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for."""
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][name] for name in extras)]
    return [Requirement(line) for lines in lists for line in lines]


def missing(lock: dict[str, list[Version]], wanted: list[Requirement]) -> list[str]:
    """Requirements the lock does not meet."""
    return [
        str(need)
        for need in wanted
        if not any(v in need.specifier for v in lock.get(canonicalize_name(need.name), []))
    ]


def test_the_locks_cover_what_is_declared() -> None:
    assert missing(locked("requirements.txt"), declared()) == []
    assert missing(locked("requirements-dev.txt"), declared("dev")) == []


def test_the_dev_lock_contains_the_run_lock() -> None:
    run, dev = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_the_locks_hold_hashes_and_no_accelerator_stack() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        stray = {p for p in locked(name) if p in APART or p.startswith(("nvidia-", "triton"))}
        assert not stray
        entries = re.split(r"\n(?=\S)", text(Path(name)).split("\n", 1)[1])
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_tree_knows_no_machine_and_no_package_host() -> None:
    found = []
    for path in project_files():
        if str(path).startswith(EXEMPT) or path.suffix in {
            ".ttf",
            ".woff2",
            ".png",
            ".jpg",
            ".svg",
        }:
            continue
        content = (ROOT / path).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(content.splitlines(), 1):
            if MACHINE_PATHS.search(line) or PACKAGE_HOSTS.search(line):
                found.append(f"{path}:{number} {line.strip()[:80]}")
    assert not found
