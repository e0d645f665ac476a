"""The first tabs of the persona editor: who it is, how it looks, how it writes."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.personas import (
    Appearance,
    EmojiPolicy,
    Identity,
    LanguageNote,
    Outfit,
    Rating,
    ReadingLevel,
    SentenceLength,
    Tone,
    Voice,
)
from pages._ui.forms import area, lines, mark, text, words

RATING_WORDS = {
    Rating.GENERAL: "General: fit for everyone",
    Rating.SUGGESTIVE: "Suggestive",
    Rating.MATURE: "Mature",
    Rating.EXPLICIT: "Explicit",
}
READING_WORDS = {
    ReadingLevel.ANY: "Any",
    ReadingLevel.EASY: "Easy, as a novel",
    ReadingLevel.STANDARD: "As a newspaper",
}
_TONE_ENDS = {
    "warmth": ("Warmth", "cool and factual", "warm and close"),
    "humour": ("Humour", "serious", "playful"),
    "formality": ("Formality", "casual", "formal"),
    "energy": ("Energy", "calm", "lively"),
}


def identity(form: str, was: Identity) -> Identity:
    """Who the persona is."""
    left, right = st.columns(2)
    with left:
        name = text(form, "identity.name", "Name", was.name)
        handle = text(
            form, "identity.handle", "Handle", was.handle, "Small letters, digits, dots, dashes."
        )
        pronouns = text(form, "identity.pronouns", "Pronouns", was.pronouns)
        languages = text(
            form, "identity.languages", "Languages", ", ".join(was.languages), "Such as en, pt-BR."
        )
    with right:
        age = st.number_input("Age (adults only)", value=was.age, step=1, key=f"{form}:age")
        mark(form, "identity.age")
        occupation = text(form, "identity.occupation", "Occupation", was.occupation)
        home = text(form, "identity.home_place", "Home", was.home_place)
    return Identity(
        name=name,
        handle=handle,
        age=int(age),
        pronouns=pronouns,
        languages=words(languages),
        home_place=home,
        occupation=occupation,
        bio=area(form, "identity.bio", "Bio", was.bio),
        backstory=area(form, "identity.backstory", "Backstory", was.backstory, height=130),
    )


def appearance(form: str, was: Appearance) -> Appearance:
    """What the persona looks like."""
    left, right = st.columns(2)
    with left:
        build = text(form, "appearance.build", "Build", was.build)
        hair = text(form, "appearance.hair", "Hair", was.hair)
        style = text(form, "appearance.style", "Picture style", was.style)
        lighting = text(form, "appearance.lighting", "Light", was.lighting)
    with right:
        skin = text(form, "appearance.skin", "Skin", was.skin)
        eyes = text(form, "appearance.eyes", "Eyes", was.eyes)
        camera = text(form, "appearance.camera", "Camera", was.camera)
        palette = text(form, "appearance.palette", "Colours", ", ".join(was.palette), "In words.")
    features = area(
        form, "appearance.features", "Features, one a line", "\n".join(was.features), height=70
    )
    wardrobe = area(
        form,
        "appearance.wardrobe",
        "Wardrobe, one outfit a line",
        "\n".join(f"{outfit.context}: {outfit.clothes}" for outfit in was.wardrobe),
        help="Write the occasion, a colon, and the clothes: gym: black leggings, grey hoodie.",
    )
    negative = text(form, "appearance.negative", "Never in a picture", was.negative)
    return Appearance(
        build=build,
        skin=skin,
        hair=hair,
        eyes=eyes,
        features=lines(features),
        wardrobe=_outfits(wardrobe),
        style=style,
        camera=camera,
        lighting=lighting,
        negative=negative,
        palette=words(palette),
    )


def _outfits(typed: str) -> tuple[Outfit, ...]:
    pairs = (line.partition(":") for line in lines(typed))
    return tuple(
        Outfit(context.strip(), clothes.strip()) if colon else Outfit("", context.strip())
        for context, colon, clothes in pairs
    )


def voice(form: str, was: Voice) -> Voice:
    """How the persona writes."""
    register = text(form, "voice.register", "Register", was.register, "Such as: plain and warm.")
    tone = _tone(form, was.tone)
    emoji, most, hashtags = _decoration(form, was)
    length, reading = _difficulty(form, was)
    vocabulary = text(form, "voice.vocabulary", "Favourite words", ", ".join(was.vocabulary))
    signature, forbidden = _phrases(form, was)
    samples = area(
        form, "voice.sample_posts", "Sample posts, one a line", "\n".join(was.sample_posts)
    )
    return Voice(
        register=register,
        tone=tone,
        vocabulary=words(vocabulary),
        signature_phrases=signature,
        forbidden_phrases=forbidden,
        emoji=emoji,
        max_hashtags=most,
        hashtags=hashtags,
        sentence_length=length,
        sample_posts=lines(samples),
        language_notes=_language_notes(form, was),
        reading_level=reading,
    )


def _decoration(form: str, was: Voice) -> tuple[EmojiPolicy, int, tuple[str, ...]]:
    left, right = st.columns(2)
    with left:
        emoji = st.segmented_control(
            "Emoji", list(EmojiPolicy), default=was.emoji, format_func=said, key=f"{form}:emoji"
        )
        hashtags = text(form, "voice.hashtags", "Fixed hashtags", ", ".join(was.hashtags))
    with right:
        most = st.number_input(
            "Hashtags a post, at most", 0, 30, was.max_hashtags, key=f"{form}:tags"
        )
        mark(form, "voice.max_hashtags")
    return emoji or was.emoji, int(most), words(hashtags)


def _difficulty(form: str, was: Voice) -> tuple[SentenceLength, ReadingLevel]:
    left, right = st.columns(2)
    length = left.segmented_control(
        "Sentences",
        list(SentenceLength),
        default=was.sentence_length,
        format_func=said,
        key=f"{form}:length",
    )
    reading = right.selectbox(
        "Reads as easily as",
        list(ReadingLevel),
        index=list(ReadingLevel).index(was.reading_level),
        format_func=READING_WORDS.__getitem__,
        key=f"{form}:reading",
    )
    return length or was.sentence_length, reading or was.reading_level


def _language_notes(form: str, was: Voice) -> tuple[LanguageNote, ...]:
    typed = area(
        form,
        "voice.language_notes",
        "Notes on languages, one a line",
        "\n".join(f"{note.language}: {note.note}" for note in was.language_notes),
        help="Write the language, a colon, and what to mind: de: says du, never Sie.",
    )
    pairs = (line.partition(":") for line in lines(typed))
    return tuple(LanguageNote(language.strip(), note.strip()) for language, _, note in pairs)


def _tone(form: str, was: Tone) -> Tone:
    columns = st.columns(2)
    values = {}
    for number, (name, (label, low, high)) in enumerate(_TONE_ENDS.items()):
        with columns[number % 2]:
            values[name] = st.slider(
                label,
                0,
                100,
                getattr(was, name),
                key=f"{form}:{name}",
                help=f"0 {low}, 100 {high}.",
            )
            mark(form, f"voice.tone.{name}")
    return Tone(**values)


def _phrases(form: str, was: Voice) -> tuple[tuple[str, ...], tuple[str, ...]]:
    left, right = st.columns(2)
    with left:
        signature = area(
            form,
            "voice.signature_phrases",
            "Signature phrases, one a line",
            "\n".join(was.signature_phrases),
        )
    with right:
        forbidden = area(
            form,
            "voice.forbidden_phrases",
            "Never says, one a line",
            "\n".join(was.forbidden_phrases),
        )
    return lines(signature), lines(forbidden)


def said(value: str) -> str:
    """A name of the model as people read it: "per_brief" becomes "Per brief"."""
    return str(value).replace("_", " ").replace("-", " ").capitalize()
