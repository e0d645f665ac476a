"""From a brief to a video: scenes on the left; voice, look and what is to do on the right."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import streamlit as st

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.storyboard import Look, Scene, ShotFrom, Stage, Storyboard
from gator_engine.domain.video.captions import STYLES
from gator_engine.domain.video.profiles import VARIANTS
from gator_engine.domain.video.script import QUICKEST, SLOWEST, VoiceChoice
from gator_engine.domain.work import JobState
from gator_engine.errors import GatorError
from gator_engine.services.storyboards import SceneEdit
from pages._ui import asset_picker, brief_form, cards, forms, job_status, shell, state
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import studio

FORM = "storyboard"
REFRESH = timedelta(seconds=1)
SHOTS = {
    ShotFrom.CARD: "A designed card",
    ShotFrom.LIBRARY: "A file of the library",
    ShotFrom.GENERATED: "Made by a model",
}
STAGES = {
    Stage.SCRIPT: "the script",
    Stage.SHOTS: "shots",
    Stage.VOICE: "the voice-over",
    Stage.DRAFT: "the draft",
}
NO_MUSIC = "No music"


@st.dialog("A video from a brief", width="large")
def begin() -> None:
    """What it is about, or the lines themselves."""
    persona = brief_form.choose_persona(studio().personas.list(), state.linked("persona"))
    topic = forms.area(FORM, "topic", "What it is about", "", height=80)
    lines = forms.area(
        FORM, "lines", "Or your own lines", "", height=130,
        help="A scene in each line. “Heading | what is said” puts the heading on the picture.",
    )  # fmt: skip
    forms.mark(FORM, "scenes", "voice")
    if st.button("Start", type="primary", key="storyboard-start"):
        attempt(
            lambda: studio().storyboards.start(persona.id, topic, lines=forms.lines(lines)),
            done="Started.",
            form=FORM,
            then=lambda made: state.link(storyboard=made.id),
        )


def show(storyboard_id: str) -> None:
    """One storyboard; the address names it."""
    board = studio().storyboards.get(storyboard_id)
    shell.heading(board.title, "From a sentence to a video, stage by stage; each can be changed.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("All videos", type="tertiary", icon=":material/arrow_back:", key="board-all"):
            state.link(storyboard=None)
            st.rerun()
        if board.project_id:
            _to_editor(board)
    left, right = st.columns([7, 5], gap="large")
    with left:
        _scenes(board)
    with right:
        _make(board)
        _voice(board)
        _look(board)


def _to_editor(board: Storyboard) -> None:
    if st.button("Open in the editor", icon=":material/movie_edit:", key="board-open"):
        state.link(storyboard=None, project=board.project_id)
        st.rerun()


# ------------------------------------------------------------------ the scenes


def _scenes(board: Storyboard) -> None:
    if board.writing_id or not board.scenes:
        _script(board)
    form = f"{FORM}:{board.id}:{board.version}"
    typed = [_scene(form, board, number, scene) for number, scene in enumerate(board.scenes)]
    with st.container(horizontal=True, vertical_alignment="center"):
        if board.scenes and st.button("Save", type="primary", icon=":material/save:"):
            _save(board, typed, "Saved. Only what changed is made anew.")
        if st.button("Add a scene", icon=":material/add:", key="board-add"):
            _save(board, [*typed, SceneEdit("What is said here.")], "Added at the end.")
    forms.mark(FORM, "scenes")


def _save(board: Storyboard, scenes: list[SceneEdit], done: str) -> None:
    attempt(
        lambda: studio().storyboards.edit(board.id, board.version, scenes=scenes),
        done=done,
        form=FORM,
    )


def _scene(form: str, board: Storyboard, number: int, scene: Scene) -> SceneEdit:
    key = f"{form}:{scene.id}"
    waiting = scene in board.to_shoot()
    with st.container(key=f"card-scene-{scene.id}"):
        picture, words = st.columns([1, 3])
        with picture:
            _shot(board, number, scene, waiting)
        with words:
            said = st.text_area(f"Scene {number + 1}: what is said", scene.said, height=90,
                                key=f"{key}:said")  # fmt: skip
            source = st.selectbox(
                "Picture", list(SHOTS), index=list(SHOTS).index(scene.shot_from),
                format_func=SHOTS.__getitem__, key=f"{key}:from",
            )  # fmt: skip
            heading, shown, asset = scene.heading, scene.shown, scene.asset_id
            if source is ShotFrom.CARD:
                heading = st.text_input("On the card", scene.heading, key=f"{key}:heading",
                                        placeholder="Empty: what is said")  # fmt: skip
            elif source is ShotFrom.GENERATED:
                shown = st.text_input("What is to be seen", scene.shown, key=f"{key}:shown")
            else:
                asset = _library_shot(scene, key)
            forms.mark(FORM, f"scenes[{number}]")
            _order(board, number, scene)
    return SceneEdit(said or "", shown or "", heading or "", source, asset, scene.id)


def _library_shot(scene: Scene, key: str) -> str:
    own = scene.asset_id if scene.shot_from is ShotFrom.LIBRARY else ""
    with st.popover("Choose a file", icon=":material/image:"):
        ids = asset_picker.pick(f"{key}:file", "The first one is taken")
    return ids[0] if ids else own


def _shot(board: Storyboard, number: int, scene: Scene, waiting: bool) -> None:
    ratio = board.look.aspect.value.replace(":", "/")
    if scene.asset_id and (found := studio().library.many([scene.asset_id])):
        cards.picture(found[0], ratio=ratio)
    else:
        cards.html(f'<div class="g-blank" style="aspect-ratio:{ratio}">{number + 1}</div>')
    if waiting and scene.asset_id:
        st.caption("To be made again")
        return
    made_here = scene.asset_id and scene.shot_from is not ShotFrom.LIBRARY
    if made_here and st.button("Another take", key=f"take-{scene.id}", type="tertiary"):
        attempt(
            lambda: studio().storyboards.redo(board.id, Stage.SHOTS, scene.id),
            done="Another take is on its way.",
        )


def _order(board: Storyboard, number: int, scene: Scene) -> None:
    with st.container(horizontal=True, gap="small"):
        for label, symbol, by, off in (
            ("Up", "arrow_upward", -1, number == 0),
            ("Down", "arrow_downward", 1, number == len(board.scenes) - 1),
            ("Remove", "delete", 0, len(board.scenes) == 1),
        ):
            if st.button(label, icon=f":material/{symbol}:", disabled=off, type="tertiary",
                         key=f"{label}-{scene.id}"):  # fmt: skip
                _reorder(board, number, by)


def _reorder(board: Storyboard, number: int, by: int) -> None:
    scenes = [
        SceneEdit(one.said, one.shown, one.heading, one.shot_from, one.asset_id, one.id)
        for one in board.scenes
    ]
    moved = scenes.pop(number)
    if by:
        scenes.insert(number + by, moved)
    _save(board, scenes, "Moved." if by else "Removed.")


def _script(board: Storyboard) -> None:
    """Have it written, follow that, take it over."""
    with st.container(key="card-board-script"):
        shell.section("Script", board.topic)
        if board.writing_id:
            _writing(board)
            return
        infos = {
            info.slug: info.label
            for info in studio().writing.writers()
            if not info.missing and info.slug != "template"
        }
        if not infos:
            st.caption("Type the scenes yourself below, or set up a language model to write them.")
            st.page_link("pages/settings.py", label="Set up a language model",
                         icon=":material/settings:")  # fmt: skip
            return
        writer = st.selectbox("Written by", list(infos), format_func=infos.__getitem__,
                              key=f"{FORM}:writer")  # fmt: skip
        count = st.number_input("Scenes", 2, 20, 5, key=f"{FORM}:count")
        if st.button("Write the script", type="primary", icon=":material/edit_note:"):
            attempt(
                lambda: studio().storyboards.write_script(
                    board.id, str(writer), scenes=int(count), seed=board.version
                ),
                done="On its way.",
            )


def _writing(board: Storyboard) -> None:
    @st.fragment(run_every=REFRESH)
    def grow() -> None:
        with boundary():
            writing = studio().texts.get(board.writing_id)
            growing = writing.variants[0] if writing.variants else None
            st.text((growing.text or growing.error) if growing else "Waits for a free worker")
            if not writing.status.final:
                return
            if growing is None or not growing.parts:
                st.warning(state.plain(writing.error or "Nothing came of it."))
            elif st.button("Use this script", type="primary", key="board-take"):
                attempt(lambda: studio().storyboards.take_script(board.id),
                        done="Scenes made of the script.")  # fmt: skip

    grow()


# ------------------------------------------------------------------ making, voice, look


def _make(board: Storyboard) -> None:
    job = studio().storyboards.job(board.id)
    with st.container(key="card-board-make"):
        if job is not None and not job.state.final:
            _follow(board.id)
            return
        due = board.due()
        if job is not None and job.error and due:
            st.warning(state.plain(job.error), icon=":material/error:")
        said = ", ".join(STAGES[stage] for stage in due)
        st.caption(f"Still to do: {said}." if due else "Everything is up to date.")
        label = "Make the video" if not board.project_id else "Bring it up to date"
        if st.button(label, type="primary", icon=":material/movie:",
                     disabled=not due or not board.scenes, key="board-make"):  # fmt: skip
            attempt(lambda: studio().storyboards.make(board.id), done="On its way.", form=FORM)
        if board.project_id and not due:
            st.caption("A draft waits in the editor.")


def _follow(storyboard_id: str) -> None:
    @st.fragment(run_every=REFRESH)
    def watch() -> None:
        with boundary():
            job = studio().storyboards.job(storyboard_id)
            if job is None or job.state.final:
                st.rerun(scope="app")
            job_status.bar(job, waiting=job.state is not JobState.RUNNING)
            if st.button("Stop", key="board-stop", icon=":material/stop_circle:"):
                attempt(lambda: studio().storyboards.cancel(storyboard_id), done="Stopping.")

    watch()


def _voice(board: Storyboard) -> None:
    voice, key = board.voice, f"{FORM}:{board.id}:{board.version}:voice"
    engines = [one for one in studio().narrator.engines() if not one.missing()]
    with st.expander("Voice", icon=":material/record_voice_over:"):
        slugs = [one.slug for one in engines]
        slug = st.selectbox(
            "Engine", slugs, index=slugs.index(voice.engine) if voice.engine in slugs else 0,
            format_func={one.slug: one.label for one in engines}.__getitem__, key=f"{key}:engine",
        )  # fmt: skip
        engine = next(one for one in engines if one.slug == slug)
        try:
            voices = {one.slug: one for one in engine.voices()}
        except GatorError as error:
            st.warning(state.plain(str(error)))
            return
        near = [one for one in voices if voices[one].language.startswith(voice.language[:2])]
        names = [*near, *[one for one in voices if one not in near]]
        own = names.index(voice.voice) if voice.voice in names else 0
        name = st.selectbox("Voice", names, index=own, key=f"{key}:name:{slug}",
                            format_func=lambda one: voices[one].label)  # fmt: skip
        if name and voices[name].note:
            st.caption(voices[name].note)
        speed = st.slider("Speed", SLOWEST, QUICKEST, voice.speed, 0.05, key=f"{key}:speed")
        typed = st.text_area(
            "Pronunciations", "\n".join(f"{a} = {b}" for a, b in voice.lexicon), height=68,
            help="One in each line, such as: Siobhan = Shivawn", key=f"{key}:lexicon",
        )  # fmt: skip
        lexicon = tuple(
            (word.strip(), said.strip())
            for word, bar, said in (line.partition("=") for line in (typed or "").splitlines())
            if bar
        )
        if st.button("Use this voice", key="board-voice"):
            language = voices[name].language if name else voice.language
            spoken = voice.language if language == "mul" else language
            chosen = VoiceChoice(str(slug), name or "", spoken, speed, lexicon)
            attempt(lambda: studio().storyboards.edit(board.id, board.version, voice=chosen),
                    done="The voice is set.", form=FORM)  # fmt: skip
        forms.mark(FORM, "voice")


def _look(board: Storyboard) -> None:
    look, key = board.look, f"{FORM}:{board.id}:{board.version}:look"
    beds = {bed.slug: bed.label for bed in studio().projects.beds()}
    makers = {
        info.capabilities.slug: info.capabilities.label
        for info in studio().generation.generators()
        if not info.missing and info.capabilities.uses_prompt and not info.capabilities.pictures
    }
    with st.expander("Look", icon=":material/palette:"):
        shape = st.segmented_control(
            "Shape", VARIANTS, default=look.aspect, required=True,
            format_func=brief_form.SHAPES.__getitem__, key=f"{key}:shape",
        )  # fmt: skip
        captions = st.selectbox(
            "Captions", list(STYLES), index=list(STYLES).index(look.captions),
            format_func=lambda one: STYLES[one].label, key=f"{key}:captions",
        )  # fmt: skip
        names = ["", *beds]
        music = st.selectbox(
            "Music", names, index=names.index(look.music) if look.music in names else 0,
            format_func=lambda one: beds.get(one, NO_MUSIC), key=f"{key}:music",
        )  # fmt: skip
        beat = st.toggle("Cut on the beat", look.to_the_beat, disabled=not music, key=f"{key}:beat")
        slugs = ["", *makers]
        maker = st.selectbox(
            "Pictures made by", slugs,
            index=slugs.index(look.generator) if look.generator in slugs else 0,
            format_func=lambda one: makers.get(one, "Designed cards only"), key=f"{key}:maker",
        )  # fmt: skip
        seed = st.number_input("Variation", 0, 9999, look.seed, key=f"{key}:seed")
        wanted = Look(
            AspectRatio(shape), str(captions), str(music or ""), str(maker or ""),
            look.settings, int(seed), bool(beat),
        )  # fmt: skip
        if wanted != look and st.button("Use this look", key="board-look"):
            attempt(
                lambda: studio().storyboards.edit(
                    board.id, board.version, look=replace(look, **vars(wanted))
                ),
                done="The look is set.",
                form=FORM,
            )
