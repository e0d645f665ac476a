"""The brief: what to make. The form is built from what the chosen generator says it can do."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from gator_engine.domain.briefs import AspectRatio, BriefDraft, BriefKind
from gator_engine.domain.capabilities import (
    GeneratorCapabilities,
    Option,
    OptionKind,
    SizeFrom,
    Task,
)
from gator_engine.domain.ideas import Idea
from gator_engine.domain.personas import Persona
from gator_engine.services.generation import GeneratorInfo
from pages._ui import face_route, forms, model_picker, picture_picker, prompt_tools
from pages._ui.brief_keys import FORM, GENERATOR, ROUTE, TASK, option_key, take_waiting
from pages._ui.session import studio

TASKS = {
    Task.DESIGN: ":material/dashboard: Design a card",
    Task.TEXT_TO_IMAGE: ":material/auto_awesome: Picture from words",
    Task.IMAGE_TO_IMAGE: ":material/shuffle: Vary a picture",
    Task.INPAINT: ":material/brush: Repaint a part",
    Task.EDIT: ":material/edit: Change by words",
    Task.UPSCALE: ":material/open_in_full: Enlarge",
    Task.TEXT_TO_VIDEO: ":material/movie: Video from words",
    Task.IMAGE_TO_VIDEO: ":material/animation: Set a picture in motion",
}
KINDS = {
    BriefKind.IMAGE: "Picture",
    BriefKind.CAROUSEL: "Carousel",
    BriefKind.TEXT: "Text",
    BriefKind.VIDEO: "Video",
}
SHAPES = {
    AspectRatio.SQUARE: "Square 1:1",
    AspectRatio.PORTRAIT: "Portrait 4:5",
    AspectRatio.STORY: "Story 9:16",
    AspectRatio.WIDE: "Wide 16:9",
}
_TEXT_LABELS = {
    "title": "Headline",
    "body": "Text",
    "items": "Points or slides, one a line",
    "kicker": "Small line above the headline",
    "attribution": "Who said it (quotes)",
    "closing": "Last slide (carousels)",
}
_OFTEN = ("title", "body", "items")
_LONG = ("body", "items")


def choose_persona(personas: Sequence[Persona], linked: str | None) -> Persona:
    """The persona the brief is for; the address may name one."""
    take_waiting()
    ids = [persona.id for persona in personas]
    start = ids.index(linked) if linked in ids else 0
    names = {persona.id: f"{persona.name} (@{persona.handle})" for persona in personas}
    chosen = st.selectbox(
        "Persona", ids, index=start, format_func=names.__getitem__, key=f"{FORM}:persona"
    )
    return personas[ids.index(chosen)]


def fill_in(persona: Persona) -> BriefDraft | None:
    """The brief as it is filled in now; None while no generator is ready."""
    pillar = _pillar(persona)
    idea = _idea(persona)
    prompt = forms.area(
        FORM,
        "prompt",
        "What is it about?",
        idea.text if idea else "",
        help="A scene for pictures, a topic for captions. Everything else comes from the persona.",
    )
    prompt_tools.bar(persona)
    prompt_tools.chance(prompt)
    info = _generator()
    if info is None:
        return None
    can = info.capabilities
    dressed = prompt_tools.styles() if can.uses_prompt else ()
    kind = _kind(can)
    outfit = _outfit(persona) if can.uses_prompt else ""
    way = face_route.choose(ROUTE) if can.uses_prompt else None
    texts = _texts(can, kind, prompt)
    worked_on = picture_picker.choose(can)
    formats, count, seed = _amount(can)
    settings, negative = _settings(can)
    draft = BriefDraft(
        persona_id=persona.id,
        kind=kind,
        generator=can.slug,
        prompt=prompt,
        formats=formats,
        count=count,
        seed=seed,
        pillar=pillar,
        outfit=outfit,
        idea_id=idea.id if idea else None,
        texts=texts,
        settings=settings | worked_on,
        negative=negative,
        recipe=face_route.recipe(way),
    )
    return studio().prompts.dress(draft, dressed)


def capabilities(draft: BriefDraft) -> GeneratorCapabilities:
    """What the generator of a draft can do."""
    found = {info.capabilities.slug: info for info in studio().generation.generators()}
    return found[draft.generator].capabilities


def _kind(can: GeneratorCapabilities) -> BriefKind:
    if len(can.kinds) == 1:
        return can.kinds[0]
    chosen = st.segmented_control(
        "Kind",
        can.kinds,
        default=can.kinds[0],
        format_func=KINDS.__getitem__,
        required=True,
        key=f"{FORM}:kind:{can.slug}",
    )
    return BriefKind(chosen or can.kinds[0])


def _pillar(persona: Persona) -> str:
    names = [pillar.name for pillar in persona.profile.pillars]
    if not names:
        return ""
    chosen = st.pills("Pillar", names, key=f"{FORM}:pillar:{persona.id}")
    forms.mark(FORM, "pillar")
    return str(chosen or "")


def _idea(persona: Persona) -> Idea | None:
    ideas = {idea.id: idea for idea in studio().ideas.list(persona.id)}
    if not ideas:
        return None
    chosen = st.selectbox(
        "From an idea",
        ["", *ideas],
        format_func=lambda key: ideas[key].text[:80] if key else "No idea, write freely",
        key=f"{FORM}:idea:{persona.id}",
    )
    return ideas.get(chosen or "")


def _generator() -> GeneratorInfo | None:
    """What to do, then what does it; those that are not ready say what they need."""
    found = {info.capabilities.slug: info for info in studio().generation.generators()}
    task = _task(found.values())
    fitting = {slug: info for slug, info in found.items() if info.capabilities.task is task}
    ready = [slug for slug, info in fitting.items() if not info.missing]
    waiting = [info for info in fitting.values() if info.missing]
    if not ready:
        for info in waiting:
            st.info(f"{info.capabilities.label}: {info.missing}", icon=":material/tune:")
        return None
    chosen = st.selectbox(
        "Made by",
        ready,
        format_func=lambda slug: fitting[slug].capabilities.label,
        key=f"{GENERATOR}:{task}",
    )
    info = fitting[chosen]
    names = ", ".join(other.capabilities.label for other in waiting)
    more = f" Not ready: {names} (see Settings)." if names else ""
    st.caption(f"{info.capabilities.description}{more}")
    forms.mark(FORM, "generator")
    return info


def _task(found: Collection[GeneratorInfo]) -> Task:
    """The tasks that something here can be asked for; the first is one that is ready."""
    there = {info.capabilities.task: False for info in found}
    for info in found:
        there[info.capabilities.task] |= not info.missing
    offered = [task for task in TASKS if task in there]
    start = next((task for task in offered if there[task]), offered[0])
    chosen = st.pills(
        "What to make",
        offered,
        default=start,
        required=True,
        format_func=TASKS.__getitem__,
        key=TASK,
    )
    return Task(chosen or start)


def _outfit(persona: Persona) -> str:
    names = [outfit.context for outfit in persona.profile.appearance.wardrobe if outfit.context]
    if not names:
        return ""
    chosen = st.pills("Outfit", names, key=f"{FORM}:outfit:{persona.id}")
    forms.mark(FORM, "outfit")
    return str(chosen or "")


def _texts(can: GeneratorCapabilities, kind: BriefKind, prompt: str) -> dict[str, str]:
    if not can.text_fields:
        return {}
    often = [name for name in _OFTEN if name in can.text_fields]
    found = {name: _words(name) for name in often}
    with st.expander("More words", icon=":material/title:"):
        found |= {name: _words(name) for name in can.text_fields if name not in often}
    forms.mark(FORM, "texts")
    said = {name: typed for name, typed in found.items() if typed}
    if not said and kind is BriefKind.IMAGE and prompt and "body" in can.text_fields:
        st.caption("Left empty, it shows what you wrote above.")
        return {"body": prompt}
    return said


def _words(name: str) -> str:
    label = _TEXT_LABELS.get(name, name.replace("_", " ").capitalize())
    if name in _LONG:
        return forms.area(FORM, f"texts.{name}", label, "", height=80)
    return forms.text(FORM, f"texts.{name}", label, "")


def _amount(can: GeneratorCapabilities) -> tuple[tuple[AspectRatio, ...], int, int | None]:
    formats = _formats(can)
    left, right = st.columns(2)
    with left:
        count = st.number_input(
            "How many", 1, can.max_count, min(2, can.max_count), key=f"{FORM}:count"
        )
        forms.mark(FORM, "count")
    with right:
        seed = st.number_input(
            "Seed",
            0,
            value=None,
            placeholder="Any",
            key=f"{FORM}:seed",
            help="The same seed and brief give the same picture again.",
        )
        forms.mark(FORM, "seed")
    return formats, int(count), None if seed is None else int(seed)


def _formats(can: GeneratorCapabilities) -> tuple[AspectRatio, ...]:
    if can.size_from is SizeFrom.SOURCE:
        return ()
    start = AspectRatio.PORTRAIT if AspectRatio.PORTRAIT in can.ratios else can.ratios[0]
    formats = st.pills(
        "Formats",
        can.ratios,
        selection_mode="multi",
        default=[start],
        format_func=SHAPES.__getitem__,
        key=f"{FORM}:formats:{can.slug}",
    )
    forms.mark(FORM, "formats")
    return tuple(formats)


def _settings(can: GeneratorCapabilities) -> tuple[dict[str, object], str]:
    """The generator's own options, and what this picture keeps out."""
    if not can.options:
        return {}, ""
    values: dict[str, object] = {}
    negative = ""
    with st.expander("More settings", icon=":material/tune:"):
        if can.uses_prompt:
            negative = forms.text(
                FORM, "negative", "Keep out", "", "Added to what the persona keeps out."
            )
        for spec in can.options:
            # What is kept out belongs to the brief, whichever generator makes it.
            if spec.kind.typed and spec.name != "negative_prompt":
                values[spec.name] = _option(spec, can)
                forms.mark(FORM, f"settings.{spec.name}", spec.name)
    return values, negative


def _option(spec: Option, can: GeneratorCapabilities) -> object:
    key = option_key(can.slug, spec.name)
    if spec.kind is OptionKind.MODEL:
        return model_picker.pick(spec, can.task, key)
    return forms.option(spec, key)
