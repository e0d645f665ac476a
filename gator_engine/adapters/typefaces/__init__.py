"""The typefaces Gator ships: font files and their coverage, pairings, colour emoji, line ends.

Designed cards and captions burned into videos are both set from here; see `assets/fonts/README.md`.
"""
