"""Valid profiles of every shape, from the dataclasses themselves: new fields come in by themselves.

What rules ask of single fields is known here for those that need it; a generated value that breaks
another rule gives way to the field's standard value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import assume
from hypothesis import strategies as st

from gator_engine.domain.brand import AVATAR_STYLES, BACKGROUNDS, TYPEFACES
from gator_engine.domain.persona_rules import profile_problems
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.personas import PersonaProfile

# Words that some notation reads as something else than text, or writes back changed.
NASTY = (
    *(
        "yes",
        "no",
        "null",
        "~",
        "true",
        "1",
        "+1",
        "0o7",
        "0x10",
        "1_000",
        "1e3",
        "1.",
        ".5",
        ".inf",
    ),
    *("2026-01-01", "12:30:45", "<<", "=", "- a", "a: b", "# c", "a #b", "? k", "{a}", "[b]", "%x"),
    *(
        " lead",
        "trail ",
        "\n\nx\n",
        "x\n\n",
        "  x\n y",
        "x\r\ny",
        "\t",
        "\x85",
        "a\u2028b",
        "\ufeffx",
    ),
    *("'", '"', "|", ">", "&a", "*a", "!t", "@x", "`", "\\", "{{char}}: hi", "<START>", "<bot>"),
    *(
        "<script>alert(1)</script>",
        "👩🏽‍🎨",
        "e\u0301",
        "\x01",
        "\x7f",
        "\ufffe",
        "\U0010ffff",
        "---",
        "...",
    ),
)
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30),
)
NAMES = TEXTS.filter(lambda text: bool(text.strip()))
KNOWN: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("Identity", "name"): NAMES,
    ("Identity", "handle"): st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,28}[a-z0-9])?", fullmatch=True),
    ("Identity", "age"): st.integers(18, 120),
    ("Identity", "languages"): st.lists(st.sampled_from(["en", "no", "pt-BR"]), min_size=1).map(
        tuple
    ),
    ("Pillar", "name"): NAMES,
    ("Pillar", "weight"): st.integers(1, 100),
    ("Voice", "max_hashtags"): st.integers(0, 30),
    ("Brand", "palette"): st.just(("#1F2A44", "#E07A5F")),
    ("Brand", "typeface"): st.sampled_from(TYPEFACES),
    ("Brand", "background"): st.sampled_from(BACKGROUNDS),
    ("Brand", "avatar_style"): st.sampled_from(AVATAR_STYLES),
}


def parts(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that a profile is made of."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        made = {
            part.name: KNOWN.get((kind.__name__, part.name), parts(hints[part.name]))
            for part in fields(kind)
        }
        if kind.__name__ == "Tone":
            made = dict.fromkeys(made, st.integers(0, 100))
        return st.builds(kind, **made)
    if get_origin(kind) is tuple:
        return st.lists(parts(get_args(kind)[0]), max_size=3).map(tuple)
    if get_origin(kind) in (Mapping, dict):
        return st.dictionaries(TEXTS, parts(get_args(kind)[1]), max_size=3)
    if type(None) in get_args(kind):
        return st.none() | parts(next(arg for arg in get_args(kind) if arg is not type(None)))
    if kind is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    return TEXTS if kind is str else st.from_type(kind)


def standard(kind: Any, name: str) -> Any:
    """The value that a field has when nobody sets it; a template's when it must be set."""
    part = next(part for part in fields(kind) if part.name == name)
    if part.default is not MISSING:
        return part.default
    if part.default_factory is not MISSING:
        return part.default_factory()
    return getattr(TEMPLATES[0].profile.identity, name)


@st.composite
def valid_profiles(draw: st.DrawFn) -> PersonaProfile:
    """A profile without a problem."""
    profile: PersonaProfile = draw(parts(PersonaProfile))
    for _ in range(5):
        problems = profile_problems(profile)
        if not problems:
            return profile
        for problem in problems:
            part, _, field = re.sub(r"\[\d+\]", "", problem.field).partition(".")
            name = field.split(".")[0]
            inner = getattr(profile, part)
            if is_dataclass(inner) and name:
                inner = replace(inner, **{name: standard(type(inner), name)})
            else:
                inner = standard(PersonaProfile, part)
            profile = replace(profile, **{part: inner})
    assume(False)
    return profile
