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
# # Quickstart: from a character to its numbers
#
# The whole loop in a dozen cells: a persona, a picture, a caption, a post, its publication on two
# platforms, and what came of it. It needs no GPU, no key and no account: the platforms are twins on
# this machine (the *sandbox network*), and every number they give is marked as simulated.

# %%
import tempfile
import time
from datetime import UTC, datetime, timedelta

import plotly.graph_objects as go

from gator_engine import (
    AnalyticsQuery,
    AspectRatio,
    BriefDraft,
    BriefKind,
    DeliveryState,
    PostMedia,
    Rating,
    open_sandbox,
    open_studio,
    run_jobs,
)

# %% [markdown]
# A studio keeps everything in its home folder; this one is thrown away later. With `queue="inline"`
# jobs run in this process whenever `run_jobs` is called, so neither Redis nor workers are needed.

# %%
home = tempfile.mkdtemp(prefix="gator-quickstart-")
sandbox = open_sandbox(home)
studio = open_studio(home=home, queue="inline", sandbox_url=sandbox.url)

# %% [markdown]
# ## A persona
# Templates are complete characters; every field that shapes pictures or words can be changed.

# %%
template = studio.personas.templates()[0]
persona = studio.personas.create(template.profile)
f"{persona.name} (@{persona.handle}): {template.tagline}"

# %% [markdown]
# ## A picture
# The card generator designs pictures from the persona's palette and type, without any model.

# %%
topic = "The tool nobody notices is the one that makes the work."
draft = BriefDraft(
    persona.id,
    BriefKind.IMAGE,
    generator="card",
    formats=(AspectRatio.PORTRAIT,),
    texts={"body": topic},
    seed=7,
)
generation = studio.generation.request(draft)
run_jobs(studio)
asset = studio.library.get(studio.generation.get(generation.id).asset_ids[0])
asset.provenance.label, asset.facts.width, asset.facts.height

# %%
from IPython.display import Image

Image(studio.library.thumbnail(asset.id), format="webp")

# %% [markdown]
# ## A caption
# In the persona's voice, short enough for every platform it will go to. Without a language model a
# template grammar writes it, and says so.

# %%
platforms = [info.capabilities.slug for info in studio.accounts.platforms()]
caption = studio.writing.write(persona.id, topic, variants=1, platforms=platforms, seed=7)[0]
print(caption.text, "\n\nwritten by:", caption.written_by)

# %% [markdown]
# ## A post on two platforms
# An account on each twin, a post with its picture and alt text, and the approval without which
# nothing goes out.

# %%
accounts = [studio.accounts.connect_sandbox(slug, "luna", persona.name) for slug in platforms]
media = [PostMedia(asset.id, asset.alt_text or f"A card that says: {topic}")]
post = studio.composing.draft(persona.id, caption.text, media, rating=Rating.GENERAL)
post = studio.composing.approve(post.id)
post.approval

# %% [markdown]
# Give it a time (this minute) and let it go out. A platform may want to look at the picture first;
# the delivery then waits and is taken up again, until it is published.

# %%
this_minute = f"{datetime.now(UTC):%Y-%m-%dT%H:%M}"
deliveries = studio.scheduling.schedule(post.id, [a.id for a in accounts], this_minute, "UTC")
latest = time.monotonic() + 60
while not all(d.state is DeliveryState.PUBLISHED for d in studio.scheduling.calendar()):
    assert time.monotonic() < latest, [(d.state, d.reason) for d in studio.scheduling.calendar()]
    run_jobs(studio)
    time.sleep(0.5)

# %% [markdown]
# There it is. The addresses answer as long as this notebook runs.

# %%
print("timeline:", sandbox.url)
for delivery in studio.scheduling.calendar():
    print(delivery.platform, delivery.state, delivery.remote_url)

# %% [markdown]
# ## Its numbers
# In a running studio they are collected on a schedule; here we ask. Reactions on the sandbox are
# simulated and take a few minutes to grow, so measure twice, with a pause in between.

# %%
for pause in (0, 10):
    time.sleep(pause)
    studio.analytics.refresh_all()
    run_jobs(studio)
numbers = studio.analytics.relation().df()
numbers.drop(columns=["account_id", "persona_id", "delivery_id"])

# %%
today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
week = AnalyticsQuery(since=today - timedelta(days=6), until=today + timedelta(days=1))
overview = studio.analytics.overview(week)
print(
    f"{overview.posts.value} posts, engagement {overview.engagement.value}, "
    f"followers {overview.followers.value}, simulated: {overview.any_simulated}"
)

# %%
figure = go.Figure(layout={"title": "Latest counts (simulated)", "barmode": "group"})
for top in studio.analytics.top_posts(week):
    counts = top.result.counts
    figure.add_bar(name=top.result.platform, x=[m.value for m in counts], y=list(counts.values()))
figure

# %% [markdown]
# That was the loop: plan, make, approve, publish, measure. `make run` opens the same studio in the
# browser. Close what was opened:

# %%
studio.close()
sandbox.close()
