# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# %% [markdown]
# # Design a persona
#
# A persona is plain data, and every field of it has an effect one can see. This notebook builds
# one, compiles it into what picture and language models are told, changes it, and compares the
# revisions. It needs no GPU, no key and no model.

# %%
import tempfile
from dataclasses import replace

from gator_engine import open_studio
from gator_engine.domain.personas import (
    GenerationPreferences,
    Outfit,
    ReadingLevel,
    SeedPolicy,
    Tone,
    TriggerEffect,
    TriggerRule,
)

studio = open_studio(home=tempfile.mkdtemp(prefix="gator-persona-"), queue="inline")

# %% [markdown]
# ## Build
# Nine templates to start from; `studio.personas.random(seed)` draws a coherent character by chance.

# %%
for template in studio.personas.templates():
    print(f"{template.niche:8} {template.title:20} {template.tagline}")

# %%
start = studio.personas.templates()[0].profile
profile = replace(
    start,
    identity=replace(start.identity, name="Vera Lindqvist", handle="vera.turns", age=47),
    appearance=replace(
        start.appearance,
        hair="long (silver:1.2) hair in a loose knot",
        wardrobe=(Outfit("studio", "clay-stained blue overalls"),),
        palette=("cobalt", "bone white"),
    ),
    generation=GenerationPreferences(
        preset="film-35mm",
        seed_policy=SeedPolicy.PER_BRIEF,
        triggers=(TriggerRule("kiln", TriggerEffect.PROMPT, "(orange glow:1.3)", priority=5),),
    ),
)
studio.personas.check(profile)

# %% [markdown]
# ## Compile
# Each piece of a prompt names the field it came from. The word "kiln" sets off the trigger rule.

# %%
compiled = studio.personas.compile_picture(profile, "opening the kiln", dialect="tags")
for piece in compiled.fragments:
    print(f"{piece.source:24} {piece.weight:<4} {piece.text}")

# %% [markdown]
# Models that read with a language model (FLUX, Qwen-Image, Z-Image) get sentences instead; those
# with a CLIP encoder read 77 tokens at a time, and the budget says what stands beyond the first.

# %%
print(studio.personas.compile_picture(profile, "opening the kiln", dialect="sentences").text)
print()
print(studio.personas.budget(compiled).message)

# %%
print(studio.personas.compile_voice(profile, purpose="caption"))

# %% [markdown]
# ## Check
# The voice check needs no model: it says which rule a text breaks, where, and how to mend it.

# %%
text = "This glaze is a game changer!! I'm a real person, and it is guaranteed income. 🎉🎉🎉"
for finding in studio.personas.voice_findings(text, profile):
    print(f"{finding.rule:16} {text[finding.start : finding.end]!r:24} {finding.fix}")

# %% [markdown]
# ## Revise and compare
# A persona is stored as immutable revisions. The bench writes about the same topic under each.

# %%
persona = studio.personas.create(profile, reason="designed in a notebook")
formal = replace(
    profile.voice,
    tone=Tone(warmth=35, humour=15, formality=85, energy=20),
    reading_level=ReadingLevel.STANDARD,
    max_hashtags=0,
    hashtags=(),
)
revised = studio.personas.revise(
    persona.id, replace(profile, voice=formal), "a soberer voice", persona.version
)
revisions = [revision.id for revision in studio.personas.revisions(persona.id)]
for row in studio.writing.bench("the blue glaze", revision_ids=revisions, seed=3):
    print(f"revision {row.revision.number}: {row.caption.text}\n")

# %%
before, after = (
    studio.personas.compile_voice(each).splitlines() for each in (persona.profile, revised.profile)
)
print("\n".join(f"- {line}" for line in before if line not in after))
print("\n".join(f"+ {line}" for line in after if line not in before))

# %% [markdown]
# ## Keep
# A persona that works can be kept as a template of one's own, beside the built-in ones.

# %%
studio.personas.save_template(persona.id, "The potter")
[template.title for template in studio.personas.templates() if template.own]

# %%
studio.close()
