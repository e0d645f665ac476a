"""Gator's own notation: versions, migrations, and what an older or newer file means."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from time import process_time
from typing import Any

import pytest
import yaml

from gator_engine.adapters.portability import PortableFiles
from gator_engine.adapters.portability.documents import MIGRATIONS, SCHEMA, migrated
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.persona_tree import MOST_PROBLEMS, from_tree, to_tree
from gator_engine.errors import InvalidInput
from gator_engine.version import VERSION

HERE = Path(__file__).parent
PROFILE = TEMPLATES[0].profile


def document(**changes: Any) -> bytes:
    data = {"format": "gator-persona", "schema": 1, "gator": VERSION, "persona": to_tree(PROFILE)}
    return json.dumps(data | changes).encode()


def test_a_file_of_the_first_schema_is_read_for_ever(files: PortableFiles) -> None:
    reading = from_tree(files.read((HERE / "fixtures/persona_v1.yaml").read_bytes()).fields)
    assert reading.profile is not None and reading.problems == ()
    assert reading.profile.identity.handle == "luna.makes"
    assert [pillar.weight for pillar in reading.profile.pillars] == [4, 2, 1]


def test_there_is_a_migration_from_every_older_schema() -> None:
    assert sorted(MIGRATIONS) == list(range(1, SCHEMA))


def test_migrations_run_one_after_the_other() -> None:
    steps = {
        1: lambda persona: {"identity": {"name": persona["title"]}},
        2: lambda persona: {**persona, "voice": {"register": "plain"}},
    }
    after = migrated({"title": "Luna"}, 1, latest=3, migrations=steps)
    assert after == {"identity": {"name": "Luna"}, "voice": {"register": "plain"}}
    assert migrated(after, 3, latest=3, migrations=steps) == after


def test_a_newer_schema_says_which_gator_is_needed(files: PortableFiles) -> None:
    with pytest.raises(InvalidInput, match=r"schema 99.*reads up to 1.*Gator 7\.2\.0 or newer"):
        files.read(document(schema=99, gator="7.2.0"))


@pytest.mark.parametrize("schema", [0, -1, "1", True, None, 1.0, [1]])
def test_a_schema_is_a_whole_number(files: PortableFiles, schema: object) -> None:
    with pytest.raises(InvalidInput, match="schema version"):
        files.read(document(schema=schema))


def test_unknown_fields_are_named_and_the_rest_is_read(files: PortableFiles) -> None:
    persona = to_tree(PROFILE)
    persona["voice"]["accent"] = "southern"
    persona["pillars"][1]["mood"] = {"deep": 1}
    persona["zodiac"] = "Leo"
    content = files.read(document(persona=persona, exported="today"))
    assert [str(line) for line in content.report if line.outcome == "ignored"] == [
        "Ignored exported"
    ]
    reading = from_tree(content.fields)
    assert reading.profile == PROFILE
    assert reading.unknown == ("voice.accent", "pillars[1].mood", "zodiac")


@pytest.mark.parametrize(
    ("part", "field", "value", "where"),
    [
        ("identity", "age", "29", "identity.age"),
        ("identity", "age", 29.5, "identity.age"),
        ("identity", "age", True, "identity.age"),
        ("identity", "age", 17, "identity.age"),
        ("identity", "age", 10**400, "identity.age"),
        ("identity", "name", None, "identity.name"),
        ("identity", "languages", "en", "identity.languages"),
        ("identity", "languages", ["en", 5], "identity.languages[1]"),
        ("voice", "emoji", "often", "voice.emoji"),
        ("voice", "tone", {"warmth": "hot"}, "voice.tone.warmth"),
        ("voice", "tone", [], "voice.tone"),
        ("boundaries", "depicts_real_person", "no", "boundaries.depicts_real_person"),
        ("boundaries", "platform_ratings", [{"platform": "a"}], "boundaries.platform_ratings[0]"),
        ("brand", "palette", ["red"], "brand.palette"),
    ],
)
def test_wrong_values_are_listed_and_never_read_as_something_else(
    part: str, field: str, value: object, where: str
) -> None:
    tree = to_tree(PROFILE)
    tree[part][field] = value
    problems = from_tree(tree).problems
    assert problems and all(problem.field.startswith(where) for problem in problems)


def test_every_problem_is_listed_at_once() -> None:
    tree = to_tree(PROFILE)
    del tree["identity"]["age"]
    tree["voice"]["max_hashtags"] = "three"
    reading = from_tree(tree)
    assert reading.profile is None
    assert [str(problem) for problem in reading.problems] == [
        "identity.age: must be given",
        "voice.max_hashtags: should be a valid integer",
    ]


def test_much_too_much_text_is_refused_quickly() -> None:
    tree = to_tree(PROFILE)
    tree["identity"]["backstory"] = "barely young " * 1_000_000
    tree["identity"]["languages"] = ["en"] * 200
    fields = {problem.field for problem in from_tree(tree).problems}
    assert fields == {"identity.backstory", "identity.languages"}


def test_a_crowd_of_pillars_is_refused_quickly() -> None:
    tree = to_tree(PROFILE)
    tree["pillars"] = [{"name": str(number)} for number in range(49_000)]
    tree["x" * 1_000_000] = {"y" * 1_000_000: [["z" * 50]] * 40_000}
    started = process_time()
    reading = from_tree(tree)
    assert reading.problems[0].field == "pillars"
    assert len(reading.problems) <= MOST_PROBLEMS + 1
    assert process_time() - started < 5


def test_yaml_written_by_hand_means_what_it_says(files: PortableFiles) -> None:
    text = """
        format: gator-persona
        schema: 1
        persona:
          identity: {name: "Ada", handle: ada, age: 36, languages: [no, en]}
          voice:
            sample_posts:
              - 12:30 is lunch
              - |
                Two
                lines
    """
    reading = from_tree(files.read(text.encode()).fields)
    assert reading.profile is not None
    assert reading.profile.identity.languages == ("no", "en")
    assert reading.profile.voice.sample_posts == ("12:30 is lunch", "Two\nlines\n")


def test_other_yaml_readers_read_the_same(files: PortableFiles) -> None:
    assert yaml.safe_load(files.text(PROFILE, "yaml"))["persona"] == to_tree(PROFILE)


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((HERE.parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
