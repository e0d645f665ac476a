"""Words that give a register or a claim away, by language: the data behind the voice check.

Stiff words are those of offices and law, casual ones those of chat. Claims are what a synthetic
persona may not say of itself, and promises that rules of advertising single out: results of money
(FINRA Rule 2210(d)(1)) and of health (FTC, Health Products Compliance Guidance; for the European
Union, Directive 2005/29/EC, Annex I, no. 17, and Regulation (EC) 1924/2006, Article 12).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

HUMAN, MONEY, HEALTH = "claims to be human", "promises money", "promises health"
# Several marks of exclamation or question are casual in any language; so is "¡¡".
_SHOUTING = r"|!{2,}|\?{2,}"


@dataclass(frozen=True)
class Markers:
    """Patterns of one language; `claims` by what they do."""

    stiff: re.Pattern[str]
    casual: re.Pattern[str]
    claims: Mapping[str, re.Pattern[str]]


def _words(alternatives: str, more: str = "") -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w){more}", re.IGNORECASE)


def _markers(stiff: str, casual: str, human: str, money: str, health: str) -> Markers:
    claims = {HUMAN: _words(human), MONEY: _words(money), HEALTH: _words(health)}
    return Markers(_words(stiff), _words(casual, _SHOUTING), claims)


_ENGLISH = _markers(
    stiff=(
        r"furthermore|moreover|hereby|henceforth|therein|whereas|thus|hence|aforementioned"
        r"|pursuant to|in accordance with|with regard to|one must|it is imperative|utili[sz]e[sd]?"
    ),
    casual=(
        r"gonna|wanna|gotta|kinda|sorta|dunno|ain[’']t|y[’']all|lol|lmao|omg|btw|tbh|imo|ngl|yeah"
        r"|nope|yep|folks|stuff|super (?:cool|fun|nice)|awesome"
    ),
    human=(
        r"I(?:[’']m| am) (?:"
        r"(?:just |only )?(?:a |an )?(?:real|actual|living) (?:person|human(?: being)?|woman|man)"
        r"|(?:a )?human(?: being)?|not (?:an? )?(?:AI|bot))"
    ),
    money=(
        r"guaranteed (?:returns?|profits?|income|gains?)|risk[- ]free (?:returns?|profits?"
        r"|investments?|money)|get rich quick|double your money|cannot lose"
    ),
    health=(
        r"(?:cures?|heals?|reverses?) (?:cancer|diabetes|depression|anxiety|arthritis|autism)"
        r"|miracle (?:cure|pill|diet)|guaranteed weight loss|clinically proven"
        r"|lose \d+ ?(?:kg|kilos?|lbs?|pounds) in \d+ (?:days?|weeks?)"
    ),
)
_GERMAN = _markers(
    stiff=(
        r"hiermit|hierdurch|diesbezüglich|des Weiteren|desweiteren|ferner|mithin|somit"
        r"|infolgedessen|nichtsdestotrotz|dergestalt|gemäß|bezüglich|hinsichtlich|seitens|vorgenannte[rnsm]?"
        r"|obliegt|es gilt zu beachten|zur Anwendung (?:kommen|bringen)|man möge"
    ),
    casual=(
        r"krass|geil|mega|voll (?:gut|cool|schön)|echt (?:jetzt|cool)|nix|nö|nee|jep|yep|ne\?"
        r"|hab[’']s|is[’']?(?= so)|grad mal|irgendwie so|lol|omg|digga|chillen|abgefahren|Zeugs"
    ),
    human=(
        r"ich bin (?:(?:nur |bloß )?(?:ein |eine )?(?:echter?|wirklicher?|lebendiger?|reale[r]?)"
        r" (?:Mensch|Person|Frau|Mann)|(?:ein )?Mensch(?: aus Fleisch und Blut)?"
        r"|kein(?:e)? (?:KI|Bot|künstliche Intelligenz))"
    ),
    money=(
        r"garantierte[rns]? (?:Rendite|Renditen|Gewinn|Gewinne|Erträge|Einkommen)"
        r"|risikolose[rns]? (?:Rendite|Gewinne?|Anlage|Investition)|schnell reich(?: werden)?"
        r"|(?:dein|ihr) Geld verdoppeln|verdopple dein Geld|ohne (?:jedes |jegliches )?Risiko reich"
        r"|du kannst nicht verlieren"
    ),
    health=(
        r"(?:heilt|kuriert) (?:Krebs|Diabetes|Depression(?:en)?|Angst(?:störungen)?|Arthrose"
        r"|Autismus)|Wunder(?:heilung|pille|diät|mittel)|garantiert(?:er|e)? (?:Gewichtsverlust"
        r"|abnehmen)|klinisch (?:bewiesen|erwiesen|belegt)"
        r"|\d+ ?(?:kg|Kilo) in \d+ (?:Tagen?|Wochen?) (?:abnehmen|verlieren)"
    ),
)
_FRENCH = _markers(
    stiff=(
        r"par la présente|ci-(?:après|dessus|joint)|dorénavant|néanmoins|nonobstant|toutefois"
        r"|en outre|de surcroît|conformément à|eu égard à|relatif à|il convient de|il incombe"
        r"|susmentionnée?s?|ledit|ladite|attendu que"
    ),
    casual=(
        r"ouais|nan|mdr|ptdr|lol|omg|trop (?:bien|cool|stylé)|grave (?:bien|cool)|kiffe[rsz]?"
        r"|chelou|relou|meuf|mec|truc|bidule|j[’']suis|t[’']es|y[’']a|chais pas"
        r"|super (?:cool|sympa)"
    ),
    human=(
        r"je suis (?:(?:juste |seulement )?(?:une? )?(?:vraie?|réel(?:le)?) (?:personne|être humain"
        r"|femme|homme)|(?:un )?(?:être )?humaine?|pas (?:une? )?(?:IA|robot|bot"
        r"|intelligence artificielle))"
    ),
    money=(
        r"(?:rendements?|gains?|profits?|bénéfices?|revenus?) garantis?|sans (?:aucun )?risque de"
        r" perte|(?:placement|investissement)s? sans (?:aucun )?risque|devenir riche rapidement"
        r"|doublez votre argent|double ton argent|impossible de perdre"
    ),
    health=(
        r"(?:guérit|soigne) (?:le cancer|le diabète|la dépression|l[’']anxiété|l[’']arthrose"
        r"|l[’']autisme)|(?:remède|pilule|régime) miracle|perte de poids garantie"
        r"|cliniquement prouvée?s?|perd(?:re|ez|s) \d+ ?(?:kg|kilos?) en \d+ (?:jours?|semaines?)"
    ),
)
_SPANISH = _markers(
    stiff=(
        r"por la presente|asimismo|no obstante|en lo sucesivo|conforme a|de conformidad con"
        r"|con respecto a|en relación con|dich[oa]s?(?= (?:documento|asunto|producto|servicio))"
        r"|susodich[oa]s?|mediante el presente|cabe (?:señalar|destacar)"
        r"|es menester|por ende|habida cuenta"
    ),
    casual=(
        r"jaja(?:ja)*|lol|omg|xq|pq|tq|q tal|mola(?:n|r)?|guay|flipa(?:r|s|n)?|currar|curro"
        r"|chévere|bacán|órale|wey|güey|re (?:bueno|lindo)|súper (?:guay|chulo)|pa[’']|na[’']"
    ),
    human=(
        r"(?:yo )?soy (?:(?:solo |sólo )?(?:una? )?(?:persona|mujer|hombre|humano)"
        r" (?:real|de verdad|de carne y hueso)|(?:un )?(?:ser )?human[oa]|real y human[oa])"
        r"|no soy (?:una? )?(?:IA|bot|robot|inteligencia artificial)"
    ),
    money=(
        r"(?:rentabilidad|rendimientos?|ganancias?|beneficios?|ingresos?) garantizad[oa]s?"
        r"|(?:inversión|inversiones|ganancias?) sin (?:ningún )?riesgo|hazte rico"
        r"|hacerse rico rápido|duplica tu dinero|imposible perder"
    ),
    health=(
        r"cura (?:el cáncer|la diabetes|la depresión|la ansiedad|la artritis|el autismo)"
        r"|(?:cura|píldora|pastilla|dieta) milagro(?:sa)?|pérdida de peso garantizada"
        r"|clínicamente (?:probad|demostrad)[oa]s?"
        r"|(?:pierde|perder|adelgaza) \d+ ?(?:kg|kilos?) en \d+ (?:días?|semanas?)"
    ),
)

# By language tag without region.
MARKERS: Mapping[str, Markers] = {
    "en": _ENGLISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
}
