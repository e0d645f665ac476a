"""docs/identity.md says what the code does: its Python is run, its table names every way."""

from __future__ import annotations

import re
from pathlib import Path

from gator_engine import AspectRatio, BriefDraft, BriefKind, open_studio
from gator_engine.domain.identity_routes import RECIPE_KEY, Route
from tests.integration.services.test_identity import Camera

PAGE = (Path(__file__).parents[3] / "docs" / "identity.md").read_text("utf-8")


def test_the_table_names_every_way_in_order() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.M) == [route.value for route in Route]


def test_the_python_of_the_page(tmp_path: Path) -> None:
    [block] = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    generators = {"generators": {"camera": Camera()}}
    with open_studio(home=tmp_path / "s", queue="inline", adapters=generators) as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile)
        formats = (AspectRatio.SQUARE,)
        draft = BriefDraft(persona.id, BriefKind.IMAGE, "camera", "at home", formats)
        names = {"studio": studio, "draft": draft}
        exec(block, names)
        kept = studio.generation.brief(names["generation"].brief_id)  # type: ignore[attr-defined]
        assert kept.recipe == {RECIPE_KEY: "words"}
        assert names["plan"].route is Route.WORDS  # type: ignore[attr-defined]
