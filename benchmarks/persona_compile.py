"""Compiling a persona and a brief into prompt and voice; the persona page with 500 personas."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks._report import percentile
from gator_engine import Persona, PersonaProfile, Studio, open_studio
from gator_engine.domain.briefs import Dialect
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.prompts import compile_picture
from gator_engine.domain.randomiser import random_profile
from gator_engine.domain.token_budget import budget_of
from gator_engine.domain.voice import compile_voice

ROOT = Path(__file__).resolve().parent.parent
PERSONAS = 500
SCENES = ("opening the kiln at dawn, (blue glaze:1.3)", "walking to the market", "at the desk")


def run(quick: bool) -> dict[str, Any]:
    """Compiles a second (median of repeats), and milliseconds of a page run after an action.

    `per_cpu_s` and the CPU milliseconds are of this process alone: on a machine that others use
    too, they are what to compare.
    """
    repeats = 3 if quick else 7
    rates = [_compiles_per_s(0.5 if quick else 2.0) for _ in range(repeats)]
    runs = _page_times(PERSONAS, actions=5 if quick else 30)
    pages, busy = [wall for wall, _ in runs], [cpu for _, cpu in runs]
    return {
        "per_s": round(statistics.median(wall for wall, _ in rates)),
        "per_cpu_s": round(statistics.median(cpu for _, cpu in rates)),
        "page_p95_ms": round(percentile(pages, 0.95), 1),
        "page_p50_ms": round(statistics.median(pages), 1),
        "page_cpu_p95_ms": round(percentile(busy, 0.95), 1),
        "page_cpu_p50_ms": round(statistics.median(busy), 1),
        "personas": PERSONAS,
        "actions": len(pages),
        "repeats": repeats,
    }


def _compiles_per_s(seconds: float) -> tuple[float, float]:
    """Picture prompt with its token budget, and voice, of every template in both dialects.

    By the second on the clock, and by the second of this process on a processor.
    """
    done, began, cpu = 0, time.perf_counter(), time.process_time()
    while (elapsed := time.perf_counter() - began) < seconds:
        for template in TEMPLATES:
            dialect = tuple(Dialect)[done % 2]
            _compile(template.profile, SCENES[done % len(SCENES)], dialect)
            done += 1
    return done / elapsed, done / (time.process_time() - cpu)


def _compile(profile: PersonaProfile, scene: str, dialect: Dialect) -> None:
    theme = profile.pillars[0].name
    compiled = compile_picture(profile, prompt=scene, pillar=theme, dialect=dialect)
    if not (compile_voice(profile) and budget_of(compiled).tokens and compiled.negative_text):
        raise SystemExit("a template compiled to nothing")


def _page_times(personas: int, actions: int) -> list[tuple[float, float]]:
    """Each action on the overview of many personas, and in one persona's editor."""
    environment = {"GATOR_REDIS_URL": "redis://127.0.0.1:1"}  # No job is sent, so none is needed.
    with (
        tempfile.TemporaryDirectory(prefix="gator-") as home,
        _environment(GATOR_HOME=home, **environment),
    ):
        with open_studio(home=home, queue="inline") as studio:
            first = _fill(studio, personas)
        return _interact(first, actions)


def _fill(studio: Studio, personas: int) -> Persona:
    made = []
    for number in range(personas):
        profile = random_profile(number)
        identity = replace(profile.identity, handle=f"persona.{number}")
        made.append(studio.personas.create(replace(profile, identity=identity)))
    return made[0]


def _interact(persona: Persona, actions: int) -> list[tuple[float, float]]:
    """Searches on the overview, and edits in an opened persona: one page run each."""
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    page.run()
    # AppTest forgets between runs what app.py tells Streamlit once: pages run inside app.py.
    PagesManager.uses_pages_directory = False
    page.switch_page("pages/personas.py")
    _served(page)  # The first run imports the page's modules.
    times = [_edited(page, _field(page, "Search"), word) for word in _words(actions)]
    page.query_params["persona"] = persona.id
    _served(page)
    times += [_edited(page, _field(page, "Occupation"), word) for word in _words(actions)]
    return times


def _words(count: int) -> list[str]:
    """What is typed, never the same twice in a row."""
    known = ("baker", "teacher", "Porto", "biologist", "")
    return [known[number % len(known)] for number in range(count)]


def _field(page: Any, label: str) -> Any:
    found = [field for field in page.text_input if field.label == label]
    if not found:
        raise SystemExit(f"the personas page shows no field {label!r}")
    return found[0]


def _edited(page: Any, field: Any, text: str) -> tuple[float, float]:
    field.set_value(text)
    return _served(page)


def _served(page: Any) -> tuple[float, float]:
    """Milliseconds of one page run, by the clock and by the processor.

    Raises SystemExit when the page fails.
    """
    began, cpu = time.perf_counter(), time.process_time()
    page.run()
    elapsed = 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - cpu)
    if page.exception or page.error:
        said = [*page.exception, *page.error][0].value
        raise SystemExit(f"the page failed: {said}")
    return elapsed


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """The process environment with these values, for as long as the block runs."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
