"""Turn the npm packages of the OFL typefaces into the fonts that cards, captions and web UI ship.

    mkdir build && cd build && npm init -y
    npm install @fontsource-variable/fraunces@5 @fontsource-variable/bricolage-grotesque@5 \
        @fontsource-variable/space-grotesk@5 @fontsource-variable/jetbrains-mono@5 \
        @fontsource-variable/inter@5 @fontsource/instrument-serif@5 \
        @fontsource/noto-sans-symbols-2@5 @expo-google-fonts/noto-emoji@0.4 inter-ui@4 \
        @expo-google-fonts/noto-sans-symbols-2@0.4 @fontsource/noto-color-emoji@5 \
        @expo-google-fonts/noto-sans-{sc,jp,kr,arabic,hebrew,devanagari,thai}@0.4
    python -m venv fonttools && fonttools/bin/pip install fonttools brotli uharfbuzz emoji
    fonttools/bin/python ../scripts/vendor_fonts.py node_modules ..
    fonttools/bin/python ../scripts/vendor_emoji.py node_modules ..

Cards need TTF (what every FreeType build reads); the browser needs WOFF2, and so do the large fonts
of East Asia, which take a third of the room that way. `coverage.json` lists
the code points of every shipped font, so that the engine can split text into runs without reading
font tables at run time. Every typeface is under the SIL Open Font License 1.1.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

VARIABLE = "@fontsource-variable"
# shipped name -> (package, file); latin and latin-ext are separate files of one design.
WHOLE = {
    "Fraunces": (f"{VARIABLE}/fraunces", "files/fraunces-{part}-opsz-normal.woff2"),
    "Fraunces-Italic": (f"{VARIABLE}/fraunces", "files/fraunces-{part}-opsz-italic.woff2"),
    "BricolageGrotesque": (
        f"{VARIABLE}/bricolage-grotesque",
        "files/bricolage-grotesque-{part}-opsz-normal.woff2",
    ),
    "SpaceGrotesk": (f"{VARIABLE}/space-grotesk", "files/space-grotesk-{part}-wght-normal.woff2"),
    "JetBrainsMono": (
        f"{VARIABLE}/jetbrains-mono",
        "files/jetbrains-mono-{part}-wght-normal.woff2",
    ),
    "InstrumentSerif": (
        "@fontsource/instrument-serif",
        "files/instrument-serif-{part}-400-normal.woff2",
    ),
    "InstrumentSerif-Italic": (
        "@fontsource/instrument-serif",
        "files/instrument-serif-{part}-400-italic.woff2",
    ),
}
PARTS = {"latin": "Latin", "latin-ext": "LatinExt"}
EXPO = "@expo-google-fonts"
# shipped name -> (package, ranges): one bold weight of every other script, for captions.
SCRIPTS = {
    "NotoSansArabic": (
        "noto-sans-arabic",
        "0600-06FF,0750-077F,0870-08FF,200C-200F,25CC,FB50-FDFF,FE70-FEFC",
    ),
    "NotoSansHebrew": ("noto-sans-hebrew", "0590-05FF,200C-200F,25CC,FB1D-FB4F"),
    "NotoSansDevanagari": ("noto-sans-devanagari", "0900-097F,1CD0-1CFF,200C,200D,25CC,A8E0-A8FF"),
    "NotoSansThai": ("noto-sans-thai", "0E00-0E7F,200C,200D,25CC"),
}
CJK_PUNCTUATION = "2010-2027,2030-203B,2190-2193,2460-2473,25A0-25CF,3000-303F,FE30-FE4F,FF01-FFEE"
# East Asia: (package, further ranges, character set whose rows belong to it).
EAST_ASIA = {
    "NotoSansSC": ("noto-sans-sc", "4E00-9FA5,3100-312F,31A0-31BF", "gb2312"),
    "NotoSansJP": ("noto-sans-jp", "3040-30FF,31F0-31FF", "euc_jp"),
    "NotoSansKR": ("noto-sans-kr", "1100-11FF,3130-318F,AC00-D7A3", ""),
}
# Latin, Greek, Cyrillic, punctuation, currency, letterlike, arrows, maths, shapes, ligatures.
INTER_RANGES = (
    "0020-007E,00A0-024F,0259,02B0-02FF,0300-036F,0370-03FF,0400-052F,1E00-1EFF,2000-206F,"
    "2070-209F,20A0-20CF,2100-214F,2150-218F,2190-21FF,2200-22FF,2300-23FF,25A0-25FF,2600-27BF,"
    "2B00-2BFF,FB00-FB06,FFFD"
)
LICENCES = {
    "Fraunces": f"{VARIABLE}/fraunces/LICENSE",
    "BricolageGrotesque": f"{VARIABLE}/bricolage-grotesque/LICENSE",
    "SpaceGrotesk": f"{VARIABLE}/space-grotesk/LICENSE",
    "JetBrainsMono": f"{VARIABLE}/jetbrains-mono/LICENSE",
    "InstrumentSerif": "@fontsource/instrument-serif/LICENSE",
    "Inter": "inter-ui/LICENSE.txt",
    "NotoSansSymbols2": "@fontsource/noto-sans-symbols-2/LICENSE",
    "NotoEmoji": f"{VARIABLE}/noto-emoji/LICENSE",
    "NotoSansSC": f"{EXPO}/noto-sans-sc/LICENSE_FONT",
    "NotoSansJP": f"{EXPO}/noto-sans-jp/LICENSE_FONT",
    "NotoSansKR": f"{EXPO}/noto-sans-kr/LICENSE_FONT",
    "NotoSansArabic": f"{EXPO}/noto-sans-arabic/LICENSE_FONT",
    "NotoSansHebrew": f"{EXPO}/noto-sans-hebrew/LICENSE_FONT",
    "NotoSansDevanagari": f"{EXPO}/noto-sans-devanagari/LICENSE_FONT",
    "NotoSansThai": f"{EXPO}/noto-sans-thai/LICENSE_FONT",
}
WEB = {
    "Inter-latin.woff2": f"{VARIABLE}/inter/files/inter-latin-opsz-normal.woff2",
    "Inter-latin-ext.woff2": f"{VARIABLE}/inter/files/inter-latin-ext-opsz-normal.woff2",
    "Fraunces-latin.woff2": f"{VARIABLE}/fraunces/files/fraunces-latin-opsz-normal.woff2",
    "Fraunces-latin-ext.woff2": f"{VARIABLE}/fraunces/files/fraunces-latin-ext-opsz-normal.woff2",
}


def load(path: Path) -> TTFont:
    """Open a font so that saving it again keeps its dates: a rerun gives the same bytes."""
    return TTFont(path, recalcTimestamp=False)


def save_ttf(font: TTFont, path: Path) -> None:
    """Write `font` uncompressed, without the hinting-only and metadata tables nobody reads."""
    font.flavor = None
    for tag in ("DSIG", "meta"):
        if tag in font:
            del font[tag]
    font.save(path)


def reduce(font: TTFont, unicodes: str) -> TTFont:
    """Keep only the code points in `unicodes` (hex ranges), with the layout features they use."""
    options = subset.Options()
    options.layout_features = ["*"]
    options.notdef_outline = True
    options.hinting = False
    worker = subset.Subsetter(options)
    worker.populate(unicodes=subset.parse_unicodes(unicodes))
    worker.subset(font)
    return font


def ranges(points: list[int]) -> list[list[int]]:
    """Sorted code points as inclusive [first, last] pairs."""
    found: list[list[int]] = []
    for point in sorted(points):
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def build_fonts(modules: Path, target: Path) -> None:
    """Write every TTF of the cards into `target`."""
    for name, (package, pattern) in WHOLE.items():
        for part, suffix in PARTS.items():
            font = load(modules / package / pattern.format(part=part))
            save_ttf(font, target / f"{name}-{suffix}.ttf")
    inter = load(modules / "inter-ui/variable/InterVariable.woff2")
    save_ttf(reduce(inter, INTER_RANGES), target / "Inter.ttf")
    symbols = modules / "@expo-google-fonts/noto-sans-symbols-2/400Regular"
    font = reduce(load(symbols / "NotoSansSymbols2_400Regular.ttf"), "2190-2BFF,1F000-1FAFF")
    save_ttf(font, target / "NotoSansSymbols2.ttf")
    emoji = modules / "@expo-google-fonts/noto-emoji/500Medium/NotoEmoji_500Medium.ttf"
    save_ttf(load(emoji), target / "NotoEmoji.ttf")


def rows_of(charset: str) -> str:
    """Hex code points of all two-byte characters of a national character set."""
    found = set()
    for lead in range(0xA1, 0xFF):
        for trail in range(0xA1, 0xFF):
            found.update(bytes([lead, trail]).decode(charset, errors="ignore"))
    return ",".join(f"{ord(char):04X}" for char in sorted(found) if char > "\u2e7f")


def bold(modules: Path, package: str) -> TTFont:
    """The bold weight of a Noto Sans."""
    (path,) = (modules / EXPO / package / "700Bold").glob("*.ttf")
    return load(path)


def build_scripts(modules: Path, target: Path) -> None:
    """Write the fonts of the scripts beside Latin, Greek and Cyrillic into `target`."""
    for name, (package, unicodes) in SCRIPTS.items():
        save_ttf(reduce(bold(modules, package), unicodes), target / f"{name}.ttf")
    for name, (package, unicodes, charset) in EAST_ASIA.items():
        wanted = [CJK_PUNCTUATION, unicodes, rows_of(charset) if charset else ""]
        font = reduce(bold(modules, package), ",".join(filter(None, wanted)))
        font.flavor = "woff2"
        font.save(target / f"{name}.woff2")


def build_coverage(target: Path) -> None:
    """Write `coverage.json`: for every font its code points, variation axes and file ending."""
    listed = {}
    for path in sorted([*target.glob("*.ttf"), *target.glob("*.woff2")]):
        font = load(path)
        axes = [axis.axisTag for axis in font["fvar"].axes] if "fvar" in font else []
        points = [p for p in font.getBestCmap() if p >= 0x20]
        listed[path.stem] = {"axes": axes, "ranges": ranges(points)}
        if path.suffix != ".ttf":
            listed[path.stem]["suffix"] = path.suffix[1:]
    text = json.dumps(listed, separators=(",", ":"))
    (target / "coverage.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Read the npm folder and the repository root from the command line and write all files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", type=Path, help="node_modules folder with the font packages")
    parser.add_argument("root", type=Path, help="root of the repository")
    given = parser.parse_args()
    target = given.root / "gator_engine/adapters/typefaces/assets/fonts"
    target.mkdir(parents=True, exist_ok=True)
    build_fonts(given.modules, target)
    build_scripts(given.modules, target)
    build_coverage(target)
    for name, source in LICENCES.items():
        shutil.copy(given.modules / source, target / f"OFL-{name}.txt")
    web = given.root / "static/fonts"
    web.mkdir(parents=True, exist_ok=True)
    for name, source in WEB.items():
        shutil.copy(given.modules / source, web / name)
    for name in ("Inter", "Fraunces"):
        shutil.copy(target / f"OFL-{name}.txt", web / f"OFL-{name}.txt")


if __name__ == "__main__":
    main()
