"""Turn Noto Color Emoji (OFL) into the pictures that captions draw: one small SVG per emoji.

See `vendor_fonts.py` for the packages to install. The font keeps its emoji as SVG documents, many
glyphs to a document; FreeType draws none of them. So every emoji that Unicode recommends for
interchange is shaped once with HarfBuzz, and its glyph's elements are kept under its characters
(without the variation selector U+FE0F). `emoji.zip` holds them in chunks of neighbours, which
compress well together, and `index.json` with the characters of each chunk.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import emoji
import uharfbuzz
from fontTools.ttLib import TTFont

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
PACKAGE = "@fontsource/noto-color-emoji"
PER_CHUNK = 64
SELECTOR = "\ufe0f"
_REFERENCE = re.compile(r"url\(#([^)]+)\)|^#(.+)$")


def recommended() -> list[str]:
    """Every fully qualified emoji and component of Unicode's list."""
    wanted = (emoji.STATUS["fully_qualified"], emoji.STATUS["component"])
    return [text for text, found in emoji.EMOJI_DATA.items() if found["status"] in wanted]


class Documents:
    """The SVG documents of one font, parsed when first needed."""

    def __init__(self, font: TTFont) -> None:
        self._by_glyph: dict[int, int] = {}
        self._texts = [document.data for document in font["SVG "].docList]
        self._parsed: dict[int, dict[str, ElementTree.Element]] = {}
        for place, document in enumerate(font["SVG "].docList):
            for glyph in range(document.startGlyphID, document.endGlyphID + 1):
                self._by_glyph[glyph] = place

    def body(self, glyph: int) -> str | None:
        """The elements of a glyph and what they refer to; None when it has no picture."""
        place = self._by_glyph.get(glyph)
        if place is None:
            return None
        if place not in self._parsed:
            root = ElementTree.fromstring(self._texts[place])
            self._parsed[place] = {e.get("id", ""): e for e in root.iter() if e.get("id")}
        named = self._parsed[place]
        drawn = named[f"glyph{glyph}"]
        inside = {element.get("id") for element in drawn.iter()}
        needed = [e for name, e in referred(drawn, named, {}).items() if name not in inside]
        return f"<defs>{''.join(map(written, needed))}</defs>{written(drawn)}"


def referred(
    element: ElementTree.Element,
    named: dict[str, ElementTree.Element],
    found: dict[str, ElementTree.Element],
) -> dict[str, ElementTree.Element]:
    """Everything an element refers to by id, directly or not."""
    for part in element.iter():
        for value in part.attrib.values():
            for in_url, as_link in _REFERENCE.findall(value):
                name = in_url or as_link
                if name in named and name not in found:
                    found[name] = named[name]
                    referred(named[name], named, found)
    return found


def written(element: ElementTree.Element) -> str:
    """An element as text, its name spaces left to the document around it."""
    text = ElementTree.tostring(element, encoding="unicode")
    return text.replace(f' xmlns="{SVG}"', "").replace(f' xmlns:xlink="{XLINK}"', "")


def pictures(path: Path, wanted: list[str]) -> Iterator[tuple[str, str]]:
    """Each wanted emoji that one font file draws as a single glyph, with its SVG elements."""
    font = TTFont(path)
    font.flavor = None
    data = io.BytesIO()
    font.save(data)
    shaper, has = uharfbuzz.Font(uharfbuzz.Face(data.getvalue())), font.getBestCmap()
    documents = Documents(font)
    for text in wanted:
        if any(ord(char) not in has for char in text if char != SELECTOR):
            continue
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(shaper, buffer)
        if len(buffer.glyph_infos) == 1:
            body = documents.body(buffer.glyph_infos[0].codepoint)
            if body is not None:
                yield text.replace(SELECTOR, ""), body


def pack(found: dict[str, str], target: Path) -> None:
    """Write `emoji.zip`: the same pictures give the same bytes."""
    names = sorted(found)
    chunks = [names[at : at + PER_CHUNK] for at in range(0, len(names), PER_CHUNK)]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        for number, chunk in enumerate(chunks):
            text = json.dumps({name: found[name] for name in chunk}, ensure_ascii=False)
            archive.writestr(entry(f"{number}.json"), text)
        archive.writestr(entry("index.json"), json.dumps(chunks, ensure_ascii=False))


def entry(name: str) -> zipfile.ZipInfo:
    """A member without today's date."""
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_LZMA
    return info


def main() -> None:
    """Read the npm folder and the repository root from the command line and write the archive."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", type=Path, help="node_modules folder with the font packages")
    parser.add_argument("root", type=Path, help="root of the repository")
    given = parser.parse_args()
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    package = given.modules / PACKAGE
    wanted, found = recommended(), {}
    for path in sorted(package.glob("files/noto-color-emoji-[0-9]*-400-normal.woff2")):
        found.update(pictures(path, wanted))
    target = given.root / "gator_engine/adapters/typefaces/assets/emoji"
    target.mkdir(parents=True, exist_ok=True)
    pack(found, target / "emoji.zip")
    shutil.copy(package / "LICENSE", target / "OFL-NotoColorEmoji.txt")
    lacking = [text for text in wanted if text.replace(SELECTOR, "") not in found]
    print(f"{len(found)} emoji; without a picture: {' '.join(lacking) or 'none'}")


if __name__ == "__main__":
    main()
