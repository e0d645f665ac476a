"""Gator's own notation of a persona, its schema version, and the way from older versions to ours.

A document is ``{format: gator-persona, schema: 1, gator: "0.1.0", persona: {…}}``. Fields with a
standard value may be added to a profile without a new schema; renaming or moving one is a new
schema with a migration in `MIGRATIONS`, so that older files are read for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gator_engine.domain.persona_tree import to_tree
from gator_engine.domain.personas import PersonaProfile
from gator_engine.errors import InvalidInput
from gator_engine.ports import Outcome, PortableContent, ReportLine
from gator_engine.version import VERSION

FORMAT = "gator-persona"
SCHEMA = 1

Migration = Callable[[dict[str, Any]], dict[str, Any]]
# From a schema to the next one: the persona part of a document in, the same part out.
MIGRATIONS: Mapping[int, Migration] = {}


def document(profile: PersonaProfile) -> dict[str, Any]:
    """The profile in our notation."""
    return {**stamp(), "persona": to_tree(profile)}


def stamp() -> dict[str, Any]:
    """What every file of ours starts with: format, schema and the Gator that wrote it."""
    return {"format": FORMAT, "schema": SCHEMA, "gator": VERSION}


def is_document(data: object) -> bool:
    """Whether it says that it is in our notation."""
    return isinstance(data, dict) and data.get("format") == FORMAT


def content_of(data: Mapping[str, Any], where: str) -> PortableContent:
    """The persona of a document, brought to our schema.

    Raises InvalidInput naming `where`, also for a schema newer than ours: it says which Gator
    wrote it.
    """
    schema = schema_of(data, where)
    persona = data.get("persona")
    if not isinstance(persona, dict):
        raise InvalidInput(where, "holds no persona", "a mapping named persona")
    report = [ReportLine(Outcome.TAKEN, where, "persona", "Gator's own notation, every field")]
    if schema < SCHEMA:
        note = f"brought from schema {schema} to {SCHEMA}"
        report.append(ReportLine(Outcome.CHANGED, where, "persona", note))
    known = {*stamp(), "persona", "fingerprint"}
    report += [ReportLine(Outcome.IGNORED, f"{name}"[:80]) for name in data if name not in known]
    return PortableContent("Gator persona", migrated(persona, schema), tuple(report))


def schema_of(data: Mapping[str, Any], where: str) -> int:
    """The schema of a document. Raises InvalidInput when it is newer than ours, or no number."""
    schema = data.get("schema")
    if type(schema) is not int or schema < 1:
        raise InvalidInput(where, "does not say its schema version", "a whole number from 1")
    if schema > SCHEMA:
        writer = data.get("gator")
        named = isinstance(writer, str) and writer
        needed = f"Gator {str(writer)[:20]} or newer" if named else "a newer Gator"
        problem = f"has schema {schema}, this Gator reads up to {SCHEMA}: open it with {needed}"
        raise InvalidInput(where, problem, f"schema {SCHEMA}")
    return schema


def migrated(
    persona: dict[str, Any],
    schema: int,
    *,
    latest: int = SCHEMA,
    migrations: Mapping[int, Migration] = MIGRATIONS,
) -> dict[str, Any]:
    """The persona part of a document, one migration after the other up to `latest`."""
    for number in range(schema, latest):
        persona = migrations[number](persona)
    return persona
