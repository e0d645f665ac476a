"""Colour emoji as one archive of SVG pictures (OFL; see the README of the fonts)."""
