"""What is checked of every written text: the length on each platform, and the voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gator_engine.domain.personas import PersonaProfile
from gator_engine.domain.voice import check_voice, ruled_out
from gator_engine.domain.writing import TextKind, TextVariant, WritingDraft
from gator_engine.ports import Connector, TextMeasure

DEFAULT_LIMIT = 500
SCRIPT_LIMIT = 3000
# Room for the line that says a persona is synthetic, and the blank line before it.
_BEFORE_DISCLOSURE = 2


class TextChecks:
    """Rules come from the connectors' capabilities; a text is flagged where it breaks one."""

    def __init__(self, connectors: Mapping[str, Connector]) -> None:
        self._connectors = connectors

    def limit(self, draft: WritingDraft, profile: PersonaProfile) -> int:
        """The tightest bound of the wanted platforms, as a number a model can keep."""
        rules = [self._connectors[name].capabilities for name in draft.platforms]
        if draft.kind is TextKind.ALT_TEXT:
            return min((can.media.alt_text_limit for can in rules), default=DEFAULT_LIMIT)
        if draft.kind is TextKind.SCRIPT:
            return SCRIPT_LIMIT
        limit = min((can.text.limit for can in rules), default=DEFAULT_LIMIT)
        disclosure = profile.boundaries.disclosure_text
        return limit - (len(disclosure) + _BEFORE_DISCLOSURE if disclosure else 0)

    def measures(self, text: str, platforms: Sequence[str]) -> Mapping[str, TextMeasure]:
        """Platform label → the text's length as that platform counts it."""
        found = [self._connectors[name] for name in platforms]
        return {each.capabilities.label: each.measure(text) for each in found}

    def too_long(self, variant: TextVariant, draft: WritingDraft, limit: int) -> Sequence[str]:
        """Where it does not fit, one line each."""
        if draft.kind is TextKind.ALT_TEXT:
            over = len(variant.text) - limit
            return [f"It is {over} characters too long."] if over > 0 else []
        if draft.kind in (TextKind.SCRIPT, TextKind.HASHTAGS):
            return []
        texts = [variant.text]
        if draft.kind is TextKind.THREAD:
            texts = [part.text for part in variant.parts]
        said = []
        for number, text in enumerate(texts, 1):
            where = f"Post {number}: " if len(texts) > 1 else ""
            for label, found in self.measures(text, draft.platforms).items():
                if found.over:
                    said.append(f"{where}{found.over} {found.unit} too long for {label}.")
            over = len(text) - limit
            if over > 0 and not draft.platforms:
                said.append(f"{where}{over} characters too long.")
        return said

    def refused(self, variant: TextVariant, profile: PersonaProfile) -> str:
        """Why it may not be used at all, or ""."""
        found = next(iter(ruled_out(_whole(variant), profile)), None)
        return f"it {found.message}, which you never do" if found else ""

    def finished(
        self,
        variant: TextVariant,
        draft: WritingDraft,
        profile: PersonaProfile,
        limit: int,
        recent: Sequence[str],
    ) -> TextVariant:
        """The variant with its flags and where it leaves the voice."""
        flags = [*variant.flags, *self.too_long(variant, draft, limit)]
        allowed = profile.voice.max_hashtags
        if draft.kind is TextKind.HASHTAGS and len(variant.hashtags) > allowed:
            flags.append(f"The persona uses at most {allowed} hashtags.")
        if draft.kind is TextKind.ALT_TEXT:
            flags.append("Written from the description; nobody looked at the picture.")
        if draft.kind is TextKind.CAROUSEL and draft.count and len(variant.parts) != draft.count:
            flags.append(f"It has {len(variant.parts)} slides; {draft.count} were asked for.")
        found = check_voice(_whole(variant), profile, recent=recent, language=draft.language)
        skipped = {"hashtags"} if draft.kind is TextKind.HASHTAGS else set()
        findings = tuple(
            f"{one.message[:1].upper()}{one.message[1:]}. {one.fix}".strip()
            for one in found
            if one.rule not in skipped
        )
        return replace(variant, flags=tuple(dict.fromkeys(flags)), findings=findings, done=True)


def _whole(variant: TextVariant) -> str:
    """Everything that people would read."""
    parts = "\n".join(f"{part.title}\n{part.text}".strip() for part in variant.parts)
    return "\n".join(filter(None, (variant.title, parts, variant.text if not parts else "")))
