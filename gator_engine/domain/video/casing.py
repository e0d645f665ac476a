"""Capital letters as the language writes them."""

from __future__ import annotations

import unicodedata

_TURKIC = {"tr", "az"}
_ACUTE = "\u0301"


def uppercase(text: str, language: str) -> str:
    """Capitals by the rules of a language (a code such as "tr" or "el-GR").

    Turkish and Azerbaijani keep the dot on i, Greek capitals lose their accents but not the
    diaeresis (Unicode CLDR, special casing), and emoji and unicameral scripts stay as they are.
    """
    code = language.lower().replace("_", "-").split("-")[0]
    if code in _TURKIC:
        return text.replace("i", "İ").upper()
    if code == "el":
        upper = unicodedata.normalize("NFD", text.upper())
        bare = "".join(char for char in upper if char != _ACUTE)
        return unicodedata.normalize("NFC", bare)
    return text.upper()
