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
# # Generate and compare
#
# One brief, then a grid of settings, then the same brief under two revisions of the persona, and
# what two settings cost. Without a model the card generator does it; with `GATOR_IMAGE_MODEL` set
# to a diffusers model, pictures of the persona are made instead, with the same lines.

# %%
import tempfile
from dataclasses import replace
from statistics import median

import plotly.graph_objects as go
from IPython.display import Image, display

from gator_engine import AspectRatio, BriefDraft, BriefKind, open_studio, run_jobs
from gator_engine.domain.capabilities import Task
from gator_engine.domain.grids import Axis, AxisKind
from gator_engine.domain.persona_diff import diff, summary
from gator_engine.services.previews import Scene

studio = open_studio(home=tempfile.mkdtemp(prefix="gator-generate-"), queue="inline")

# %% [markdown]
# ## A brief
# The generators that are ready, and the one this notebook uses.

# %%
ready = [info.capabilities for info in studio.generation.generators() if not info.missing]
made_by_words = [can for can in ready if can.task is Task.TEXT_TO_IMAGE]
can = (made_by_words or [can for can in ready if can.task is Task.DESIGN])[0]
print(*(f"{one.label:28} {one.task}" for one in ready), sep="\n")
f"This notebook uses: {can.label}"

# %%
persona = studio.personas.create(studio.personas.templates()[0].profile)
words = "A mug remembers the hand that made it."
brief = BriefDraft(
    persona.id,
    BriefKind.IMAGE,
    generator=can.slug,
    prompt="holding a fresh mug at the window",
    texts={"body": words} if "body" in can.text_fields else {},
    formats=(AspectRatio.SQUARE,),
    seed=11,
)


def show(generation, width=320):
    """The first picture of a generation."""
    asset_id = studio.generation.get(generation.id).asset_ids[0]
    display(Image(studio.library.thumbnail(asset_id), format="webp", width=width))


first = studio.generation.request(brief)
run_jobs(studio)
show(first)

# %% [markdown]
# ## A grid
# Two things change, everything else stays, the seed included. All pictures are one batch, and the
# labelled contact sheet is kept in the library.

# %%
if can.task is Task.DESIGN:
    across = Axis(AxisKind.SETTING, ("mesh", "paper", "flow"), target="background")
    down = Axis(AxisKind.SETTING, ("deep", "pale"), target="tone")
else:
    across = Axis(AxisKind.SETTING, (4, 8, 12), target="steps")
    down = Axis(AxisKind.SEED, (11, 12))

grid = studio.grids.queue(studio.grids.plan(brief, across, down), title="What suits the mug")
run_jobs(studio)
sheet = studio.grids.sheet(grid.id)
Image(studio.library.read(sheet.id), width=760)

# %% [markdown]
# ## Two revisions
# Editing a persona makes a new revision; what it was made under stays with every picture. Here the
# same brief with the same seed is made under the old and the new one.

# %%
profile = replace(
    persona.profile,
    brand=replace(persona.profile.brand, palette=("#12355B", "#D72638", "#F5F1E8")),
    appearance=replace(persona.profile.appearance, palette=("navy", "vermilion")),
)
before, old = persona.revision.id, persona.profile
persona = studio.personas.revise(persona.id, profile, "try a bolder palette", persona.version)
print(*summary(diff(old, persona.profile)), sep="\n")

# %%
scene = Scene(prompt=brief.prompt, seed=11)
pair = studio.previews.generate(before, persona.revision.id, scene, can.slug)
run_jobs(studio)
for generation in pair:
    show(generation)

# %% [markdown]
# ## Again
# The record kept with a picture is enough to make it again. What is not as it was then (weights,
# libraries, the persona) is named; nothing named means the same pixels.

# %%
again = studio.generation.again(first.id)
run_jobs(studio)
print("differences:", [str(one) for one in studio.provenance.differences(first.id)] or "none")
made = [studio.library.get(studio.generation.get(one.id).asset_ids[0]) for one in (first, again)]
print("the same file in the library:", made[0].id == made[1].id)

# %% [markdown]
# ## What two settings cost
# Each setting runs three times, taking turns; the median is what counts on a shared machine.

# %%
name, values = ("grain", (0.0, 1.0)) if can.task is Task.DESIGN else ("steps", (4, 12))
seconds = {value: [] for value in values}
for turn in range(3):
    for value in values:
        draft = replace(brief, seed=100 + turn, settings={name: value})
        queued = studio.generation.request(draft)
        run_jobs(studio)
        seconds[value].append(studio.generation.get(queued.id).timings_s["total_s"])

medians = [median(seconds[value]) for value in values]
figure = go.Figure(go.Bar(x=[f"{name} {value:g}" for value in values], y=medians))
figure.update_layout(yaxis_title="seconds, median of 3", template="plotly_white", width=520)
figure

# %% [markdown]
# ## From a file back to a brief
# A picture carries its settings; those of A1111, ComfyUI and InvokeAI are read as well.

# %%
report = studio.provenance.inspect(studio.library.read(sheet.id))
print("content credentials:", report.credentials.state)
print("kind of source:", report.marks.source_type)

# %%
studio.close()
