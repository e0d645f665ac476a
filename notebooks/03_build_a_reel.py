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
# # Build a reel
#
# A few sentences become a vertical video: designed cards, the built-in voice, captions word by
# word, and music made here. Then it is edited like any document, and rendered.

# %%
import tempfile

from IPython.display import Audio, Image, Video, display

from gator_engine import open_studio, run_jobs
from gator_engine.domain.storyboard import Look
from gator_engine.domain.video import editing, framing_edits
from gator_engine.domain.video.framing import Rect
from gator_engine.domain.video.time import timecode
from gator_engine.domain.video.transitions import Transition, TransitionKind
from gator_engine.services.storyboards import SceneEdit

studio = open_studio(home=tempfile.mkdtemp(prefix="gator-reel-"), queue="inline")

# %% [markdown]
# ## From lines to a video
# A scene in each line: what stands on the card, and what is said.

# %%
persona = studio.personas.create(studio.personas.templates()[0].profile)
lines = [
    "Clay | It begins as a lump of clay.",
    "Open | Two thumbs open it.",
    "Fire | The fire does the rest.",
]
board = studio.storyboards.start(persona.id, "A bowl", lines=lines, look=Look(music="calm"))
studio.storyboards.make(board.id)
run_jobs(studio)
board = studio.storyboards.get(board.id)
f"{len(board.scenes)} scenes, {board.voice_over.duration_s:.1f} s of {board.voice_over.engine}"

# %%
for said in board.voice_over.scenes:
    print(f"{said.start_s:5.2f}–{said.end_s:5.2f} s", *(word.text for word in said.words))
Audio(studio.library.read(board.voice_over.asset_id))

# %% [markdown]
# ## One sentence changes
# Only its card and its sentence are made anew.

# %%
scenes = [
    SceneEdit(one.said, one.shown, one.heading, one.shot_from, one.asset_id, one.id)
    for one in board.scenes
]
scenes[1] = SceneEdit("Two thumbs open it, *slowly*.", heading="Slowly", id=scenes[1].id)
board = studio.storyboards.edit(board.id, board.version, scenes=scenes)
print("to do:", *board.due())
studio.storyboards.make(board.id)
run_jobs(studio)
board = studio.storyboards.get(board.id)

# %% [markdown]
# ## Edit the timeline
# Each edit is a function of a timeline; every one can be taken back.

# %%
project = studio.projects.get(board.project_id)


def told(line):
    return [(clip.name, timecode(clip.length, line.rate)) for clip in line.clips]


print(told(project.timeline))
wipe = Transition(TransitionKind.WIPE, length=12)
near = Rect(0.05, 0.05, 0.9, 0.9)
clips = [clip.id for clip in project.timeline.clips]
project = studio.projects.edit(
    project.id, "Wipe between scenes", lambda line: editing.set_all_transitions(line, wipe)
)
project = studio.projects.edit(
    project.id, "Come nearer", lambda line: framing_edits.set_motion(line, clips[0], Rect(), near)
)
project = studio.projects.undo(project.id)
[(version.version, version.step) for version in studio.projects.versions(project.id)]

# %% [markdown]
# ## See it
# One frame exactly as it will be rendered, then a draft.

# %%
display(Image(studio.projects.frame(project.id, 40), width=200))

# %%
draft = studio.projects.preview(project.id)
run_jobs(studio)
measured = studio.projects.rendering(draft.id).measured
f"{measured.frames} frames, {measured.width} × {measured.height}, {measured.loudness_lufs:.1f} LUFS"

# %% [markdown]
# ## Render it
# The small profile keeps this notebook quick; `standard` is for posting. The file is signed, and
# remembers what it was made from.

# %%
[rendering] = studio.projects.render(project.id, "small")
run_jobs(studio)
film = studio.library.get(studio.projects.rendering(rendering.id).asset_id)
lineage = studio.library.lineage(film.id)
print(film.title, film.facts.duration_s, "s; made from", len(lineage.made_from), "files")
Video(data=studio.library.read(film.id), mimetype="video/mp4", embed=True, width=200)

# %% [markdown]
# ## For other programs

# %%
print(studio.projects.export_captions(project.id, "srt").decode()[:200])
len(studio.projects.export_timeline(project.id))
