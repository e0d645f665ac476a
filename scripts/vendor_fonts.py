"""Turn the npm packages of the OFL typefaces into the fonts the card generator and web UI ship.

    mkdir build && cd build && npm init -y
    npm install @fontsource-variable/fraunces@5 @fontsource-variable/bricolage-grotesque@5 \
        @fontsource-variable/space-grotesk@5 @fontsource-variable/jetbrains-mono@5 \
        @fontsource-variable/inter@5 @fontsource/instrument-serif@5 \
        @fontsource/noto-sans-symbols-2@5 @expo-google-fonts/noto-emoji@0.4 inter-ui@4 \
        @expo-google-fonts/noto-sans-symbols-2@0.4
    python -m venv fonttools && fonttools/bin/pip install fonttools brotli
    fonttools/bin/python ../scripts/vendor_fonts.py node_modules ..

Cards need TTF (what every FreeType build reads); the browser needs WOFF2. `coverage.json` lists
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


def build_coverage(target: Path) -> None:
    """Write `coverage.json`: for every TTF its code points and its variation axes."""
    listed = {}
    for path in sorted(target.glob("*.ttf")):
        font = load(path)
        axes = [axis.axisTag for axis in font["fvar"].axes] if "fvar" in font else []
        points = [p for p in font.getBestCmap() if p >= 0x20]
        listed[path.stem] = {"axes": axes, "ranges": ranges(points)}
    text = json.dumps(listed, separators=(",", ":"))
    (target / "coverage.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Read the npm folder and the repository root from the command line and write all files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", type=Path, help="node_modules folder with the font packages")
    parser.add_argument("root", type=Path, help="root of the repository")
    given = parser.parse_args()
    target = given.root / "gator_engine/adapters/generators/_cards/assets/fonts"
    target.mkdir(parents=True, exist_ok=True)
    build_fonts(given.modules, target)
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
