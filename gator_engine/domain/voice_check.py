"""What leaves a persona's voice in a text, told by words alone: which rule, where, and the fix.

No model is asked. Register markers and built-in claims are known in the languages of
`voice_markers`; every other rule holds in any language that puts spaces between words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import emoji

from gator_engine.domain.personas import (
    EmojiPolicy,
    PersonaProfile,
    ReadingLevel,
    SentenceLength,
    Voice,
)
from gator_engine.domain.repetition import repetition
from gator_engine.domain.text import mention_spans
from gator_engine.domain.voice_markers import MARKERS
from gator_engine.errors import InvalidInput

LONGEST_SENTENCE = {SentenceLength.SHORT: 12, SentenceLength.MEDIUM: 20}
MOST_EMOJI = {EmojiPolicy.NONE: 0, EmojiPolicy.SPARING: 2}
HARDEST_LIX = {ReadingLevel.EASY: 40.0, ReadingLevel.STANDARD: 50.0}
LIX_NEEDS_WORDS = 20
CASUAL_BELOW, FORMAL_FROM = 26, 75

_HASHTAG = re.compile(r"(?<!\w)#\w+")
_ADDRESS = re.compile(r"https?://\S+")
# A sentence ends at a terminator followed by blank space, or at a line break.
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORD = re.compile(r"\w+(?:[’'-]\w+)*")
_WITHOUT_SPACES = {"ja", "zh", "th", "lo", "km", "my"}


@dataclass(frozen=True)
class VoiceFinding:
    """One place where a text leaves the voice.

    `field` is the persona field it breaks, `rule` the rule's name, [start, end) the code points
    concerned and `excerpt` their words, `fix` what to do about it.
    """

    field: str
    message: str
    excerpt: str = ""
    rule: str = ""
    start: int = 0
    end: int = 0
    fix: str = ""


def check_voice(
    text: str, profile: PersonaProfile, *, recent: Sequence[str] = (), language: str = ""
) -> tuple[VoiceFinding, ...]:
    """Where a text leaves the persona's voice or boundaries; empty when it does not.

    `recent` are the last posts, which a new one should not repeat; `language` defaults to the
    persona's first. A forbidden topic is found when all its words stand in one sentence, not when
    it is paraphrased.
    """
    own = [bare_language(one) for one in profile.identity.languages] or ["en"]
    spoken = bare_language(language) or own[0]
    voice = profile.voice
    return (
        *ruled_out(text, profile),
        *_banned_claims(text, profile.boundaries.banned_claims, [spoken, *own]),
        *_register(text, voice.tone.formality, spoken),
        *_emoji_count(text, voice.emoji),
        *_hashtag_count(text, voice),
        *_long_sentences(text, voice.sentence_length),
        *(_reading_level(text, voice.reading_level) if spoken not in _WITHOUT_SPACES else ()),
        *_repeats(text, voice, recent),
    )


def bare_language(tag: str) -> str:
    """A language tag without its region: "pt" of "pt-BR"."""
    return tag.casefold().split("-")[0]


def refuse_ruled_out(topic: str, profile: PersonaProfile) -> None:
    """Raises InvalidInput naming `topic` when it is blank, or is what the persona never touches."""
    if not topic.strip():
        raise InvalidInput("topic", "say what it is about")
    for finding in ruled_out(topic, profile):
        raise InvalidInput("topic", f"{finding.message}, which {finding.field} rules out")


def ruled_out(text: str, profile: PersonaProfile) -> tuple[VoiceFinding, ...]:
    """The findings that are never a matter of taste: forbidden phrases and topics."""
    return (
        *_forbidden_phrases(text, profile.voice),
        *_forbidden_topics(text, profile.boundaries.forbidden_topics),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text, without web addresses and hashtags."""
    bare = _bare(text)
    return [bare[start:end] for start, end in _spans(bare)]


def lix(text: str) -> float | None:
    """How hard a text is to read: words a sentence plus the percentage of words over six letters.

    Under 30 very easy, 40 as fiction, 50 as newspapers, 60 very hard (C. H. Björnsson, Läsbarhet,
    1968). None under 20 words, where the figure says little.
    """
    counts = [len(_WORD.findall(sentence)) for sentence in sentences(text)]
    words = _WORD.findall(_bare(text))
    if len(words) < LIX_NEEDS_WORDS:
        return None
    long = sum(len(word) > 6 for word in words)
    return len(words) / sum(count > 0 for count in counts) + 100 * long / len(words)


def _bare(text: str) -> str:
    """The text with addresses and hashtags blanked out, every other character in its place."""
    without = _ADDRESS.sub(lambda found: " " * len(found[0]), text)
    return _HASHTAG.sub(lambda found: " " * len(found[0]), without)


def _spans(bare: str) -> Iterator[tuple[int, int]]:
    """[start, end) of every sentence of a bared text, without the blanks around it."""
    begin = 0
    ends = [*((found.start(), found.end()) for found in _SENTENCE_END.finditer(bare))]
    for end, following in [*ends, (len(bare), len(bare))]:
        part = bare[begin:end]
        if part.strip():
            start = begin + len(part) - len(part.lstrip())
            yield start, start + len(part.strip())
        begin = following


def _forbidden_phrases(text: str, voice: Voice) -> Iterator[VoiceFinding]:
    for phrase in voice.forbidden_phrases:
        for start, end in mention_spans(text, phrase):
            yield VoiceFinding(
                "voice.forbidden_phrases", f"says “{phrase}”", text[start:end],
                "forbidden phrase", start, end, f"Say it without “{phrase}”.",
            )  # fmt: skip
            break


def _forbidden_topics(text: str, topics: tuple[str, ...]) -> Iterator[VoiceFinding]:
    bare = _bare(text)
    told = [(start, end, _stems(bare[start:end])) for start, end in _spans(bare)] if topics else []
    for topic in topics:
        wanted = _stems(topic)
        for start, end, stems in told:
            if wanted and wanted <= stems:
                yield VoiceFinding(
                    "boundaries.forbidden_topics", f"touches “{topic}”", text[start:end],
                    "forbidden topic", start, end, "Leave this sentence out.",
                )  # fmt: skip
                break


def _banned_claims(
    text: str, own: tuple[str, ...], languages: Sequence[str]
) -> Iterator[VoiceFinding]:
    """Claims of the persona's own list, and those known in its languages or in English."""
    places = [(f"claims “{claim}”", span) for claim in own for span in mention_spans(text, claim)]
    known = [MARKERS[one] for one in dict.fromkeys([*languages, "en"]) if one in MARKERS]
    places += [
        (what, found.span())
        for markers in known
        for what, seen in markers.claims.items()
        for found in seen.finditer(text)
    ]
    for message, (start, end) in places:
        yield VoiceFinding(
            "boundaries.banned_claims", message, text[start:end],
            "banned claim", start, end, "Take the claim out, or say only what is known.",
        )  # fmt: skip


def _register(text: str, formality: int, language: str) -> Iterator[VoiceFinding]:
    known = MARKERS.get(language)
    if known is None or CASUAL_BELOW <= formality < FORMAL_FROM:
        return
    casual = formality < CASUAL_BELOW
    kind, seen = ("stiff", known.stiff) if casual else ("casual", known.casual)
    for found in seen.finditer(text):
        yield VoiceFinding(
            "voice.tone.formality", f"“{found[0]}” is {kind} at formality {formality}", found[0],
            "register", *found.span(),
            "Use an everyday word." if casual else "Use a plain, correct word.",
        )  # fmt: skip


def _stems(text: str) -> set[str]:
    """The words in small letters without a plural s."""
    return {re.sub(r"(?<=\w\w)s$", "", word) for word in re.findall(r"\w+", text.casefold())}


def _emoji_count(text: str, policy: EmojiPolicy) -> Iterator[VoiceFinding]:
    used = emoji.emoji_list(text)
    most = MOST_EMOJI.get(policy, len(used))
    if len(used) > most:
        yield VoiceFinding(
            "voice.emoji", f"uses {len(used)} emoji where {most or 'no'} are allowed",
            "".join(str(found["emoji"]) for found in used), "emoji",
            int(used[most]["match_start"]), int(used[-1]["match_end"]),
            f"Remove {len(used) - most} emoji.",
        )  # fmt: skip


def _hashtag_count(text: str, voice: Voice) -> Iterator[VoiceFinding]:
    tags, most = list(_HASHTAG.finditer(text)), voice.max_hashtags
    if len(tags) > most:
        yield VoiceFinding(
            "voice.max_hashtags", f"uses {len(tags)} hashtags where {most or 'no'} are allowed",
            " ".join(tag[0] for tag in tags), "hashtags", tags[most].start(), tags[-1].end(),
            f"Remove {len(tags) - most} of them.",
        )  # fmt: skip


def _long_sentences(text: str, length: SentenceLength) -> Iterator[VoiceFinding]:
    bound, bare = LONGEST_SENTENCE.get(length), _bare(text)
    for start, end in _spans(bare) if bound else ():
        words = len(_WORD.findall(bare[start:end]))
        if bound and words > bound:
            yield VoiceFinding(
                "voice.sentence_length", f"a sentence of {words} words where {bound} are the most",
                text[start:end], "sentence length", start, end, "Split it, or cut words.",
            )  # fmt: skip


def _reading_level(text: str, level: ReadingLevel) -> Iterator[VoiceFinding]:
    found, bound = lix(text), HARDEST_LIX.get(level)
    if found is not None and bound is not None and found >= bound:
        yield VoiceFinding(
            "voice.reading_level", f"reads at LIX {found:.0f} where {bound:.0f} is the bound", text,
            "reading level", 0, len(text), "Use shorter words and shorter sentences.",
        )  # fmt: skip


def _repeats(text: str, voice: Voice, recent: Sequence[str]) -> Iterator[VoiceFinding]:
    found = repetition(_bare(text), [_bare(old) for old in recent], voice.signature_phrases)
    if found is not None:
        start, end = found.span
        yield VoiceFinding(
            "voice.repetition", f"repeats {found.share:.0%} of post {found.post + 1} before it",
            text[start:end], "repetition", start, end, "Take another angle or other words.",
        )  # fmt: skip
