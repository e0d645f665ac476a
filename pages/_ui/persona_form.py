"""The persona editor: a profile in, the edited profile out, one function a tab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from gator_engine.domain.capabilities import PlatformCapabilities
from gator_engine.domain.personas import (
    Appearance,
    Boundaries,
    Brand,
    EmojiPolicy,
    Identity,
    Outfit,
    Pillar,
    PlatformRating,
    Rating,
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
        negative = text(form, "appearance.negative", "Never in a picture", was.negative)
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
    return Appearance(
        build,
        skin,
        hair,
        eyes,
        lines(features),
        _outfits(wardrobe),
        style,
        camera,
        lighting,
        negative,
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
    left, right = st.columns(2)
    with left:
        vocabulary = text(form, "voice.vocabulary", "Favourite words", ", ".join(was.vocabulary))
        emoji = st.segmented_control(
            "Emoji", list(EmojiPolicy), default=was.emoji, format_func=_said, key=f"{form}:emoji"
        )
        most = st.number_input(
            "Hashtags a post, at most", 0, 30, was.max_hashtags, key=f"{form}:tags"
        )
        mark(form, "voice.max_hashtags")
    with right:
        hashtags = text(form, "voice.hashtags", "Fixed hashtags", ", ".join(was.hashtags))
        length = st.segmented_control(
            "Sentences",
            list(SentenceLength),
            default=was.sentence_length,
            format_func=_said,
            key=f"{form}:length",
        )
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
        emoji=emoji or was.emoji,
        max_hashtags=int(most),
        hashtags=words(hashtags),
        sentence_length=length or was.sentence_length,
        sample_posts=lines(samples),
    )


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


def pillars(form: str, was: Sequence[Pillar]) -> tuple[Pillar, ...]:
    """The recurring themes; a row left entirely empty is no pillar."""
    added = st.session_state.setdefault(f"{form}:pillars", len(was))
    found = []
    for number in range(added):
        old = was[number] if number < len(was) else Pillar("")
        with st.container(key=f"card-{form.replace(':', '-')}-pillar-{number}"):
            pillar = _pillar(form, number, old)
        if pillar.name or pillar.description or pillar.example_ideas:
            found.append(pillar)
    if st.button("Add a pillar", icon=":material/add:", key=f"{form}:more"):
        st.session_state[f"{form}:pillars"] = added + 1
        st.rerun()
    st.caption("Empty all fields of a pillar to remove it when you save.")
    return tuple(found)


def _pillar(form: str, number: int, old: Pillar) -> Pillar:
    where = f"pillars[{number}]"
    left, right = st.columns([3, 1])
    with left:
        name = text(form, f"{where}.name", "Pillar", old.name)
    with right:
        weight = st.number_input("Weight", value=old.weight, step=1, key=f"{form}:{where}.weight")
        mark(form, f"{where}.weight")
    description = text(form, f"{where}.description", "What it is about", old.description)
    ideas = text(
        form, f"{where}.example_ideas", "Example ideas", "; ".join(old.example_ideas), "Split by ;"
    )
    split = tuple(part.strip() for part in ideas.split(";") if part.strip())
    return replace(old, name=name, weight=int(weight), description=description, example_ideas=split)


def boundaries(form: str, was: Boundaries, platforms: Sequence[PlatformCapabilities]) -> Boundaries:
    """What the persona never does, and what it discloses."""
    rating = st.selectbox(
        "Strongest content rating",
        list(Rating),
        index=was.rating.strength,
        format_func=RATING_WORDS.__getitem__,
        key=f"{form}:rating",
    )
    mark(form, "boundaries.rating")
    ratings = _platform_ratings(form, was, platforms)
    forbidden = text(
        form, "boundaries.forbidden_topics", "Never talks about", ", ".join(was.forbidden_topics)
    )
    disclosure = text(
        form, "boundaries.disclosure_text", "Disclosure in every post", was.disclosure_text
    )
    real = st.toggle("Depicts a real person", was.depicts_real_person, key=f"{form}:real")
    consent = was.likeness_consent
    if real:
        consent = area(form, "boundaries.likeness_consent", "Their recorded consent", consent)
    return Boundaries(rating or was.rating, ratings, words(forbidden), disclosure, real, consent)


def _platform_ratings(
    form: str, was: Boundaries, platforms: Sequence[PlatformCapabilities]
) -> tuple[PlatformRating, ...]:
    kept = {entry.platform: entry.rating for entry in was.platform_ratings}
    columns = st.columns(max(2, len(platforms)))
    for column, platform in zip(columns, platforms, strict=False):
        chosen = column.selectbox(
            f"On {platform.label}",
            ["", *Rating],
            index=0 if platform.slug not in kept else kept[platform.slug].strength + 1,
            format_func=lambda value: RATING_WORDS[Rating(value)] if value else "As above",
            key=f"{form}:rating:{platform.slug}",
        )
        kept.pop(platform.slug, None)
        if chosen:
            kept[platform.slug] = Rating(chosen)
    mark(form, "boundaries.platform_ratings")
    return tuple(PlatformRating(slug, rating) for slug, rating in kept.items())


def brand(form: str, was: Brand, choices: dict[str, tuple[str, ...]]) -> Brand:
    """Colours and type of the persona's cards; `choices` are what the card generator knows."""
    many = st.segmented_control(
        "Colours", range(2, 7), default=len(was.palette), required=True, key=f"{form}:colours"
    )
    palette = []
    columns = st.columns(6)
    for number in range(int(many or len(was.palette))):
        old = was.palette[number] if number < len(was.palette) else was.palette[-1]
        palette.append(
            columns[number].color_picker(f"No. {number + 1}", old, key=f"{form}:colour{number}")
        )
    mark(form, "brand.palette")
    left, middle, right = st.columns(3)
    with left:
        typeface = _choice(form, "typeface", "Type", was.typeface, choices)
    with middle:
        background = _choice(form, "background", "Background", was.background, choices)
    with right:
        avatar = _choice(form, "avatar_style", "Avatar", was.avatar_style, choices)
    seed = text(
        form, "brand.avatar_seed", "Avatar seed", was.avatar_seed, "Another word, another face."
    )
    return Brand(tuple(palette), typeface, background, avatar, seed)


def _choice(
    form: str, name: str, label: str, value: str, choices: dict[str, tuple[str, ...]]
) -> str:
    known = choices.get(name, ())
    if not known:
        return text(form, f"brand.{name}", label, value)
    options = [*known] if value in known else [value, *known]
    chosen = st.selectbox(
        label, options, index=options.index(value), format_func=_said, key=f"{form}:brand.{name}"
    )
    mark(form, f"brand.{name}")
    return str(chosen)


def _said(value: str) -> str:
    return str(value).replace("_", " ").replace("-", " ").capitalize()
