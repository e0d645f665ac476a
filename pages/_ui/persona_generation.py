"""The tab on how pictures of a persona are made: preset, seed, LoRAs and trigger rules."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.personas import (
    GenerationPreferences,
    Lora,
    SeedPolicy,
    TriggerEffect,
    TriggerRule,
)
from gator_engine.domain.presets import PRESETS
from pages._ui.forms import mark, repeated, text, words

_SEEDS = {
    SeedPolicy.RANDOM: "Another every time",
    SeedPolicy.FIXED: "Always the same",
    SeedPolicy.PER_BRIEF: "The same for the same brief",
}
_EFFECTS = {
    TriggerEffect.PROMPT: "add to the prompt",
    TriggerEffect.LORA: "use the LoRA",
    TriggerEffect.SETTING: "set an option",
}
_NO_RULE = TriggerRule("", TriggerEffect.PROMPT, "")


def generation(form: str, was: GenerationPreferences) -> GenerationPreferences:
    """What every picture of the persona starts from."""
    preset = st.selectbox(
        "Look",
        ["", *PRESETS],
        index=0 if was.preset not in PRESETS else 1 + list(PRESETS).index(was.preset),
        format_func=lambda slug: PRESETS[slug].label if slug else "None",
        key=f"{form}:preset",
        help="Words that all pictures share; they stand in the prompt on the right.",
    )
    mark(form, "generation.preset")
    policy, seed = _seed(form, was)
    refers = st.toggle(
        "Show accepted reference pictures to models that take them",
        was.use_references,
        key=f"{form}:refers",
    )
    strength = _strength(form, was.reference_strength)
    st.markdown("**LoRAs**")
    loras = repeated(form, "generation.loras", "LoRA", was.loras, Lora("", ""), _lora)
    st.markdown("**Trigger rules**")
    rules = repeated(form, "generation.triggers", "trigger rule", was.triggers, _NO_RULE, _trigger)
    return GenerationPreferences(
        preset=preset or "",
        seed_policy=policy,
        seed=seed,
        loras=tuple(one for one in loras if one.name or one.model),
        reference_strength=strength,
        triggers=tuple(one for one in rules if one.phrase or one.value),
        use_references=refers,
    )


def _seed(form: str, was: GenerationPreferences) -> tuple[SeedPolicy, int | None]:
    left, right = st.columns(2)
    policy = left.selectbox(
        "Seed",
        list(SeedPolicy),
        index=list(SeedPolicy).index(was.seed_policy),
        format_func=_SEEDS.__getitem__,
        key=f"{form}:seed-policy",
    )
    chosen = policy or was.seed_policy
    with right:
        seed = st.number_input(
            "Seed number",
            value=was.seed,
            step=1,
            key=f"{form}:seed",
            help="Empty leaves it open.",
            placeholder="Open",
            disabled=chosen is SeedPolicy.RANDOM,
        )
        mark(form, "generation.seed", "generation.seed_policy")
    return chosen, None if seed is None else int(seed)


def _strength(form: str, was: float | None) -> float | None:
    """How strongly reference pictures pull; None leaves it to the generator."""
    own = st.toggle("Set the pull of reference pictures", was is not None, key=f"{form}:pulls")
    if not own:
        return None
    value = st.slider("Pull", 0.0, 1.0, 0.6 if was is None else was, 0.05, key=f"{form}:pull")
    mark(form, "generation.reference_strength")
    return float(value)


def _lora(form: str, where: str, old: Lora) -> Lora:
    left, right = st.columns([2, 1])
    with left:
        name = text(form, f"{where}.name", "Short name", old.name)
    with right:
        weight = st.number_input("Weight", value=old.weight, step=0.05, key=f"{form}:{where}.w")
        mark(form, f"{where}.weight")
    model = text(form, f"{where}.model", "File or hub id", old.model)
    wake = text(form, f"{where}.trigger_words", "Words that wake it", ", ".join(old.trigger_words))
    return Lora(name, model, float(weight), words(wake))


def _trigger(form: str, where: str, old: TriggerRule) -> TriggerRule:
    left, right = st.columns([2, 1])
    with left:
        phrase = text(form, f"{where}.phrase", "When a brief says", old.phrase)
    with right:
        priority = st.number_input(
            "Priority", value=old.priority, step=1, key=f"{form}:{where}.p", help="Higher first."
        )
        mark(form, f"{where}.priority")
    effect = st.segmented_control(
        "Then",
        list(TriggerEffect),
        default=old.effect,
        format_func=_EFFECTS.__getitem__,
        key=f"{form}:{where}.effect",
    )
    help = "Words for the prompt, the short name of a LoRA, or an option such as steps=30."
    value = text(form, f"{where}.value", "This", old.value, help)
    return TriggerRule(phrase, effect or old.effect, value, int(priority))
