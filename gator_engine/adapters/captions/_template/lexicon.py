"""The sentences of the template writer, each with the tone it belongs to.

A sentence never claims that something happened: the writer knows only the topic and the persona.
Each has twelve words at most, so that it suits personas who write short sentences. Places for
words: {t} the topic inside a sentence, {T} the topic at the start of one, {w} a favourite word.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A sentence and the tone it needs: +1 asks for a high slider, -1 for a low one, 0 for any."""

    text: str
    warmth: int = 0
    humour: int = 0
    formality: int = 0
    energy: int = 0


# For a topic that names a thing or asks indirectly: "The 3 euro brush", "Why ice floats".
PHRASE_OPENINGS = (
    Line("{T}."),
    Line("Today: {t}."),
    Line("A note on {t}."),
    Line("On my mind today: {t}."),
    Line("I keep coming back to {t}."),
    Line("A few words about {t}."),
    Line("Let’s talk about {t}.", formality=-1),
    Line("Quick one about {t}.", formality=-1),
    Line("Let’s sit with this for a moment: {t}.", warmth=1, energy=-1),
    Line("Something close to my heart: {t}.", warmth=1),
    Line("Come a little closer. It’s about {t}.", warmth=1, formality=-1),
    Line("Plainly, then: {t}.", warmth=-1),
    Line("The subject is {t}.", warmth=-1, formality=1),
    Line("Today’s subject: {t}.", formality=1),
    Line("Permit me a word on {t}.", formality=1),
    Line("A considered word on {t}.", formality=1, energy=-1),
    Line("Nobody asked, so here I am: {t}.", humour=1, formality=-1),
    Line("Strong opinions, loosely held, on {t}.", humour=1),
    Line("I was told to be normal about {t}. Well.", humour=1),
    Line("Seriously now: {t}.", humour=-1),
    Line("OK, {t}. Let’s go!", formality=-1, energy=1),
    Line("Ready? {T}!", energy=1),
    Line("Big topic today: {t}!", energy=1),
    Line("Quietly, and without hurry: {t}.", energy=-1),
    Line("A slow thought about {t}.", energy=-1),
)
QUESTION_OPENINGS = (
    Line("{T}"),
    Line("A question for today: {T}"),
    Line("I keep asking myself: {T}"),
    Line("Honest question: {T}", formality=-1),
    Line("Ask yourself gently: {T}", warmth=1, energy=-1),
    Line("I’d love to hear it from you: {T}", warmth=1),
    Line("Asking for a friend: {T}", humour=1, formality=-1),
    Line("Somebody has to ask: {T}", humour=1),
    Line("The question before us: {T}", formality=1),
    Line("Quick, without thinking: {T}", energy=1, formality=-1),
    Line("Hands up: {T}", energy=1),
)
STATEMENT_OPENINGS = (
    Line("{T}"),
    Line("Today in short: {T}"),
    Line("A note from today: {T}"),
    Line("Just this: {T}", energy=-1),
    Line("For the record: {T}", formality=1),
    Line("Well: {T}", humour=1, formality=-1),
    Line("Guess what: {T}", energy=1, formality=-1),
    Line("Sharing this with you: {T}", warmth=1),
)
WORD_LINES = (
    Line("Keyword: {w}."),
    Line("Filed under: {w}."),
    Line("In short: {w}."),
    Line("If you keep one thing, keep this: {w}."),
    Line("Note to self: {w}.", formality=-1),
    Line("Think: {w}.", energy=1),
    Line("The operative term: {w}.", formality=1),
    Line("You will hear me say it again: {w}.", humour=1),
)
MIDDLES = (
    Line("Worth a minute of your day."),
    Line("One thought at a time."),
    Line("Small subject, long shadow."),
    Line("No rush, no pressure.", warmth=1, energy=-1),
    Line("Pull up a chair.", warmth=1, formality=-1),
    Line("You’re in good company here.", warmth=1),
    Line("Just the essentials.", warmth=-1),
    Line("There may be tangents.", humour=1),
    Line("I have opinions. You have been warned.", humour=1),
    Line("I promise to be brief. Mostly.", humour=1, formality=-1),
    Line("It deserves a careful look.", formality=1),
    Line("Let us take it step by step.", formality=1),
    Line("No jokes this time.", humour=-1),
    Line("Let’s get into it!", energy=1, formality=-1),
    Line("I’m here for all of it!", energy=1),
    Line("Slowly, and with care.", energy=-1),
)
CLOSERS = (
    Line("What would you add?"),
    Line("What’s your take?", formality=-1),
    Line("Over to you."),
    Line("Where do you stand?"),
    Line("Tell me how it looks from where you are.", warmth=1),
    Line("I’d love to hear your side.", warmth=1),
    Line("Be kind to yourself today.", warmth=1, energy=-1),
    Line("Corrections welcome.", warmth=-1),
    Line("Objections accepted in writing.", humour=1, formality=1),
    Line("Wrong answers only.", humour=1, formality=-1),
    Line("Convince me otherwise. I dare you.", humour=1, energy=1),
    Line("Your perspective is welcome.", formality=1),
    Line("I look forward to your thoughts.", formality=1, warmth=1),
    Line("Who’s in?", energy=1, formality=-1),
    Line("Tell me everything!", energy=1, warmth=1),
    Line("Take your time with it.", energy=-1),
)
# What the words of a persona's register do to its tone sliders.
REGISTER = {
    "warm": {"warmth": 15},
    "generous": {"warmth": 15},
    "encouraging": {"warmth": 10, "energy": 10},
    "gentle": {"warmth": 10, "energy": -15},
    "dry": {"humour": 10, "warmth": -10},
    "funny": {"humour": 20},
    "playful": {"humour": 15, "energy": 10},
    "witty": {"humour": 15},
    "formal": {"formality": 25},
    "polished": {"formality": 15},
    "academic": {"formality": 20},
    "plain": {"formality": -5},
    "direct": {"formality": -10},
    "casual": {"formality": -20},
    "slangy": {"formality": -25},
    "lively": {"energy": 15},
    "energetic": {"energy": 20},
    "punchy": {"energy": 15},
    "calm": {"energy": -15},
    "quiet": {"energy": -20},
}
# By whole words of the topic (or their plural with s); checked in this order.
EMOJI_BY_WORD = {
    "coffee": "☕", "morning": "☀️", "tea": "🍵", "bread": "🍞", "baking": "🥐", "cooking": "🍳",
    "tomatoes": "🍅", "onion": "🧅", "pot": "🍲", "dinner": "🍽️", "market": "🧺", "garden": "🌱",
    "plant": "🪴", "flower": "💐", "tree": "🌳", "run": "🏃", "running": "🏃", "training": "💪",
    "sock": "🧦", "bike": "🚲", "yoga": "🧘", "sleep": "😴", "sea": "🌊", "mountain": "⛰️",
    "travel": "🧳", "city": "🏙️", "rain": "🌧️", "snow": "❄️", "ice": "🧊", "sun": "☀️",
    "star": "⭐", "cloud": "☁️", "moon": "🌙", "book": "📚", "reading": "📖", "writing": "✍️",
    "music": "🎶", "painting": "🎨", "brush": "🖌️", "brushes": "🖌️", "glaze": "🏺", "kiln": "🔥",
    "clay": "🏺", "photo": "📷", "film": "🎬", "cat": "🐈", "dog": "🐕", "bird": "🐦",
    "money": "💶", "code": "💻", "data": "📊", "science": "🔬", "space": "🚀", "idea": "💡",
    "birthday": "🎂", "party": "🎉",
}  # fmt: skip
EMOJI_BY_TONE = {"energy": ("✨", "🙌", "🔥"), "warmth": ("🌿", "🤍", "🌼"), "": ("✨", "🌿", "💭")}
